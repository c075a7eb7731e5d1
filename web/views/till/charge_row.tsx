/** One row of what a period collects. */

import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { MoneyField } from "../../components/money_field";
import { Badge, Button, Field } from "../../components/ui";
import { T } from "../../i18n/till";
import { P } from "../../i18n/till_period";
import { S } from "../../i18n/till_setup";
import { dong } from "../../money";
import { isPupil, pupilIdOf, type Row, type RowFault, SOME_PUPIL } from "./charges_model";
import { type Chosen, PupilField } from "./inputs";
import type { Item } from "./lists";
import { pupilOf } from "./pupil";
import { perUnit } from "./words";

interface Props {
  school: number;
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

export function ChargeRow({ school, row, item, whom, fault, onChange, onRemove }: Props) {
  const id = useId();
  const amount = useSignal(row.amount);
  useSignalEffect(() => {
    if (amount.value !== row.amount) onChange({ ...row, amount: amount.value });
  });
  const name = item?.name ?? "";
  const chosen = isPupil(row.whom) ? SOME_PUPIL : row.whom;
  const known = [...whom, [SOME_PUPIL, P.onePupil()] as const];
  const options = known.some(([value]) => value === chosen)
    ? known
    : [...known, [chosen, P.otherGroup()] as const];
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
      <div class="stack-small">
        <div class="field">
          <label for={id}>{S.whom()}</label>
          <select
            id={id}
            value={chosen}
            onChange={(event) => onChange({ ...row, whom: event.currentTarget.value })}
          >
            {options.map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </div>
        {chosen === SOME_PUPIL && (
          <OnePupil
            school={school}
            id={pupilIdOf(row.whom)}
            onChoose={(pupil) => onChange({ ...row, whom: `${SOME_PUPIL}${pupil}` })}
          />
        )}
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
      <Field
        label={P.dueDay()}
        hint={P.dueHint()}
        class="till-due"
        type="date"
        value={row.dueDay}
        onInput={(event) => onChange({ ...row, dueDay: event.currentTarget.value })}
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

interface OnePupilProps {
  school: number;
  /** "": not chosen yet */
  id: string;
  onChoose: (id: string) => void;
}

function OnePupil({ school, id, onChoose }: OnePupilProps) {
  const pupil = useSignal<Chosen | null>(id ? { id, name: T.pupil(), more: null } : null);
  const first = useRef(id).current;
  useEffect(() => {
    if (!first) return;
    pupilOf(school, first).then(
      (found) => {
        if (pupil.peek()?.id === first) pupil.value = found;
      },
      () => {}, // stays "a pupil"
    );
  }, [school, first, pupil]);
  useSignalEffect(() => {
    const now = pupil.value?.id ?? "";
    if (now !== id) onChoose(now);
  });
  return <PupilField school={school} value={pupil} />;
}
