/** Weeks by their Monday, and times as people say them. */

import { dayName } from "../../format";
import { W } from "../../i18n/desk_office";
import { addDays, weekdayOf } from "../office/days";

export function mondayOf(day: string): string {
  return addDays(day, 1 - weekdayOf(day));
}

export function weekWords(monday: string): string {
  return W.weekOf(dayName(monday), dayName(addDays(monday, 5)));
}

const HOUR_MIN = 60;

/** 40 phút, 3,5 giờ. */
export function lengthWords(minutes: number | null, number: (n: number) => string): string {
  if (minutes === null) return "–";
  if (minutes < HOUR_MIN) return W.minutes(number(Math.round(minutes)));
  return W.hours(number(Math.round((minutes / HOUR_MIN) * 10) / 10));
}

/** In whole per cent; null: there was nothing. */
export function shareOf(part: number, all: number): number | null {
  return all > 0 ? Math.floor((100 * part) / all) : null;
}
