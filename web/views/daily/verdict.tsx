/** A verdict on one scan or many, with the reason that stays in the record. */

import { useSignal } from "@preact/signals";
import { Form, useSending } from "../../components/form";
import { Reason } from "../../components/reason";
import { Button, Dialog } from "../../components/ui";
import { count } from "../../format";
import { R } from "../../i18n/reviews";
import { decide, type Verdict } from "./reviews_model";

export interface Asked {
  verdict: Verdict;
  eventIds: readonly string[];
}

interface Props {
  school: number;
  asked: Asked;
  onDecided: (decided: number) => Promise<void>;
  onClose: () => void;
}

const LEAST = 3;

export function VerdictDialog({ school, asked, onDecided, onClose }: Props) {
  const sending = useSending();
  const reason = useSignal("");
  const isChecked = useSignal(false);
  const isConfirm = asked.verdict === "confirm";
  const isShort = reason.value.trim().length < LEAST;
  const n = count(asked.eventIds.length);
  return (
    <Dialog title={isConfirm ? R.confirmTitle(n) : R.rejectTitle(n)} onClose={onClose}>
      <p>{isConfirm ? R.confirmHint() : R.rejectHint()}</p>
      <Form
        sending={sending}
        check={() => {
          isChecked.value = true;
          return !isShort;
        }}
        onSend={async () => {
          const words = reason.peek().trim();
          await onDecided(await decide(school, asked.eventIds, asked.verdict, words));
          onClose();
        }}
      >
        <Reason
          class="across"
          label={R.reason()}
          usual={isConfirm ? [R.whyGps(), R.whyAsked()] : [R.whyNotHere(), R.whyAsked()]}
          value={reason.value}
          maxLength={500}
          fault={isChecked.value && isShort ? R.reasonMissing() : null}
          onChange={(changed) => {
            reason.value = changed;
          }}
        />
        <Button type="submit" kind={isConfirm ? "main" : "danger"} busy={sending.busy.value}>
          {isConfirm ? R.confirmN(n) : R.rejectN(n)}
        </Button>
      </Form>
    </Dialog>
  );
}
