/** Says that a sum is in the books wrongly: it is another one once more, or it never came. */

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { api, of } from "../../api";
import { Button, Dialog, Note } from "../../components/ui";
import { C } from "../../i18n/common";
import { X } from "../../i18n/till_strike";
import { uuid7 } from "../../ids";
import { Radios } from "../office/inputs";
import type { FundShown } from "./fund";
import { briefWords, StayForm } from "./stay_form";

const MISSING = "missing";

/** By then the bank has posted it. */
const POSTED_MS = 4 * 86_400_000;

/** No statement shows it, though one could: only then may it never have come. */
const mayBeMissing = ({ fund, sightings }: FundShown) =>
  fund.channel === "transfer" &&
  Date.now() - Date.parse(fund.day) > POSTED_MS &&
  !sightings.some((each) => each.source === "statement");

export function canBeStruck(shown: FundShown): boolean {
  const { fund, alike } = shown;
  return fund.refund_held === 0 && (alike.length > 0 || mayBeMissing(shown));
}

interface Props {
  shown: FundShown;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

export function StrikeForm({ shown, onClose, onSaved }: Props) {
  const { fund, alike } = shown;
  const id = useMemo(() => uuid7(), []);
  const of_ = useSignal<string>(alike[0]?.id ?? MISSING);
  const options = alike.map((each) => [each.id, briefWords(each)] as const);

  async function ask(reason: string): Promise<void> {
    const body = {
      school_id: fund.school_id,
      id,
      fund_id: fund.id,
      double_of: of_.value === MISSING ? null : of_.value,
      reason,
    };
    await of(api.POST("/v1/fees/refunds/strikes", { body }));
    await onSaved();
    onClose();
  }

  if (fund.free !== fund.amount)
    return (
      <Dialog title={X.title()} onClose={onClose}>
        <Note tone="wait">{X.takeOffFirst()}</Note>
        <Button onClick={onClose}>{C.close()}</Button>
      </Dialog>
    );
  return (
    <StayForm
      title={X.title()}
      lead={X.lead()}
      shown={shown}
      reasonHint={X.reasonHint()}
      onClose={onClose}
      onAsk={ask}
    >
      <Radios
        label={X.which()}
        value={of_}
        options={mayBeMissing(shown) ? [...options, [MISSING, X.missing()]] : options}
      />
    </StayForm>
  );
}
