/** What a notice asks for, and until when. */

import { Button, Field } from "../../components/ui";
import { schoolDay } from "../../format";
import { N } from "../../i18n/notices";
import {
  ANSWER_KINDS,
  type AnswerKind,
  type Draft,
  type Faults,
  LEAST_OPTIONS,
  MOST_OPTIONS,
  usualDeadline,
} from "./notice_draft";

const NAMES: Record<AnswerKind, () => string> = {
  none: N.answerNone,
  acknowledge: N.answerAcknowledge,
  rsvp: N.answerRsvp,
  yes_no: N.answerYesNo,
  choice: N.answerChoice,
  text: N.answerText,
};

interface Props {
  draft: Draft;
  faults: Faults;
  onChange: (changed: Partial<Draft>) => void;
}

export function Asking({ draft, faults, onChange }: Props) {
  const { answerKind, until } = draft;
  return (
    <>
      <fieldset class="stack-small">
        <legend>{N.ask()}</legend>
        <div class="desk-chips">
          {ANSWER_KINDS.map((kind) => (
            <Button
              key={kind}
              aria-pressed={answerKind === kind}
              onClick={() =>
                onChange({
                  answerKind: kind,
                  ...(!until.day && { until: usualDeadline(schoolDay()) }),
                })
              }
            >
              {NAMES[kind]()}
            </Button>
          ))}
        </div>
      </fieldset>
      {answerKind === "choice" && (
        <Options options={draft.options} fault={faults.options} onChange={onChange} />
      )}
      {answerKind !== "none" && (
        <fieldset class="desk-dates">
          <legend>{N.deadline()}</legend>
          <Field
            label={N.deadlineDay()}
            type="date"
            value={until.day}
            fault={faults.until ?? null}
            onInput={(event) => onChange({ until: { ...until, day: event.currentTarget.value } })}
          />
          <Field
            label={N.deadlineTime()}
            type="time"
            value={until.time}
            onInput={(event) => onChange({ until: { ...until, time: event.currentTarget.value } })}
          />
        </fieldset>
      )}
    </>
  );
}

interface OptionsProps {
  options: readonly string[];
  fault: string | undefined;
  onChange: Props["onChange"];
}

function Options({ options, fault, onChange }: OptionsProps) {
  return (
    <fieldset class="stack-small">
      <legend>{N.options()}</legend>
      {options.map((option, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a choice is its place
        <div key={n} class="desk-option">
          <Field
            class="grow"
            label={N.option(n + 1)}
            maxLength={100}
            value={option}
            fault={n === 0 ? (fault ?? null) : null}
            onInput={(event) => onChange({ options: options.with(n, event.currentTarget.value) })}
          />
          {options.length > LEAST_OPTIONS && (
            <Button
              kind="quiet"
              icon="cross"
              aria-label={N.dropOption(n + 1)}
              onClick={() => onChange({ options: options.toSpliced(n, 1) })}
            />
          )}
        </div>
      ))}
      {options.length < MOST_OPTIONS && (
        <Button
          kind="quiet"
          icon="plus"
          class="desk-start"
          onClick={() => onChange({ options: [...options, ""] })}
        >
          {N.addOption()}
        </Button>
      )}
    </fieldset>
  );
}
