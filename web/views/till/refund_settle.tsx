/** What became of an approved refund at the bank. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Dialog, Loaded } from "../../components/ui";
import { C } from "../../i18n/common";
import { M } from "../../i18n/till_money";
import { X } from "../../i18n/till_strike";
import { dong } from "../../money";
import { useQuery } from "../../query";
import { Radios } from "../office/inputs";
import { CopyLine } from "./copy_line";
import { Text } from "./inputs";
import type { Refund } from "./refunds";

interface Props {
  refund: Refund;
  onClose: () => void;
  onDone: () => Promise<void>;
}

export function Settle({ refund, onClose, onDone }: Props) {
  const sending = useSending();
  const result = useSignal<"paid" | "not">("paid");
  const ref = useSignal("");
  const tried = useSignal(false);
  const isPaid = result.value === "paid";
  const fault = isPaid && !ref.value.trim() ? M.settleRefMissing() : "";
  // Only here and now the whole number is needed: to type it in at the bank.
  const query = useQuery(
    `thu-hoan/${refund.id}`,
    () =>
      of(
        api.GET("/v1/fees/refunds/{refund_id}", {
          params: { path: { refund_id: refund.id }, query: { school_id: refund.school_id } },
        }),
      ),
    { keeps: false },
  );

  async function settle(): Promise<void> {
    const params = { path: { refund_id: refund.id } };
    const body = {
      school_id: refund.school_id,
      succeeded: isPaid,
      bank_ref: isPaid ? ref.value.trim() : null,
    };
    await of(api.POST("/v1/fees/refunds/{refund_id}/settlement", { params, body }));
    await onDone();
    onClose();
  }

  return (
    <Dialog title={M.settle()} onClose={onClose}>
      <Form
        sending={sending}
        onSend={settle}
        check={() => {
          tried.value = true;
          return !fault;
        }}
      >
        <p>{M.settleHint()}</p>
        <p class="strong">
          {refund.to_holder} · {refund.to_bank} · {dong(refund.amount)}
        </p>
        <p class="muted">
          {X.fromAccount()}: {refund.from_account_name}
        </p>
        <Loaded query={query}>
          {({ to_number }) => to_number && <CopyLine label={M.refundNumber()} text={to_number} />}
        </Loaded>
        <Radios
          label={M.settle()}
          value={result}
          options={[
            ["paid", M.wasPaid()],
            ["not", M.wasNot()],
          ]}
        />
        {isPaid && (
          <Text
            label={M.settleRef()}
            value={ref}
            fault={tried.value ? fault : ""}
            maxLength={100}
            autoComplete="off"
          />
        )}
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {C.save()}
        </Button>
      </Form>
    </Dialog>
  );
}
