/** A day, and the ones before and after it. */

import type { Signal } from "@preact/signals";
import { Button } from "../../components/ui";
import { dayFromToday, schoolDay } from "../../format";
import { D } from "../../i18n/daily";
import { addDays } from "../office/days";

export function DayPicker({ day }: { day: Signal<string> }) {
  return (
    <nav class="daily-day" aria-label={D.days()}>
      <Button
        icon="back"
        aria-label={D.earlier()}
        onClick={() => {
          day.value = addDays(day.peek(), -1);
        }}
      />
      <strong aria-live="polite">{dayFromToday(day.value)}</strong>
      <Button
        icon="next"
        aria-label={D.later()}
        disabled={day.value >= schoolDay()}
        onClick={() => {
          day.value = addDays(day.peek(), 1);
        }}
      />
    </nav>
  );
}
