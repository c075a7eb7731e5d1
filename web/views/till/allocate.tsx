/** What a sum may be for; a person chooses, splits and confirms. Nothing is done by guess. */

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { api, of } from "../../api";
import { useSending } from "../../components/form";
import { Button, Card, Fault } from "../../components/ui";
import { T } from "../../i18n/till";
import { M } from "../../i18n/till_money";
import { uuid7 } from "../../ids";
import { dong } from "../../money";
import type { FundShown } from "./fund";
import { Tick } from "./inputs";
import { addTo, BillButtons, FindBills, Parts } from "./split";
import { type Open, onePupil, type Part, sharesOf, splitFault, sumOf } from "./split_model";

interface Props {
  shown: FundShown;
  onDone: (shown: FundShown) => void;
}

const WHY = {
  reference: M.whyReference,
  near_reference: M.whyNear,
  amount: M.whyAmount,
  name: M.whyName,
  class: M.whyClass,
} as const;

export function Allocate({ shown, onDone }: Props) {
  const { fund } = shown;
  const parts = useSignal<readonly Part[]>([]);
  const keepsCredit = useSignal(true);
  const sending = useSending();
  const tried = useSignal(false);
  // Sent again after a lost answer it is the same decision.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another state of the sum, another one
  const id = useMemo(() => uuid7(), [fund.free]);
  const left = fund.free - sumOf(parts.value);
  const pupil = onePupil(parts.value);
  const fault = splitFault(parts.value, fund.free);
  const choose = (bill: Open) => addTo(parts, bill, fund.free);
  const canCredit = left > 0 && pupil !== null;

  async function confirm(): Promise<void> {
    tried.value = true;
    if (splitFault(parts.peek(), fund.free)) return;
    const body = {
      school_id: fund.school_id,
      id,
      shares: sharesOf(parts.peek()),
      credit_student_id: canCredit && keepsCredit.peek() ? pupil.id : null,
    };
    const next = await of(
      api.POST("/v1/fees/funds/{fund_id}/allocations", {
        params: { path: { fund_id: fund.id } },
        body,
      }),
    );
    parts.value = [];
    tried.value = false;
    onDone(next);
  }

  return (
    <Card aria-label={M.suggestions()}>
      <h2>{M.suggestions()}</h2>
      {shown.suggestions.length === 0 && <p class="muted">{M.suggestionsNone()}</p>}
      <BillButtons bills={shown.suggestions.map(suggested)} onChoose={choose} />
      <FindBills school={fund.school_id} onChoose={choose} />
      <h3>{M.chosen()}</h3>
      {parts.value.length === 0 && <p class="muted">{M.chosenHint()}</p>}
      <Parts parts={parts} />
      {left < 0 ? (
        <p class="fault">{M.tooMuch(dong(-left))}</p>
      ) : (
        parts.value.length > 0 && left > 0 && <p>{M.leftOver(dong(left))}</p>
      )}
      {canCredit && <Tick label={M.keepCredit(pupil.name)} value={keepsCredit} />}
      {tried.value && fault && fault !== "over_free" && (
        <p class="fault" role="alert">
          {{ none: M.noShare, amount: T.amountMissing, over_bill: M.overBill }[fault]()}
        </p>
      )}
      <Fault error={sending.failure.value} />
      <Button
        kind="main"
        class="till-start"
        busy={sending.busy.value}
        onClick={() => void sending.run(confirm)}
      >
        {M.confirm()}
      </Button>
    </Card>
  );
}

function suggested(each: FundShown["suggestions"][number]) {
  return {
    invoiceId: each.invoice_id,
    payRef: each.pay_ref,
    studentId: each.student_id,
    name: each.student_name,
    more: [each.class_name && T.classOf(each.class_name), each.period_name]
      .filter(Boolean)
      .join(" · "),
    rest: each.rest,
    why: each.why.map((why) => WHY[why]()).join(", "),
  };
}
