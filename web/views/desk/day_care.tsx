/** Meals and sleep of small children: once for all of them, and for one whose day was different. */

import { useId } from "preact/hooks";
import { Card, Field } from "../../components/ui";
import { Y } from "../../i18n/class_day";
import { type CareDraft, EATEN, type Eaten, MEALS, NO_CARE } from "./day_draft";
import { Words } from "./day_lessons";
import type { PartProps } from "./day_part";

export function CareForAll({ day, draft, put }: PartProps) {
  if (!day.may_write_care) return null;
  const care = draft.value.careAll ?? NO_CARE;
  return (
    <Card aria-label={Y.care()}>
      <h2>{Y.care()}</h2>
      <p class="muted small">{Y.careHint()}</p>
      <CareFields care={care} onChange={(changed) => put({ careAll: { ...care, ...changed } })} />
    </Card>
  );
}

interface FieldsProps {
  care: CareDraft;
  withNote?: boolean;
  onChange: (changed: Partial<CareDraft>) => void;
}

export function CareFields({ care, withNote, onChange }: FieldsProps) {
  return (
    <>
      <div class="desk-dates">
        {MEALS.map((meal) => (
          <Meal
            key={meal}
            label={Y[meal]()}
            value={care[meal]}
            onChange={(eaten) => onChange({ [meal]: eaten })}
          />
        ))}
        <Field
          label={Y.sleep()}
          type="number"
          min={0}
          max={720}
          step={5}
          value={care.sleep}
          onInput={(event) => onChange({ sleep: event.currentTarget.value })}
        />
      </div>
      {withNote && (
        <Words
          label={Y.careNote()}
          rows={2}
          maxLength={1000}
          value={care.note}
          fault={undefined}
          onChange={(note) => onChange({ note })}
        />
      )}
    </>
  );
}

interface MealProps {
  label: string;
  value: Eaten | null;
  onChange: (eaten: Eaten | null) => void;
}

function Meal({ label, value, onChange }: MealProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value ?? ""}
        onChange={(event) => onChange((event.currentTarget.value || null) as Eaten | null)}
      >
        <option value="">{Y.noMeal()}</option>
        {EATEN.map((each) => (
          <option key={each} value={each}>
            {Y[`ate_${each}`]()}
          </option>
        ))}
      </select>
    </div>
  );
}
