/** When a teacher reads messages, and days away. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Card, Field, Loaded, Note } from "../../components/ui";
import { hat } from "../../hats";
import { H } from "../../i18n/contact_hours";
import { useQuery } from "../../query";
import { Ticks } from "../office/inputs";
import { BookPage } from "./frame";

type Hours = Schemas["HoursShown"];

export default function ContactHours() {
  const school = hat.value?.schoolId ?? 0;
  const query = useQuery(
    "gio-lien-lac",
    async () => (await of(api.GET("/v1/me/contact-hours"))).items,
    { keeps: false },
  );
  return (
    <BookPage school={school} here="hours" title={H.title()}>
      <p class="muted">{H.lead()}</p>
      <Loaded query={query}>
        {(all) => {
          const hours = all.find((each) => each.school_id === school);
          return hours ? <HoursForm hours={hours} /> : <Note>{H.none()}</Note>;
        }}
      </Loaded>
    </BookPage>
  );
}

const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;

function HoursForm({ hours }: { hours: Hours }) {
  const sending = useSending();
  const from = useSignal(hours.from_time.slice(0, 5));
  const until = useSignal(hours.until_time.slice(0, 5));
  const days = useSignal<readonly number[]>(hours.weekdays);
  const awayUntil = useSignal(hours.away_until ?? "");
  const note = useSignal(hours.away_note ?? "");
  const isSaved = useSignal(false);
  const fault = useSignal<string | null>(null);
  async function save(): Promise<void> {
    isSaved.value = false;
    const body = {
      school_id: hours.school_id,
      from_time: `${from.peek()}:00`,
      until_time: `${until.peek()}:00`,
      weekdays: [...days.peek()].sort() as (1 | 2 | 3 | 4 | 5 | 6 | 7)[],
      away_until: awayUntil.peek() || null,
      away_note: (awayUntil.peek() && note.peek().trim()) || null,
    };
    await of(api.PUT("/v1/me/contact-hours", { body }));
    isSaved.value = true;
  }
  return (
    <Form
      sending={sending}
      check={() => {
        fault.value = from.peek() < until.peek() ? null : H.order();
        return fault.peek() === null;
      }}
      onSend={save}
    >
      <Card>
        <h2>{H.hours()}</h2>
        <div class="desk-dates">
          <Field
            label={H.from()}
            type="time"
            value={from.value}
            onInput={(event) => (from.value = event.currentTarget.value)}
          />
          <Field
            label={H.until()}
            type="time"
            value={until.value}
            fault={fault.value}
            onInput={(event) => (until.value = event.currentTarget.value)}
          />
        </div>
        <Ticks
          label={H.days()}
          value={days}
          options={DAYS.map((day) => [day, H[`day${day}`]()] as const)}
          inRow
        />
      </Card>
      <Card>
        <h2>{H.away()}</h2>
        <p class="muted small">{H.awayHint()}</p>
        <Field
          label={H.awayUntil()}
          type="date"
          value={awayUntil.value}
          onInput={(event) => (awayUntil.value = event.currentTarget.value)}
        />
        {awayUntil.value && (
          <>
            <Field
              label={H.awayNote()}
              hint={H.awayNoteHint()}
              maxLength={500}
              value={note.value}
              onInput={(event) => (note.value = event.currentTarget.value)}
            />
            <Button
              class="desk-start"
              onClick={() => {
                awayUntil.value = "";
                note.value = "";
              }}
            >
              {H.back()}
            </Button>
          </>
        )}
      </Card>
      {isSaved.value && <Note tone="good">{H.saved()}</Note>}
      <Button kind="main" type="submit" busy={sending.busy.value}>
        {H.save()}
      </Button>
    </Form>
  );
}
