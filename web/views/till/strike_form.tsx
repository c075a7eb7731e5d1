/** Says that a sum is in the books wrongly: it is another one once more, or it never came. */

import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { api, of, type Schemas } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Dialog, Note } from "../../components/ui";
import { C } from "../../i18n/common";
import { T } from "../../i18n/till";
import { M } from "../../i18n/till_money";
import { X } from "../../i18n/till_strike";
import { uuid7 } from "../../ids";
import { Radios } from "../office/inputs";
import { dayShort } from "./days";
import type { FundShown } from "./fund";
import { Text } from "./inputs";

type Brief = Schemas["FundBrief"];
const MISSING = "missing";

/** A sum in one line: when, what the family wrote, the bank's name of it, who told. */
export function briefWords(brief: Brief): string {
  const seen = brief.seen_by.map((each) => M[each]()).join(", ");
  const words = [dayShort(brief.day), brief.memo || M.noMemo(), brief.bank_ref];
  return [...words, `${M.seenBy()} ${seen}`].filter(Boolean).join(" · ");
}

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
  const { fund, alike, sightings } = shown;
  const sending = useSending();
  const id = useMemo(() => uuid7(), []);
  const of_ = useSignal<string>(alike[0]?.id ?? MISSING);
  const reason = useSignal("");
  const tried = useSignal(false);
  const fault = reason.value.trim() ? "" : T.reasonMissing();
  const options = alike.map((each) => [each.id, briefWords(each)] as const);
  const seenBy = [...new Set(sightings.map((each) => each.source))];

  async function ask(): Promise<void> {
    const body = {
      school_id: fund.school_id,
      id,
      fund_id: fund.id,
      double_of: of_.value === MISSING ? null : of_.value,
      reason: reason.value.trim(),
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
    <Dialog title={X.title()} onClose={onClose}>
      <Form
        sending={sending}
        onSend={ask}
        check={() => {
          tried.value = true;
          return !fault;
        }}
      >
        <p class="muted">{X.lead()}</p>
        <p class="till-memo">
          <strong>{X.here()}:</strong> {briefWords({ ...fund, seen_by: seenBy })}
        </p>
        <Radios
          label={X.which()}
          value={of_}
          options={mayBeMissing(shown) ? [...options, [MISSING, X.missing()]] : options}
        />
        <Text
          label={T.reason()}
          value={reason}
          hint={X.reasonHint()}
          fault={tried.value ? fault : ""}
          maxLength={500}
        />
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {C.send()}
        </Button>
      </Form>
    </Dialog>
  );
}
