/** Asking for leave: when, which part, why, and a picture of the doctor's note. */

import { type Signal, useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { Form, useSending } from "../../components/form";
import { Button, Field } from "../../components/ui";
import { schoolDay } from "../../format";
import { V } from "../../i18n/leave";
import { type Draft, dayAfter, type Faults, faultsOf, PARTS, partName } from "../../leave";
import { now } from "../../now";
import { PictureField } from "./picture_field";
import { type Asker, type LeaveRequest, sendLeave } from "./requests";
import "./leave.css";

interface Props {
  asker: Asker;
  /** The day that was told about; null: today. */
  day: string | null;
  /** `file`: a picture that could not be sent with it. */
  onSent: (request: LeaveRequest, file: File | null) => void;
}

export function LeaveForm({ asker, day, onSent }: Props) {
  const sending = useSending();
  const today = schoolDay(now.value);
  const draft = useSignal<Draft>({
    from: day ?? today,
    to: day ?? today,
    part: "day",
    exitAt: "",
    reason: "",
  });
  const file = useSignal<File | null>(null);
  const isChecked = useSignal(false);
  const key = useRef({ body: "", key: "" });
  const faults = isChecked.value ? faultsOf(draft.value, today) : {};
  const change = (changed: Partial<Draft>) => {
    draft.value = { ...draft.peek(), ...changed };
  };

  async function send(): Promise<void> {
    // Sent again after a lost answer it is the same request; a changed one is another.
    const body = JSON.stringify(draft.peek());
    if (key.current.body !== body) key.current = { body, key: crypto.randomUUID() };
    const { request, unsent } = await sendLeave(asker, draft.peek(), file.peek(), key.current.key);
    onSent(request, unsent);
  }

  // The family may have been told of that day already.
  const isPast = draft.value.to < today || (day !== null && draft.value.from === day);
  const isOwn = asker.kind === "staff";
  return (
    <Form
      sending={sending}
      onSend={send}
      check={() => {
        isChecked.value = true;
        return Object.keys(faultsOf(draft.peek(), today)).length === 0;
      }}
    >
      <When draft={draft} faults={faults} today={today} onChange={change} />
      <WhichPart draft={draft.value} faults={faults} onChange={change} />
      <Why draft={draft.value} fault={faults.reason} isOwn={isOwn} onChange={change} />
      <PictureField
        file={file.value}
        disabled={sending.busy.value}
        onFile={(chosen) => {
          file.value = chosen;
        }}
      />
      <p class="hint">{isOwn ? V.nextOwn() : isPast ? V.nextPast() : V.next()}</p>
      <Button kind="main" type="submit" busy={sending.busy.value}>
        {V.send()}
      </Button>
    </Form>
  );
}

type Change = (changed: Partial<Draft>) => void;

interface WhenProps {
  draft: Signal<Draft>;
  faults: Faults;
  today: string;
  onChange: Change;
}

function When({ draft, faults, today, onChange }: WhenProps) {
  const { from, to } = draft.value;
  const tomorrow = dayAfter(today);
  const isOne = from === to && (from === today || from === tomorrow);
  const isOther = useSignal(!isOne);
  const choose = (day: string) => {
    isOther.value = false;
    onChange({ from: day, to: day });
  };
  return (
    <fieldset class="stack-small">
      <legend>{V.when()}</legend>
      <div class="segments leave-days">
        {[
          { day: today, words: V.today() },
          { day: tomorrow, words: V.tomorrow() },
        ].map(({ day, words }) => (
          <Button
            key={day}
            aria-pressed={!isOther.value && from === day}
            onClick={() => choose(day)}
          >
            {words}
          </Button>
        ))}
        <Button
          aria-pressed={isOther.value}
          onClick={() => {
            isOther.value = true;
          }}
        >
          {V.otherDays()}
        </Button>
      </div>
      {isOther.value && (
        <div class="leave-dates">
          <Field
            label={V.from()}
            type="date"
            value={from}
            fault={faults.from}
            onInput={(event) => {
              const day = event.currentTarget.value;
              onChange({ from: day, ...((to < day || to === from) && { to: day }) });
            }}
          />
          <Field
            label={V.to()}
            type="date"
            min={from}
            value={to}
            fault={faults.to}
            onInput={(event) => onChange({ to: event.currentTarget.value })}
          />
        </div>
      )}
    </fieldset>
  );
}

interface PartProps {
  draft: Draft;
  faults: Faults;
  onChange: Change;
}

function WhichPart({ draft, faults, onChange }: PartProps) {
  return (
    <fieldset class="stack-small">
      <legend>{V.part()}</legend>
      <div class="leave-parts">
        {PARTS.map((part) => (
          <Button key={part} aria-pressed={draft.part === part} onClick={() => onChange({ part })}>
            {partName(part)}
          </Button>
        ))}
      </div>
      {draft.part === "early_exit" && (
        <Field
          label={V.exitAt()}
          type="time"
          hint={V.exitHint()}
          value={draft.exitAt}
          fault={faults.exitAt}
          onInput={(event) => onChange({ exitAt: event.currentTarget.value })}
        />
      )}
    </fieldset>
  );
}

interface WhyProps {
  draft: Draft;
  fault: string | undefined;
  isOwn: boolean;
  onChange: Change;
}

function Why({ draft, fault, isOwn, onChange }: WhyProps) {
  const id = useId();
  const usual = isOwn
    ? [V.whyOwnSick(), V.whyDoctor(), V.whyFamily(), V.whyOwnCourse()]
    : [V.whySick(), V.whyDoctor(), V.whyFamily(), V.whyContest()];
  return (
    <fieldset class="stack-small">
      <legend>{V.why()}</legend>
      <div class="leave-chips">
        {usual.map((each) => (
          <Button
            key={each}
            aria-pressed={draft.reason === each}
            onClick={() => onChange({ reason: each })}
          >
            {each}
          </Button>
        ))}
      </div>
      <div class="field">
        <label for={id}>{V.reason()}</label>
        <textarea
          id={id}
          rows={2}
          maxLength={500}
          value={draft.reason}
          aria-invalid={Boolean(fault)}
          aria-describedby={`${id}-fault`}
          onInput={(event) => onChange({ reason: event.currentTarget.value })}
        />
        <p id={`${id}-fault`} class="fault">
          {fault}
        </p>
      </div>
    </fieldset>
  );
}
