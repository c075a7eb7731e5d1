/** Adds or changes an account of the school, or its cash box. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Dialog } from "../../components/ui";
import { C } from "../../i18n/common";
import { T } from "../../i18n/till";
import { S } from "../../i18n/till_setup";
import { Select } from "../office/inputs";
import { Text, Tick } from "./inputs";
import { type Account, useBanks } from "./lists";

interface Props {
  school: number;
  kind: Account["kind"];
  /** null: a new one. */
  changed: Account | null;
  /** It is the default one then. */
  isFirst: boolean;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

export function AccountForm({ school, kind, changed, isFirst, onClose, onSaved }: Props) {
  const sending = useSending();
  const banks = useBanks().data.value ?? [];
  const name = useSignal(changed?.name ?? (kind === "cash" ? S.cashBox() : ""));
  const bin = useSignal(changed?.bank_bin ?? "");
  const number = useSignal("");
  const holder = useSignal(changed?.holder ?? "");
  const isDefault = useSignal(changed?.is_default ?? (isFirst && kind === "bank"));
  const tried = useSignal(false);
  const digits = number.value.replace(/[\s.]/g, "");
  const isNewBank = kind === "bank" && !changed;
  const faults = {
    name: name.value.trim() ? "" : T.nameMissing(),
    bank: isNewBank && !bin.value ? T.choose() : "",
    number: isNewBank && !/^\d{6,19}$/.test(digits) ? S.numberFault() : "",
    holder: kind === "bank" && !holder.value.trim() ? S.holderFault() : "",
  };
  const said = (fault: string) => (tried.value ? fault : "");

  function check(): boolean {
    tried.value = true;
    return !Object.values(faults).some(Boolean);
  }

  async function save(): Promise<void> {
    const called = { name: name.value.trim(), is_default: isDefault.value };
    await of(
      changed
        ? api.PATCH("/v1/fees/accounts/{account_id}", {
            params: { path: { account_id: changed.id }, query: { school_id: school } },
            body: { ...called, ...(kind === "bank" && { holder: holder.value.trim() }) },
          })
        : api.POST("/v1/fees/accounts", {
            body: {
              school_id: school,
              kind,
              ...called,
              bank:
                kind === "bank"
                  ? { bin: bin.value, number: digits, holder: holder.value.trim() }
                  : null,
            },
          }),
    );
    await onSaved();
    onClose();
  }

  const title = changed ? S.editAccount() : kind === "bank" ? S.addBank() : S.addCash();
  return (
    <Dialog title={title} onClose={onClose}>
      <Form sending={sending} onSend={save} check={check}>
        <Text
          label={S.accountName()}
          hint={S.accountNameHint()}
          value={name}
          fault={said(faults.name)}
          maxLength={100}
        />
        {isNewBank && (
          <>
            <Select
              label={S.bank()}
              value={bin}
              options={[
                ["", T.choose()],
                ...banks.map((each) => [each.bin, `${each.short_name} · ${each.name}`] as const),
              ]}
            />
            {said(faults.bank) && (
              <p class="fault" role="alert">
                {faults.bank}
              </p>
            )}
            <Text
              label={S.number()}
              hint={S.numberHint()}
              value={number}
              fault={said(faults.number)}
              maxLength={24}
              autoComplete="off"
            />
          </>
        )}
        {kind === "bank" && (
          <Text
            label={S.holder()}
            hint={S.holderHint()}
            value={holder}
            fault={said(faults.holder)}
            maxLength={100}
          />
        )}
        {kind === "bank" && <Tick label={S.isDefault()} value={isDefault} />}
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {C.save()}
        </Button>
      </Form>
    </Dialog>
  );
}
