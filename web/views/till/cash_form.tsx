/** Cash that somebody brings, for the bills that were chosen. */

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Dialog } from "../../components/ui";
import { C } from "../../i18n/common";
import { T } from "../../i18n/till";
import { M } from "../../i18n/till_money";
import { uuid7 } from "../../ids";
import { dong } from "../../money";
import { Text } from "./inputs";
import { addTo, FindBills, Parts } from "./split";
import { type Part, sharesOf, splitFault, sumOf } from "./split_model";

interface Props {
  school: number;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

export function CashForm({ school, onClose, onSaved }: Props) {
  const sending = useSending();
  const id = useMemo(() => uuid7(), []);
  const payer = useSignal("");
  const parts = useSignal<readonly Part[]>([]);
  const tried = useSignal(false);
  const payerFault = payer.value.trim() ? "" : M.cashPayerMissing();
  const fault = splitFault(parts.value, null);

  async function take(): Promise<void> {
    const body = {
      school_id: school,
      id,
      payer: payer.peek().trim(),
      shares: sharesOf(parts.peek()),
    };
    await of(api.POST("/v1/fees/cash", { body }));
    await onSaved();
    onClose();
  }

  return (
    <Dialog title={M.cashTake()} onClose={onClose}>
      <Form
        sending={sending}
        onSend={take}
        check={() => {
          tried.value = true;
          return !payerFault && !fault;
        }}
      >
        <Text
          label={M.cashPayer()}
          value={payer}
          fault={tried.value ? payerFault : ""}
          maxLength={100}
          autoComplete="off"
        />
        <FindBills
          school={school}
          onChoose={(bill) => addTo(parts, bill, Number.MAX_SAFE_INTEGER)}
        />
        <Parts parts={parts} />
        {tried.value && fault && (
          <p class="fault" role="alert">
            {fault === "none" ? M.noShare() : fault === "amount" ? T.amountMissing() : M.overBill()}
          </p>
        )}
        <p class="till-pair">
          <span>{M.cashTotal()}</span>
          <strong>{dong(sumOf(parts.value))}</strong>
        </p>
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {C.save()}
        </Button>
      </Form>
    </Dialog>
  );
}
