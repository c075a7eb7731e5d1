/** What a day is, or several in a row. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Dialog, Field } from "../../components/ui";
import { dayName } from "../../format";
import { C } from "../../i18n/common";
import { O } from "../../i18n/office";
import { S } from "../../i18n/office_school";
import { type DayKind, daysBetween, lengthOf, type SpecialDay, weekdayOf } from "./days";
import { Radios } from "./inputs";

interface Props {
  school: number;
  day: string;
  /** What the day is already. */
  now: SpecialDay | null;
  held: ReadonlySet<number> | null;
  onClose: () => void;
  onSaved: () => Promise<void>;
}

const MOST_DAYS = 60;

export function DayForm({ school, day, now, held, onClose, onSaved }: Props) {
  const sending = useSending();
  const isOff = held !== null && !held.has(weekdayOf(day));
  const kind = useSignal<DayKind>(now?.kind ?? (isOff ? "make_up" : "holiday"));
  const name = useSignal(now?.name ?? "");
  const from = useSignal(day);
  const to = useSignal(day);
  const tried = useSignal(false);
  const days = from.value && to.value ? lengthOf(from.value, to.value) : 0;
  const nameFault = name.value.trim() ? "" : O.nameMissing();
  const toFault = days >= 1 && days <= MOST_DAYS ? "" : S.badRange();

  function check(): boolean {
    tried.value = true;
    return !nameFault && !toFault;
  }

  async function save(): Promise<void> {
    const body = { kind: kind.value, name: name.value.trim() };
    try {
      for (const each of daysBetween(from.value, to.value)) {
        const path = { school_id: school, day: each };
        await of(api.PUT("/v1/schools/{school_id}/calendar/{day}", { params: { path }, body }));
      }
    } finally {
      // Also what was written before something failed.
      await onSaved();
    }
    onClose();
  }

  async function remove(): Promise<void> {
    const path = { school_id: school, day };
    const isDone = await sending.run(async () => {
      await of(api.DELETE("/v1/schools/{school_id}/calendar/{day}", { params: { path } }));
      await onSaved();
    });
    if (isDone) onClose();
  }

  return (
    <Dialog title={dayName(day)} onClose={onClose}>
      <Form sending={sending} onSend={save} check={check}>
        <Radios
          label={S.dayKind()}
          value={kind}
          options={[
            ["holiday", `${S.holiday()} (${S.holidayHint()})`],
            ["closure", `${S.closure()} (${S.closureHint()})`],
            ["make_up", `${S.make_up()} (${S.makeUpHint()})`],
          ]}
        />
        <Field
          label={S.dayName()}
          hint={S.dayNameHint()}
          fault={tried.value ? nameFault : ""}
          name="name"
          maxLength={200}
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
        <div class="calendar-range">
          <Field
            label={S.fromDay()}
            type="date"
            name="from"
            value={from.value}
            onInput={(event) => {
              from.value = event.currentTarget.value;
            }}
          />
          <Field
            label={S.toDay()}
            fault={tried.value ? toFault : ""}
            type="date"
            name="to"
            min={from.value}
            value={to.value}
            onInput={(event) => {
              to.value = event.currentTarget.value;
            }}
          />
        </div>
        <div class="across end">
          {now && (
            <Button kind="danger" busy={sending.busy.value} onClick={() => void remove()}>
              {S.removeDay()}
            </Button>
          )}
          <Button kind="main" type="submit" busy={sending.busy.value}>
            {C.save()}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
