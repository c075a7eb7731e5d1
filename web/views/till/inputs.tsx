/** Inputs of the money's forms, bound to a signal. */

import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Button, Field } from "../../components/ui";
import { T } from "../../i18n/till";
import { FindPerson } from "../desk/people";

interface TextProps {
  label: string;
  value: Signal<string>;
  hint?: string;
  fault?: string | null;
  name?: string;
  type?: "text" | "date" | "time" | "password" | "number" | "search";
  maxLength?: number;
  min?: string | number;
  max?: string | number;
  autoComplete?: string;
  disabled?: boolean;
}

export function Text({ value, ...rest }: TextProps) {
  return (
    <Field
      {...rest}
      value={value.value}
      onInput={(event) => {
        value.value = event.currentTarget.value;
      }}
    />
  );
}

interface TickProps {
  label: string;
  hint?: string;
  value: Signal<boolean>;
  disabled?: boolean;
}

export function Tick({ label, hint, value, disabled }: TickProps) {
  const id = useId();
  return (
    <div>
      <label class="choice" for={id}>
        <input
          id={id}
          type="checkbox"
          checked={value.value}
          disabled={disabled}
          aria-describedby={hint ? `${id}-hint` : undefined}
          onChange={(event) => {
            value.value = event.currentTarget.checked;
          }}
        />
        <span>{label}</span>
      </label>
      {hint && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
    </div>
  );
}

interface ChipsProps<V extends string> {
  label: string;
  value: Signal<V>;
  options: readonly (readonly [value: V, name: string])[];
}

/** A few choices of which one holds, each a tap. */
export function Chips<V extends string>({ label, value, options }: ChipsProps<V>) {
  return (
    <fieldset class="till-chips">
      <legend class="sr-only">{label}</legend>
      {options.map(([each, name]) => (
        <Button
          key={each}
          aria-pressed={value.value === each}
          onClick={() => {
            value.value = each;
          }}
        >
          {name}
        </Button>
      ))}
    </fieldset>
  );
}

export interface Chosen {
  readonly id: string;
  readonly name: string;
  readonly more: string | null;
}

interface PupilProps {
  school: number;
  value: Signal<Chosen | null>;
  fault?: string | null;
  label?: string;
}

/** One pupil, found by name. */
export function PupilField({ school, value, fault, label }: PupilProps) {
  const chosen = value.value;
  if (!chosen)
    return (
      <div>
        <FindPerson
          school={school}
          kind="student"
          label={label ?? T.findPupil()}
          onChoose={(person) => {
            value.value = person;
          }}
        />
        {fault && (
          <p class="fault" role="alert">
            {fault}
          </p>
        )}
      </div>
    );
  return (
    <div class="across">
      <span class="grow">
        <strong>{chosen.name}</strong>
        {chosen.more && <span class="muted"> {chosen.more}</span>}
      </span>
      <Button
        onClick={() => {
          value.value = null;
        }}
      >
        {T.other()}
      </Button>
    </div>
  );
}
