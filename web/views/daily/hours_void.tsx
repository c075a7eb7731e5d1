/** What a principal has put down of somebody's day, and taking it back. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Form, useSending } from "../../components/form";
import { Badge, Button, Dialog, Field } from "../../components/ui";
import { clock } from "../../format";
import { G } from "../../i18n/staff_hours";

type Day = Schemas["StaffDay"];
export type HoursCorrection = Day["corrections"][number];

interface Props {
  day: Day;
  onVoid: (correction: HoursCorrection) => void;
}

/** Those taken back stay in the record. */
export function PutDown({ day, onVoid }: Props) {
  if (day.corrections.length === 0) return null;
  return (
    <ul class="plain-list">
      {day.corrections.map((each) => (
        <li key={each.id} class="row">
          <span class="grow">
            <span>{each.is_voided ? <s>{wordsOf(each)}</s> : wordsOf(each)}</span>
            <span class="muted small">
              {[each.decided_by ?? G.somebody(), each.reason].join(": ")}
            </span>
          </span>
          {each.is_voided ? (
            <Badge>{G.isVoided()}</Badge>
          ) : (
            <Button
              kind="quiet"
              icon="undo"
              aria-label={G.voidOf(wordsOf(each))}
              onClick={() => onVoid(each)}
            >
              {G.void()}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** “Ghi thêm: Ra 17:05” */
function wordsOf({ kind, at }: HoursCorrection): string {
  return G.putDown(kind === "in" ? G.fixIn() : G.fixOut(), clock(at));
}

interface VoidProps {
  school: number;
  staff: string;
  correction: HoursCorrection;
  onVoided: () => Promise<void>;
  onClose: () => void;
}

export function Void({ school, staff, correction, onVoided, onClose }: VoidProps) {
  const sending = useSending();
  const reason = useSignal("");
  const isChecked = useSignal(false);
  return (
    <Dialog title={G.voidTitle()} onClose={onClose}>
      <p class="strong">{wordsOf(correction)}</p>
      <p class="muted">{G.voidHint()}</p>
      <Form
        sending={sending}
        check={() => {
          isChecked.value = true;
          return reason.peek().trim() !== "";
        }}
        onSend={async () => {
          const path = { school_id: school, staff_id: staff, correction_id: correction.id };
          await of(
            api.POST(
              "/v1/schools/{school_id}/staff/{staff_id}/hours-corrections/{correction_id}/void",
              { params: { path }, body: { reason: reason.peek().trim() } },
            ),
          );
          await onVoided();
          onClose();
        }}
      >
        <Field
          label={G.fixWhy()}
          hint={G.voidWhyHint()}
          maxLength={500}
          value={reason.value}
          fault={isChecked.value && !reason.value.trim() ? G.fixWhyMissing() : null}
          onInput={(event) => {
            reason.value = event.currentTarget.value;
          }}
        />
        <Button type="submit" kind="danger" busy={sending.busy.value}>
          {G.void()}
        </Button>
      </Form>
    </Dialog>
  );
}
