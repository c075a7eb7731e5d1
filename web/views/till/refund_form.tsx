/** Asks for a refund of what is free of a sum. */

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { MoneyField } from "../../components/money_field";
import { Button, Dialog } from "../../components/ui";
import { C } from "../../i18n/common";
import { T } from "../../i18n/till";
import { M } from "../../i18n/till_money";
import { X } from "../../i18n/till_strike";
import { uuid7 } from "../../ids";
import { dong } from "../../money";
import { Select } from "../office/inputs";
import type { Fund } from "./funds";
import { Text } from "./inputs";
import { useAccounts, useBanks } from "./lists";

interface Props {
  fund: Fund;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

export function RefundForm({ fund, onClose, onSaved }: Props) {
  const sending = useSending();
  const id = useMemo(() => uuid7(), []);
  const banks = useBanks().data.value ?? [];
  const accounts = (useAccounts(fund.school_id).data.value ?? []).filter(
    (each) => each.kind === "bank" && (!each.ended_at || each.id === fund.account_id),
  );
  const from = useSignal("");
  const standard =
    accounts.find((each) => each.id === fund.account_id) ??
    accounts.find((each) => each.is_default);
  const paying = from.value || standard?.id || "";
  const amount = useSignal<number | null>(fund.free);
  const bin = useSignal("");
  const number = useSignal("");
  const holder = useSignal(fund.payer ?? "");
  const reason = useSignal("");
  const tried = useSignal(false);
  const digits = number.value.replace(/[\s.]/g, "");
  const faults = {
    amount: !amount.value
      ? T.amountMissing()
      : amount.value > fund.free
        ? M.refundTooMuch(dong(fund.free))
        : "",
    from: paying ? "" : X.ownAccount(),
    bank: bin.value ? "" : T.choose(),
    number: /^\d{6,19}$/.test(digits) ? "" : M.numberFault(),
    holder: holder.value.trim() ? "" : M.holderFault(),
    reason: reason.value.trim() ? "" : T.reasonMissing(),
  };
  const said = (fault: string) => (tried.value ? fault : "");

  async function ask(): Promise<void> {
    const body = {
      school_id: fund.school_id,
      id,
      fund_id: fund.id,
      amount: amount.value ?? 0,
      reason: reason.value.trim(),
      to_bank_bin: bin.value,
      to_number: digits,
      to_holder: holder.value.trim(),
      from_account_id: paying,
    };
    await of(api.POST("/v1/fees/refunds", { body }));
    await onSaved();
    onClose();
  }

  return (
    <Dialog title={M.refundTitle()} onClose={onClose}>
      <Form
        sending={sending}
        onSend={ask}
        check={() => {
          tried.value = true;
          return !Object.values(faults).some(Boolean);
        }}
      >
        <p class="muted">{T.second()}</p>
        {fund.channel === "cash" && <p>{X.cashHint()}</p>}
        <MoneyField label={M.refundAmount()} value={amount} fault={said(faults.amount)} />
        {(fund.channel === "cash" || accounts.length > 1) && (
          <Select
            label={X.fromAccount()}
            value={from}
            options={[
              ["", standard?.name ?? T.choose()],
              ...accounts
                .filter((each) => each !== standard)
                .map((each) => [each.id, each.name] as const),
            ]}
          />
        )}
        <Select
          label={M.refundBank()}
          value={bin}
          options={[["", T.choose()], ...banks.map((each) => [each.bin, each.short_name] as const)]}
        />
        <Text
          label={M.refundNumber()}
          value={number}
          fault={said(faults.number)}
          maxLength={24}
          autoComplete="off"
        />
        <Text
          label={M.refundHolder()}
          value={holder}
          fault={said(faults.holder)}
          maxLength={100}
          autoComplete="off"
        />
        <Text label={T.reason()} value={reason} fault={said(faults.reason)} maxLength={500} />
        {said(faults.from) && (
          <p class="fault" role="alert">
            {X.fromAccount()}: {faults.from}
          </p>
        )}
        {said(faults.bank) && (
          <p class="fault" role="alert">
            {M.refundBank()}: {faults.bank}
          </p>
        )}
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {C.send()}
        </Button>
      </Form>
    </Dialog>
  );
}
