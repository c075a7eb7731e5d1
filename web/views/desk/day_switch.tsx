/** The day that is shown, and the ones before and after it. */

import { Icon } from "../../components/icons";
import { dayFromToday, schoolDay } from "../../format";
import { Y } from "../../i18n/class_day";
import { addDays } from "../office/days";

interface Props {
  school: number;
  classId: string;
  day: string;
}

export function DaySwitch({ school, classId, day }: Props) {
  const at = (other: string) => `/lop/${school}/${classId}/so/${other}`;
  return (
    <nav class="day-switch" aria-label={Y.days()}>
      <a class="button" href={at(addDays(day, -1))} aria-label={Y.earlier()}>
        <Icon name="back" />
      </a>
      <strong aria-live="polite">{dayFromToday(day)}</strong>
      {day < schoolDay() && (
        <a class="button" href={at(addDays(day, 1))} aria-label={Y.later()}>
          <Icon name="next" />
        </a>
      )}
    </nav>
  );
}
