/** Where the money of families goes: the school's own accounts, and who tells of it. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { Badge, Button, Card, Empty, Loaded } from "../../components/ui";
import { T } from "../../i18n/till";
import { S } from "../../i18n/till_setup";
import type { Parameters } from "../../router";
import { AccountForm } from "./account_form";
import { isAccountant, TillPage } from "./frame";
import { type Account, type Merchant, useAccounts, useMerchants } from "./lists";
import { MerchantPart } from "./merchant";

export default function Accounts({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const query = useAccounts(school);
  const merchants = useMerchants(school);
  const opened = useSignal<Account | "bank" | "cash" | null>(null);
  const ending = useSignal<Account | null>(null);
  const live = query.data.value?.filter((each) => !each.ended_at) ?? [];
  const add = isAccountant() && query.data.value && (
    <div class="across">
      <Button kind="main" icon="plus" onClick={() => (opened.value = "bank")}>
        {S.addBank()}
      </Button>
      {!live.some((each) => each.kind === "cash") && (
        <Button icon="plus" onClick={() => (opened.value = "cash")}>
          {S.addCash()}
        </Button>
      )}
    </div>
  );
  return (
    <TillPage school={school} here="thu/tai-khoan" title={T.accounts()} actions={add}>
      <p class="muted">{S.accountsLead()}</p>
      <Loaded query={query}>
        {() =>
          live.length === 0 ? (
            <Empty icon="bank" title={S.accountsNone()}>
              {S.accountsNoneHint()}
            </Empty>
          ) : (
            <div class="till-cards">
              {live.map((account) => (
                <One
                  key={account.id}
                  account={account}
                  merchant={merchantOf(merchants.data.value, account)}
                  onChange={() => (opened.value = account)}
                  onEnd={() => (ending.value = account)}
                  onMerchant={merchants.reload}
                />
              ))}
            </div>
          )
        }
      </Loaded>
      {opened.value && (
        <AccountForm
          school={school}
          kind={typeof opened.value === "string" ? opened.value : opened.value.kind}
          changed={typeof opened.value === "string" ? null : opened.value}
          isFirst={live.length === 0}
          onClose={() => (opened.value = null)}
          onSaved={query.reload}
        />
      )}
      {ending.value && (
        <Confirm
          title={S.endAccount()}
          action={T.end()}
          onClose={() => (ending.value = null)}
          onYes={async () => {
            await end(ending.peek()?.id ?? "", school);
            await query.reload();
          }}
        >
          <p>{S.endAccountHint()}</p>
        </Confirm>
      )}
    </TillPage>
  );
}

function merchantOf(all: readonly Merchant[] | null, account: Account): Merchant | null {
  return all?.find((each) => each.account_id === account.id && !each.ended_at) ?? null;
}

async function end(account: string, school: number): Promise<void> {
  await of(
    api.POST("/v1/fees/accounts/{account_id}/end", {
      params: { path: { account_id: account }, query: { school_id: school } },
    }),
  );
}

interface OneProps {
  account: Account;
  merchant: Merchant | null;
  onChange: () => void;
  onEnd: () => void;
  onMerchant: () => Promise<void>;
}

function One({ account, merchant, onChange, onEnd, onMerchant }: OneProps) {
  return (
    <Card aria-label={account.name}>
      <div class="till-pair">
        <h2>{account.name}</h2>
        {account.is_default && <Badge tone="good">{S.default()}</Badge>}
      </div>
      {account.kind === "bank" ? (
        <p>
          {account.bank} · <span class="strong">…{account.number_tail}</span>
          <br />
          {account.holder}
        </p>
      ) : (
        <p class="muted">{S.cashHint()}</p>
      )}
      {isAccountant() && (
        <div class="across">
          <Button onClick={onChange}>{T.change()}</Button>
          <Button kind="quiet" onClick={onEnd}>
            {T.end()}
          </Button>
        </div>
      )}
      {account.kind === "bank" && (
        <MerchantPart account={account} merchant={merchant} onChanged={onMerchant} />
      )}
    </Card>
  );
}
