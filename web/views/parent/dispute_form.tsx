/** "This is wrong": about a scan, or about a day as such. */

import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Dialog, Field } from "../../components/ui";
import { clock, schoolDay } from "../../format";
import { D } from "../../i18n/child";
import { W } from "../../i18n/dispute";
import { dayWords, today } from "./day";
import { type About, type Dispute, type DisputeKind, kindsFor, kindWords } from "./disputes";

interface Props {
  studentId: string;
  about: About;
  onSent: (dispute: Dispute) => void;
  onClose: () => void;
}

const DAY_MS = 24 * 3600 * 1000;
const OLDEST_DAYS = 92;

function titleOf({ day, scan }: About): string {
  if (!day) return D.wrongDay();
  const name = dayWords(day);
  if (!scan) return D.wrongOf(name);
  const way = scan.direction === "in" ? D.scanIn() : D.scanOut();
  return D.wrongOf(`${name}, ${way.toLowerCase()} ${clock(scan.occurred_at)}`);
}

export default function DisputeForm({ studentId, about, onSent, onClose }: Props) {
  const id = useId();
  const sending = useSending();
  const chosen = useSignal<DisputeKind | null>(null);
  const fault = useSignal(false);
  const note = useSignal("");
  const oldest = schoolDay(Date.now() - OLDEST_DAYS * DAY_MS);
  const day = useSignal(about.day ?? "");
  const dayFault = useSignal<string | null>(null);

  function check(): boolean {
    fault.value = chosen.peek() === null;
    const isGood = day.peek() >= oldest && day.peek() <= today.peek();
    dayFault.value = isGood ? null : W.dayBad();
    return !fault.peek() && isGood;
  }

  async function send(): Promise<void> {
    const kind = chosen.peek();
    if (!kind) return;
    const body = {
      student_id: studentId,
      day: day.peek(),
      event_id: about.scan?.id ?? null,
      kind,
      note: note.peek().trim(),
    };
    onSent(await of(api.POST("/v1/attendance/disputes", { body })));
  }

  return (
    <Dialog title={titleOf(about)} onClose={onClose}>
      <Form sending={sending} onSend={send} check={check}>
        {about.day === null && (
          <Field
            label={W.whichDay()}
            type="date"
            min={oldest}
            max={today.value}
            fault={dayFault.value}
            value={day.value}
            onInput={(event) => {
              day.value = event.currentTarget.value;
            }}
          />
        )}
        <fieldset>
          <legend>{W.whatIsWrong()}</legend>
          {kindsFor(about.scan).map((kind, n) => (
            <label key={kind} class="choice">
              <input
                type="radio"
                name={id}
                aria-invalid={fault.value && n === 0}
                checked={chosen.value === kind}
                onChange={() => {
                  chosen.value = kind;
                  fault.value = false;
                }}
              />
              {kindWords(kind)}
            </label>
          ))}
          {fault.value && <p class="fault">{W.chooseWrong()}</p>}
        </fieldset>
        <div class="field">
          <label for={`${id}-note`}>{W.noteForSchool()}</label>
          <textarea
            id={`${id}-note`}
            rows={3}
            maxLength={500}
            value={note.value}
            onInput={(event) => {
              note.value = event.currentTarget.value;
            }}
          />
        </div>
        <p class="hint">{W.wrongHint()}</p>
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {W.sendWrong()}
        </Button>
      </Form>
    </Dialog>
  );
}
