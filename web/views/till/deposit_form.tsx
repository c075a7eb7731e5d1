/** Says that a transfer is the school's own cash, out of its cash box. */

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { api, of } from "../../api";
import { V } from "../../i18n/till_deposit";
import { uuid7 } from "../../ids";
import { Radios } from "../office/inputs";
import type { FundShown } from "./fund";
import { type Account, useAccounts } from "./lists";
import { StayForm } from "./stay_form";

/** The cash boxes that a sum may have come from: none where some of it is in use. */
export function useBoxes({ fund }: FundShown): Account[] {
  const accounts = useAccounts(fund.school_id).data.value ?? [];
  const isFree = fund.free === fund.amount && !fund.credit_student_id;
  if (fund.channel !== "transfer" || !isFree) return [];
  return accounts.filter((each) => each.kind === "cash");
}

interface Props {
  shown: FundShown;
  boxes: readonly [Account, ...Account[]];
  onClose: () => void;
  onSaved: () => Promise<void>;
}

export function DepositForm({ shown, boxes, onClose, onSaved }: Props) {
  const { fund } = shown;
  const id = useMemo(() => uuid7(), []);
  const box = useSignal(boxes[0].id);

  async function ask(reason: string): Promise<void> {
    const body = {
      school_id: fund.school_id,
      id,
      fund_id: fund.id,
      from_account_id: box.value,
      reason,
    };
    await of(api.POST("/v1/fees/refunds/deposits", { body }));
    await onSaved();
    onClose();
  }

  return (
    <StayForm
      title={V.title()}
      lead={V.lead()}
      shown={shown}
      reasonHint={V.reasonHint()}
      onClose={onClose}
      onAsk={ask}
    >
      {boxes.length > 1 ? (
        <Radios
          label={V.from()}
          value={box}
          options={boxes.map((each) => [each.id, each.name] as const)}
        />
      ) : (
        <p>
          <strong>{V.from()}:</strong> {boxes[0].name}
        </p>
      )}
    </StayForm>
  );
}
