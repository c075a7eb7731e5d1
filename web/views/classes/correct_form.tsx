/** Setting a pupil's state right: which session, what it was, and why. */

import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Form, useSending } from "../../components/form";
import { Reason } from "../../components/reason";
import { Button, Field, Note } from "../../components/ui";
import { L } from "../../i18n/classes";
import {
  type Correction,
  type Draft,
  draftOf,
  type Faults,
  faultsOf,
  SET_STATES,
  sendCorrection,
} from "./correcting";
import { LEAST_REASON } from "./marking";
import type { ShiftState } from "./register";
import { stateName } from "./words";

interface Props {
  studentId: string;
  day: string;
  shifts: readonly ShiftState[];
  /** The session that is looked at. */
  first: ShiftState | null;
  onCorrected: () => Promise<void>;
  onClose: () => void;
}

export function CorrectState({ studentId, day, shifts, first, onCorrected, onClose }: Props) {
  const sending = useSending();
  const draft = useSignal<Draft>(draftOf(shifts, first));
  const reason = useSignal("");
  const isChecked = useSignal(false);
  const done = useSignal<Correction | null>(null);
  const isShort = reason.value.trim().length < LEAST_REASON;

  if (done.value)
    return (
      <div class="stack">
        <Note tone={done.value.status === "pending" ? "wait" : "good"}>
          {done.value.status === "pending" ? L.correctedWaits() : L.corrected()}
        </Note>
        <div class="across end">
          <Button kind="main" onClick={onClose}>
            {L.done()}
          </Button>
        </div>
      </div>
    );
  return (
    <Form
      sending={sending}
      check={() => {
        isChecked.value = true;
        return Object.keys(faultsOf(draft.peek())).length === 0 && !isShort;
      }}
      onSend={async () => {
        done.value = await sendCorrection(draft.peek(), {
          studentId,
          day,
          reason: reason.peek(),
        });
        void onCorrected();
      }}
    >
      <StateFields
        draft={draft.value}
        shifts={shifts}
        faults={isChecked.value ? faultsOf(draft.value) : {}}
        onChange={(changed) => {
          draft.value = { ...draft.peek(), ...changed };
        }}
      />
      <Reason
        class="mark-reasons"
        question={L.whyCorrect()}
        label={L.reason()}
        usual={[L.whySeen(), L.whyMixed(), L.whyCalled()]}
        value={reason.value}
        maxLength={500}
        fault={isChecked.value && isShort ? L.whyShort() : null}
        onChange={(changed) => {
          reason.value = changed;
        }}
      />
      <p class="hint">{L.correctHint()}</p>
      <Button type="submit" kind="main" busy={sending.busy.value}>
        {L.correctDo()}
      </Button>
    </Form>
  );
}

interface FieldsProps {
  draft: Draft;
  shifts: readonly ShiftState[];
  faults: Faults;
  onChange: (changed: Partial<Draft>) => void;
}

export function StateFields({ draft, shifts, faults, onChange }: FieldsProps) {
  const id = useId();
  return (
    <>
      {shifts.length > 1 && (
        <fieldset class="segments">
          <legend class="sr-only">{L.shift()}</legend>
          {shifts.map((each) => (
            <Button
              key={each.shift_id}
              aria-pressed={draft.shiftId === each.shift_id}
              onClick={() => onChange({ shiftId: each.shift_id })}
            >
              {each.shift_name}
            </Button>
          ))}
        </fieldset>
      )}
      <fieldset>
        <legend>{L.correctTo()}</legend>
        {SET_STATES.map((state) => (
          <label key={state} class="choice">
            <input
              type="radio"
              name={id}
              checked={draft.state === state}
              aria-invalid={Boolean(faults.state)}
              onChange={() => onChange({ state })}
            />
            <span>{stateName(state)}</span>
          </label>
        ))}
        <p class="fault" role="alert">
          {faults.state}
        </p>
      </fieldset>
      {draft.state === "late" && (
        <Field
          label={L.minutesLate()}
          type="number"
          min={1}
          max={600}
          value={draft.minutes}
          fault={faults.minutes ?? null}
          onInput={(event) => onChange({ minutes: event.currentTarget.value })}
        />
      )}
    </>
  );
}
