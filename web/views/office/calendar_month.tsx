/** A month to tap on. */

import { Button } from "../../components/ui";
import { dayName } from "../../format";
import { S } from "../../i18n/office_school";
import { lang } from "../../lang";
import { type SpecialDay, weekdayOf, weeksOf } from "./days";
import { shortDay, WEEKDAYS } from "./shift_words";

interface Props {
  month: string;
  today: string;
  days: readonly SpecialDay[];
  /** Weekdays with lessons; null: not known. */
  held: ReadonlySet<number> | null;
  onMonth: (by: 1 | -1) => void;
  onDay: (day: string) => void;
}

const SHORT = {
  holiday: S.holidayShort,
  closure: S.closureShort,
  make_up: S.make_upShort,
} as const;

function monthName(month: string): string {
  const locale = lang.value === "en" ? "en-GB" : "vi-VN";
  const options = { month: "long", year: "numeric", timeZone: "UTC" } as const;
  const name = new Intl.DateTimeFormat(locale, options).format(new Date(`${month}-15T00:00:00Z`));
  return name.charAt(0).toUpperCase() + name.slice(1);
}

export function MonthGrid({ month, today, days, held, onMonth, onDay }: Props) {
  const byDay = new Map(days.map((each) => [each.day, each]));
  return (
    <section class="stack">
      <div class="calendar-head">
        <Button icon="back" aria-label={S.before()} onClick={() => onMonth(-1)} />
        <h2 class="grow centered" aria-live="polite">
          {monthName(month)}
        </h2>
        <Button icon="next" aria-label={S.after()} onClick={() => onMonth(1)} />
      </div>
      <table class="calendar">
        <thead>
          <tr>
            {WEEKDAYS.map((day) => (
              <th key={day} scope="col">
                {shortDay(day)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(month).map((week) => (
            <tr key={week.find(Boolean)}>
              {week.map((day, n) => (
                <td key={day ?? `empty${n}`}>
                  {day && (
                    <Cell
                      day={day}
                      isToday={day === today}
                      special={byDay.get(day)}
                      isHeld={held === null || held.has(weekdayOf(day))}
                      onTap={() => onDay(day)}
                    />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface CellProps {
  day: string;
  isToday: boolean;
  special: SpecialDay | undefined;
  isHeld: boolean;
  onTap: () => void;
}

function Cell({ day, isToday, special, isHeld, onTap }: CellProps) {
  const what = special ? `${S[special.kind]()}: ${special.name}` : isHeld ? "" : S.noLessons();
  const kind = special?.kind ?? (isHeld ? "" : "off");
  return (
    <button
      type="button"
      class={`calendar-day ${kind}`}
      aria-current={isToday ? "date" : undefined}
      onClick={onTap}
    >
      <span aria-hidden="true">{Number(day.slice(8))}</span>
      {special && (
        <span class="calendar-mark" aria-hidden="true">
          {SHORT[special.kind]()}
        </span>
      )}
      <span class="sr-only">{[dayName(day), what].filter(Boolean).join(", ")}</span>
    </button>
  );
}
