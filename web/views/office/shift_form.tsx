/** Adds or changes a shift, and says in words what it means. */

import { type Signal, useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Dialog, Field, Note } from "../../components/ui";
import { C } from "../../i18n/common";
import { O } from "../../i18n/office";
import { S } from "../../i18n/office_school";
import { Ticks } from "./inputs";
import type { Shift } from "./lists";
import { faultsOf, type Times, type Weekday } from "./shift_times";
import { type Preset, shiftWords, shortDay, WEEKDAYS } from "./shift_words";

interface Props {
  school: number;
  changed: Shift | null;
  preset: Preset | null;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

const FIELDS: readonly [keyof Times, () => string, (() => string)?][] = [
  ["starts_at", S.startsAt],
  ["late_after", S.lateAfter, S.lateHint],
  ["cut_off", S.cutOff, S.cutOffHint],
  ["ends_at", S.endsAt],
];

function timesOf(from: Times | null): Times {
  const cut = (time: string | undefined) => time?.slice(0, 5) ?? "";
  return {
    starts_at: cut(from?.starts_at),
    late_after: cut(from?.late_after),
    cut_off: cut(from?.cut_off),
    ends_at: cut(from?.ends_at),
  };
}

export function ShiftForm({ school, changed, preset, onClose, onSaved }: Props) {
  const sending = useSending();
  const isNamed = preset && preset.key !== "own";
  const name = useSignal(changed?.name ?? (isNamed ? S[preset.key]() : ""));
  const times = useSignal(timesOf(changed ?? preset));
  const weekdays = useSignal<readonly Weekday[]>(
    (changed?.weekdays as Weekday[] | undefined) ?? [1, 2, 3, 4, 5],
  );
  const tried = useSignal(false);

  const nameFault = name.value.trim() ? "" : O.nameMissing();
  const faults = faultsOf(times.value);
  const isGood = !Object.keys(faults).length && weekdays.value.length > 0;

  function check(): boolean {
    tried.value = true;
    return isGood && !nameFault;
  }

  async function save(): Promise<void> {
    const body = {
      name: name.value.trim(),
      ...times.value,
      weekdays: [...weekdays.value].sort((a, b) => a - b),
    };
    const path = { school_id: school };
    await of(
      changed
        ? api.PATCH("/v1/schools/{school_id}/shifts/{shift_id}", {
            params: { path: { ...path, shift_id: changed.id } },
            body,
          })
        : api.POST("/v1/schools/{school_id}/shifts", { params: { path }, body }),
    );
    await onSaved();
    onClose();
  }

  return (
    <Dialog title={changed ? S.editShift() : S.addShift()} onClose={onClose}>
      <Form sending={sending} onSend={save} check={check}>
        <Field
          label={S.shiftName()}
          fault={tried.value ? nameFault : ""}
          name="name"
          maxLength={200}
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
        <TimeFields times={times} tried={tried.value} />
        <Ticks
          label={S.weekdays()}
          value={weekdays}
          options={WEEKDAYS.map((day) => [day, shortDay(day)])}
          fault={tried.value && !weekdays.value.length ? S.noWeekday() : ""}
          inRow
        />
        {isGood && (
          <Note>
            <strong>{S.preview()}</strong>
            <p>{shiftWords({ ...times.value, weekdays: weekdays.value })}</p>
          </Note>
        )}
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {C.save()}
        </Button>
      </Form>
    </Dialog>
  );
}

/** What does not fit is said as it is typed; what is missing, once somebody wants to save. */
function TimeFields({ times, tried }: { times: Signal<Times>; tried: boolean }) {
  const faults = faultsOf(times.value);
  return (
    <div class="shift-times">
      {FIELDS.map(([key, label, hint]) => {
        const fault = faults[key];
        return (
          <Field
            key={key}
            label={label()}
            hint={hint?.()}
            fault={fault && (tried || fault !== "timeMissing") ? S[fault]() : ""}
            type="time"
            name={key}
            value={times.value[key]}
            onInput={(event) => {
              times.value = { ...times.value, [key]: event.currentTarget.value };
            }}
          />
        );
      })}
    </div>
  );
}
