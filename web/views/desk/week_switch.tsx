/** The week that is shown, and the ones before and after it. */

import type { Signal } from "@preact/signals";
import { Button } from "../../components/ui";
import { schoolDay } from "../../format";
import { W } from "../../i18n/desk_office";
import { addDays } from "../office/days";
import "./class_day.css";
import { mondayOf, weekWords } from "./weeks";

export function WeekSwitch({ week }: { week: Signal<string> }) {
  const move = (days: number) => () => {
    week.value = addDays(week.peek(), days);
  };
  return (
    <nav class="day-switch" aria-label={W.week()}>
      <Button icon="back" aria-label={W.earlierWeek()} onClick={move(-7)} />
      <strong aria-live="polite">{weekWords(week.value)}</strong>
      <Button
        icon="next"
        aria-label={W.laterWeek()}
        disabled={week.value >= mondayOf(schoolDay())}
        onClick={move(7)}
      />
    </nav>
  );
}
