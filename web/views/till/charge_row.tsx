/** One row of what a period collects. */

import { useSignal, useSignalEffect } from "@preact/signals";
import { useId } from "preact/hooks";
import { MoneyField } from "../../components/money_field";
import { Badge, Button, Field } from "../../components/ui";
import { P } from "../../i18n/till_period";
import { S } from "../../i18n/till_setup";
import { dong } from "../../money";
import type { Row, RowFault } from "./charges_model";
import type { Item } from "./lists";
import { perUnit } from "./words";

interface Props {
  row: Row;
  item: Item | undefined;
  whom: readonly (readonly [string, string])[];
  fault: string;
  onChange: (row: Row) => void;
  onRemove: () => void;
}

export function chargeFault(fault: RowFault | null): string {
  return fault === null ? "" : P[fault]();
}

export function ChargeRow({ row, item, whom, fault, onChange, onRemove }: Props) {
  const id = useId();
  const amount = useSignal(row.amount);
  useSignalEffect(() => {
    if (amount.value !== row.amount) onChange({ ...row, amount: amount.value });
  });
  const name = item?.name ?? "";
  const options = whom.some(([value]) => value === row.whom)
    ? whom
    : [...whom, [row.whom, P.onePupil()] as const];
  return (
    <section class="till-charge" aria-label={name}>
      <div class="till-charge-name">
        <strong>{name}</strong>
        {item?.is_voluntary && <Badge tone="wait">{S.voluntary()}</Badge>}
        <span class="muted small">
          {item && perUnit(item.unit)}
          {item?.cap != null && ` · ${S.capShown(dong(item.cap))}`}
        </span>
      </div>
      <div class="field">
        <label for={id}>{S.whom()}</label>
        <select
          id={id}
          value={row.whom}
          onChange={(event) => onChange({ ...row, whom: event.currentTarget.value })}
        >
          {options.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </div>
      <MoneyField label={S.unitAmount()} value={amount} />
      <Field
        label={S.quantity()}
        hint={item?.unit === "day" ? S.quantityHint() : undefined}
        inputMode="numeric"
        value={row.quantity}
        maxLength={3}
        onInput={(event) => onChange({ ...row, quantity: event.currentTarget.value.trim() })}
      />
      <Field
        label={S.seq()}
        type="number"
        min={1}
        max={12}
        value={row.seq}
        onInput={(event) => onChange({ ...row, seq: Number(event.currentTarget.value) || 1 })}
      />
      <Button kind="quiet" icon="cross" aria-label={P.removeOf(name)} onClick={onRemove} />
      {fault && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </section>
  );
}
