/** Where an amount is typed: dots between the thousands as one types, and the words below. */

import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { count } from "../format";
import { amountOf, caretIn } from "../money";
import { inWords } from "../money_words";
import "./money.css";

interface Props {
  label: string;
  value: Signal<number | null>;
  /** Said as long as nothing is typed. */
  hint?: string;
  fault?: string | null;
  name?: string;
  disabled?: boolean;
  /** In a table's row: the label is heard, not seen, and no words stand below. */
  isBare?: boolean;
}

export function MoneyField({ label, value, hint, fault, name, disabled, isBare }: Props) {
  const id = useId();
  const amount = value.value;
  return (
    <div class={isBare ? "field money-bare" : "field"}>
      <label for={id} class={isBare ? "sr-only" : undefined}>
        {label}
      </label>
      <span class="money-input">
        <input
          id={id}
          class="number"
          inputMode="numeric"
          autoComplete="off"
          name={name}
          disabled={disabled}
          value={amount === null ? "" : count(amount)}
          aria-invalid={Boolean(fault)}
          aria-describedby={`${id}-more`}
          onInput={(event) => take(event.currentTarget, value)}
        />
        <span aria-hidden="true">đ</span>
      </span>
      <p id={`${id}-more`} class={fault ? "fault" : "hint"}>
        {fault || (isBare ? "" : amount === null ? hint : inWords(amount))}
      </p>
    </div>
  );
}

/** The dots move what was typed; the caret stays behind the same digit. */
function take(input: HTMLInputElement, value: Signal<number | null>): void {
  const after = input.value.slice(input.selectionEnd ?? input.value.length).replace(/\D/g, "");
  const amount = amountOf(input.value);
  value.value = amount;
  const text = amount === null ? "" : count(amount);
  input.value = text;
  const caret = caretIn(text, after.length);
  input.setSelectionRange(caret, caret);
}
