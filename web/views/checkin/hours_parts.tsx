/** What months of hours are made of, one's own and those that a principal reads. */

import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Schemas } from "../../api";
import { Badge, Button, Card } from "../../components/ui";
import { clock, count, dayName, schoolDay } from "../../format";
import { H } from "../../i18n/hours";
import "./hours.css";
import { hoursWords, leaveDays, monthAfter, monthName } from "./months";

type Month = Schemas["StaffMonth"];
type Day = Schemas["StaffDay"];
type Spell = Day["spells"][number];
type ShiftHours = Day["shifts"][number];

export function MonthPicker({ month }: { month: Signal<string> }) {
  const newest = schoolDay().slice(0, 7);
  return (
    <nav class="hours-month" aria-label={H.month()}>
      <Button
        icon="back"
        aria-label={H.earlier()}
        onClick={() => {
          month.value = monthAfter(month.peek(), -1);
        }}
      />
      <strong aria-live="polite">{monthName(month.value)}</strong>
      <Button
        icon="next"
        aria-label={H.later()}
        disabled={month.value >= newest}
        onClick={() => {
          month.value = monthAfter(month.peek(), 1);
        }}
      />
    </nav>
  );
}

export function Sums({ totals }: { totals: Month["totals"] }) {
  const lines: [string, string][] = [
    [H.days(), count(totals.days)],
    [H.hours(), hoursWords(totals.minutes)],
    [H.late(), H.lateTimes(totals.late_count, totals.late_minutes)],
    [H.leave(), H.leaveDays(count(leaveDays(totals)))],
  ];
  if (totals.missed) lines.push([H.missed(), count(totals.missed)]);
  if (totals.forgotten) lines.push([H.forgotten(), count(totals.forgotten)]);
  if (totals.waiting) lines.push([H.waiting(), count(totals.waiting)]);
  return (
    <Card>
      <dl class="hours-sums">
        {lines.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function shiftWords({ state, late_minutes }: ShiftHours): string {
  switch (state) {
    case "present":
      return H.present();
    case "late":
      return H.lateBy(late_minutes);
    case "on_leave":
      return H.onLeave();
    case "missed":
      return H.away();
    case "due":
      return H.due();
  }
}

const TONES = {
  present: "good",
  late: "late",
  on_leave: "plain",
  missed: "bad",
  due: "plain",
} as const;

export function DayCard({ day, children }: { day: Day; children?: ComponentChildren }) {
  return (
    <Card aria-label={dayName(day.day)}>
      <div class="across">
        <h3 class="grow">{dayName(day.day)}</h3>
        {day.minutes > 0 && <span class="strong">{hoursWords(day.minutes)}</span>}
      </div>
      <p class="across">
        {day.shifts.map((each) => (
          <Badge key={each.shift_id} tone={TONES[each.state]}>
            {`${each.shift_name}: ${shiftWords(each)}`}
          </Badge>
        ))}
      </p>
      {day.spells.length > 0 && (
        <ul class="plain-list">
          {day.spells.map((each) => (
            <li key={each.in_at ?? each.out_at}>{spellWords(each)}</li>
          ))}
        </ul>
      )}
      {day.waiting > 0 && <p class="muted small">{H.waits()}</p>}
      {children}
    </Card>
  );
}

/** “06:52 – 11:34 · Cơ sở 1” */
function spellWords(spell: Spell): string {
  const from = spell.in_at ? clock(spell.in_at) : H.noIn();
  const to = spell.out_at ? clock(spell.out_at) : H.noOut();
  return [
    `${from} – ${to}`,
    spell.in_campus ?? spell.out_campus,
    spell.is_forgotten ? H.forgot() : null,
    spell.is_corrected ? H.corrected() : null,
  ]
    .filter(Boolean)
    .join(" · ");
}
