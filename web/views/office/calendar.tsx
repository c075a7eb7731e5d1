/** The school year's special days: a month to tap on, and a list of what is coming. */

import "./calendar.css";
import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { Icon } from "../../components/icons";
import { Badge, Button, Loaded } from "../../components/ui";
import { count, dayName, schoolDay } from "../../format";
import { O } from "../../i18n/office";
import { S } from "../../i18n/office_school";
import { type Query, useQuery } from "../../query";
import type { Parameters } from "../../router";
import { MonthGrid } from "./calendar_month";
import { DayForm } from "./day_form";
import { addMonths, daysBetween, type Span, type SpecialDay, spansOf, yearAround } from "./days";
import { useShifts } from "./lists";
import { OfficePage, pathOf } from "./office";

const TONES = { holiday: "bad", closure: "late", make_up: "good" } as const;

export default function Calendar({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const today = schoolDay();
  const month = useSignal(today.slice(0, 7));
  const { from, to } = yearAround(month.value);
  const query = useQuery(`calendar/${school}/${from}`, async () => {
    const params = { path: { school_id: school }, query: { from, to } };
    return (await of(api.GET("/v1/schools/{school_id}/calendar", { params }))).items;
  });
  const chosen = useSignal<string | null>(null);
  const shifts = useShifts(school).data.value;
  const held = shifts?.length ? new Set(shifts.flatMap((shift) => shift.weekdays)) : null;
  return (
    <OfficePage
      school={school}
      here="lich"
      title={S.calendar()}
      actions={
        <a class="button" href={pathOf(school, "nhap", "lich")}>
          {S.importCalendar()}
        </a>
      }
    >
      <p class="muted">{S.calendarLead()}</p>
      <Loaded query={query}>
        {(days) => (
          <div class="calendar-page">
            <MonthGrid
              month={month.value}
              today={today}
              days={days}
              held={held}
              onMonth={(by) => (month.value = addMonths(month.peek(), by))}
              onDay={(day) => (chosen.value = day)}
            />
            <Spans school={school} days={days} today={today} query={query} />
            {chosen.value && (
              <DayForm
                school={school}
                day={chosen.value}
                now={days.find((each) => each.day === chosen.value) ?? null}
                held={held}
                onClose={() => (chosen.value = null)}
                onSaved={() => query.reload()}
              />
            )}
          </div>
        )}
      </Loaded>
    </OfficePage>
  );
}

interface SpansProps {
  school: number;
  days: SpecialDay[];
  today: string;
  query: Query<SpecialDay[]>;
}

function Spans({ school, days, today, query }: SpansProps) {
  const removing = useSignal<Span | null>(null);
  const spans = spansOf(days);
  const coming = spans.filter((span) => span.to >= today);
  const past = spans.filter((span) => span.to < today).reverse();
  const span = removing.value;
  return (
    <section class="stack">
      <h2>{S.coming()}</h2>
      {coming.length ? (
        <SpanList spans={coming} onRemove={(each) => (removing.value = each)} />
      ) : (
        <p class="muted">{S.nothingComing()}</p>
      )}
      {past.length > 0 && (
        <details>
          <summary class="calendar-past">
            {S.past()} ({count(past.length)})
          </summary>
          <SpanList spans={past} onRemove={(each) => (removing.value = each)} />
        </details>
      )}
      {span && (
        <Confirm
          title={S.removeTitle(span.name)}
          action={O.remove()}
          onClose={() => (removing.value = null)}
          onYes={() => removeDays(school, daysBetween(span.from, span.to), query)}
        >
          <p>{S.removeHint(spanWords(span))}</p>
        </Confirm>
      )}
    </section>
  );
}

async function removeDays(
  school: number,
  days: readonly string[],
  query: Query<SpecialDay[]>,
): Promise<void> {
  try {
    for (const day of days) {
      const path = { school_id: school, day };
      await of(api.DELETE("/v1/schools/{school_id}/calendar/{day}", { params: { path } }));
    }
  } finally {
    // Also what was done before something failed.
    await query.reload();
  }
}

function spanWords({ from, to }: Span): string {
  return from === to ? dayName(from) : S.fromTo(dayName(from), dayName(to));
}

function SpanList({ spans, onRemove }: { spans: Span[]; onRemove: (span: Span) => void }) {
  return (
    <ul class="plain-list">
      {spans.map((span) => (
        <li key={span.from} class="row">
          <span class="grow">
            <strong>{span.name}</strong>
            <span class="muted small">{spanWords(span)}</span>
          </span>
          <Badge tone={TONES[span.kind]}>{S[span.kind]()}</Badge>
          <Button
            kind="quiet"
            aria-label={`${O.remove()}: ${span.name}, ${spanWords(span)}`}
            onClick={() => onRemove(span)}
          >
            <Icon name="cross" />
          </Button>
        </li>
      ))}
    </ul>
  );
}
