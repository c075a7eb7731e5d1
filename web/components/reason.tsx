/** Why something is done: the usual reasons, each a tap, and a field for any other. */

import { Button, Field } from "./ui";

interface Props {
  /** Of the usual reasons. */
  class: string;
  /** Asked over the usual reasons; without it the field's label stands for it, only to be heard. */
  question?: string;
  label: string;
  usual: readonly string[];
  value: string;
  maxLength: number;
  fault: string | null;
  onChange: (reason: string) => void;
}

export function Reason({
  class: row,
  question,
  label,
  usual,
  value,
  maxLength,
  fault,
  onChange,
}: Props) {
  return (
    <>
      <fieldset class={row}>
        <legend class={question ? undefined : "sr-only"}>{question ?? label}</legend>
        {usual.map((each) => (
          <Button key={each} aria-pressed={value === each} onClick={() => onChange(each)}>
            {each}
          </Button>
        ))}
      </fieldset>
      <Field
        label={label}
        value={value}
        maxLength={maxLength}
        fault={fault}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </>
  );
}
