/** Inputs of the office's forms, bound to a signal. */

import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";

type Option<V extends string | number> = readonly [value: V, name: string];

interface SelectProps<V extends string> {
  label: string;
  value: Signal<V>;
  options: readonly Option<V>[];
}

export function Select<V extends string>({ label, value, options }: SelectProps<V>) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value.value}
        onChange={(event) => {
          value.value = event.currentTarget.value as V;
        }}
      >
        {options.map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

interface RadiosProps<V extends string | number> {
  label: string;
  value: Signal<V>;
  options: readonly Option<V>[];
}

export function Radios<V extends string | number>({ label, value, options }: RadiosProps<V>) {
  const name = useId();
  return (
    <fieldset>
      <legend>{label}</legend>
      {options.map(([each, words]) => (
        <label key={each} class="choice">
          <input
            type="radio"
            name={name}
            checked={value.value === each}
            onChange={() => {
              value.value = each;
            }}
          />
          {words}
        </label>
      ))}
    </fieldset>
  );
}

interface TicksProps<V extends string | number> {
  label: string;
  value: Signal<readonly V[]>;
  options: readonly Option<V>[];
  fault?: string;
  /** Beside each other instead of below. */
  inRow?: boolean;
}

export function Ticks<V extends string | number>(props: TicksProps<V>) {
  const { label, value, options, fault, inRow } = props;
  return (
    <fieldset>
      <legend>{label}</legend>
      <div class={inRow ? "across" : ""}>
        {options.map(([each, words]) => (
          <label key={each} class="choice">
            <input
              type="checkbox"
              checked={value.value.includes(each)}
              onChange={(event) => {
                const others = value.value.filter((one) => one !== each);
                value.value = event.currentTarget.checked ? [...others, each] : others;
              }}
            />
            {words}
          </label>
        ))}
      </div>
      {fault && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </fieldset>
  );
}
