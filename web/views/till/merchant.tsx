/** How a bank's notices come in: an address to copy, and secrets that are written and never shown. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { Form, useSending } from "../../components/form";
import { Badge, Button, Dialog } from "../../components/ui";
import { moment } from "../../format";
import { C } from "../../i18n/common";
import { T } from "../../i18n/till";
import { S } from "../../i18n/till_setup";
import { CopyLine } from "./copy_line";
import { isAccountant } from "./frame";
import { Text, Tick } from "./inputs";
import type { Account, Merchant } from "./lists";

interface Props {
  account: Account;
  merchant: Merchant | null;
  onChanged: () => Promise<void>;
}

export function MerchantPart({ account, merchant, onChanged }: Props) {
  const isWriting = useSignal(false);
  const isEnding = useSignal(false);
  return (
    <section class="stack-small" aria-label={S.merchant()}>
      <h3>{S.merchant()}</h3>
      {merchant ? (
        <>
          <p class="across">
            <Badge tone="good">{S.merchantOn()}</Badge>
            {merchant.has_api_token && <Badge>{S.hasToken()}</Badge>}
          </p>
          <CopyLine label={S.webhook()} text={location.origin + merchant.webhook_path} />
          {merchant.former_until && (
            <p class="muted small">{S.formerUntil(moment(merchant.former_until))}</p>
          )}
        </>
      ) : (
        <p class="muted">{S.merchantNone()}</p>
      )}
      {isAccountant() && (
        <div class="across">
          <Button onClick={() => (isWriting.value = true)}>
            {merchant ? S.changeSecrets() : S.connect()}
          </Button>
          {merchant && (
            <Button kind="quiet" onClick={() => (isEnding.value = true)}>
              {S.disconnect()}
            </Button>
          )}
        </div>
      )}
      {isWriting.value && (
        <Secrets
          account={account}
          merchant={merchant}
          onClose={() => (isWriting.value = false)}
          onChanged={onChanged}
        />
      )}
      {isEnding.value && merchant && (
        <Confirm
          title={S.endMerchant()}
          action={S.disconnect()}
          onClose={() => (isEnding.value = false)}
          onYes={async () => {
            const params = {
              path: { merchant_id: merchant.id },
              query: { school_id: account.school_id },
            };
            await of(api.POST("/v1/fees/merchants/{merchant_id}/end", { params }));
            await onChanged();
          }}
        >
          <p>{S.endMerchantHint()}</p>
        </Confirm>
      )}
    </section>
  );
}

/** As many characters as nobody guesses. */
function strongSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return btoa(String.fromCharCode(...bytes)).replace(/[+/]/g, "x");
}

/** Printable, without blanks, too long to be guessed. */
const SECRET = /^[!-~]{16,200}$/;

interface SecretsProps extends Props {
  onClose: () => void;
}

function Secrets({ account, merchant, onClose, onChanged }: SecretsProps) {
  const sending = useSending();
  const secret = useSignal("");
  const token = useSignal("");
  const isLeaked = useSignal(false);
  const tried = useSignal(false);
  const made = useSignal("");
  const fault = SECRET.test(secret.value.trim()) ? "" : S.secretFault();

  function check(): boolean {
    tried.value = true;
    return !fault;
  }

  async function save(): Promise<void> {
    const written = token.value.trim();
    const secrets = {
      secret: secret.value.trim(),
      // Left empty, the one that is there stays.
      ...(written && { api_token: written }),
    };
    const school_id = account.school_id;
    await of(
      merchant
        ? api.PUT("/v1/fees/merchants/{merchant_id}/secrets", {
            params: { path: { merchant_id: merchant.id }, query: { school_id } },
            body: { ...secrets, ends_former: isLeaked.value },
          })
        : api.POST("/v1/fees/merchants", {
            body: { ...secrets, school_id, account_id: account.id, provider: "sepay" },
          }),
    );
    await onChanged();
    onClose();
  }

  return (
    <Dialog title={merchant ? S.changeSecrets() : S.connect()} onClose={onClose}>
      <Form sending={sending} onSend={save} check={check}>
        {merchant && <p>{S.changeSecretsHint()}</p>}
        <Text
          label={S.secret()}
          hint={S.secretHint()}
          value={secret}
          fault={tried.value ? fault : ""}
          type="password"
          autoComplete="new-password"
          maxLength={200}
        />
        {made.value && made.value === secret.value && (
          <CopyLine label={S.secret()} text={made.value} />
        )}
        <Button
          class="till-start"
          onClick={() => {
            made.value = strongSecret();
            secret.value = made.value;
          }}
        >
          {S.secretMake()}
        </Button>
        <Text
          label={S.token()}
          hint={S.tokenHint()}
          value={token}
          type="password"
          autoComplete="off"
          maxLength={200}
        />
        {merchant && <Tick label={S.leaked()} hint={S.leakedHint()} value={isLeaked} />}
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {merchant ? C.save() : T.done()}
        </Button>
      </Form>
    </Dialog>
  );
}
