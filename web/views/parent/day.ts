/** The day, for screens that must not be drawn anew each second only to know it. */

import { computed } from "@preact/signals";
import { dayFromToday, schoolDay } from "../../format";
import { now } from "../../now";

/** The schools' today as YYYY-MM-DD; whoever reads it is drawn anew at midnight. */
export const today = computed(() => schoolDay(now.value));

/** Hôm nay, Hôm qua, else the day's name; it follows midnight. */
export function dayWords(day: string): string {
  return dayFromToday(day, Date.parse(`${today.value}T12:00:00+07:00`));
}
