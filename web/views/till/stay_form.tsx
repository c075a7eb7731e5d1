/** Asks a second person about a sum that no bank moves: which one it is, and why. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Schemas } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Dialog } from "../../components/ui";
import { C } from "../../i18n/common";
import { T } from "../../i18n/till";
import { M } from "../../i18n/till_money";
import { X } from "../../i18n/till_strike";
import { dayShort } from "./days";
import type { FundShown } from "./fund";
import { Text } from "./inputs";

/** A sum in one line: when, what the family wrote, the bank's name of it, who told. */
export function briefWords(brief: Schemas["FundBrief"]): string {
  const seen = brief.seen_by.map((each) => M[each]()).join(", ");
  const words = [dayShort(brief.day), brief.memo || M.noMemo(), brief.bank_ref];
  return [...words, `${M.seenBy()} ${seen}`].filter(Boolean).join(" · ");
}

interface Props {
  title: string;
  lead: string;
  shown: FundShown;
  reasonHint: string;
  onClose: () => void;
  onAsk: (reason: string) => Promise<void>;
  children: ComponentChildren;
}

export function StayForm(props: Props) {
  const { fund, sightings } = props.shown;
  const sending = useSending();
  const reason = useSignal("");
  const tried = useSignal(false);
  const fault = reason.value.trim() ? "" : T.reasonMissing();
  const seenBy = [...new Set(sightings.map((each) => each.source))];
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <Form
        sending={sending}
        onSend={() => props.onAsk(reason.value.trim())}
        check={() => {
          tried.value = true;
          return !fault;
        }}
      >
        <p class="muted">{props.lead}</p>
        <p class="till-memo">
          <strong>{X.here()}:</strong> {briefWords({ ...fund, seen_by: seenBy })}
        </p>
        {props.children}
        <Text
          label={T.reason()}
          value={reason}
          hint={props.reasonHint}
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
