/** Days as YYYY-MM-DD, counted without clocks or zones. No browser in here. */

import type { Schemas } from "../../api";

export type SpecialDay = Schemas["CalendarDay"];
export type DayKind = SpecialDay["kind"];

const DAY_MS = 24 * 3600 * 1000;

const atNoon = (day: string) => Date.parse(`${day}T12:00:00Z`);

export function addDays(day: string, days: number): string {
  return new Date(atNoon(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** 1 is Monday. */
export function weekdayOf(day: string): number {
  return new Date(atNoon(day)).getUTCDay() || 7;
}

/** How many days there are, both ends included; 0 or less when `to` is before `from`. */
export function lengthOf(from: string, to: string): number {
  return Math.round((atNoon(to) - atNoon(from)) / DAY_MS) + 1;
}

/** Both ends included; none when `to` is before `from`. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

/** `month` is YYYY-MM. */
export function addMonths(month: string, months: number): string {
  const [year, number] = month.split("-").map(Number);
  const count = (year ?? 0) * 12 + (number ?? 1) - 1 + months;
  return `${Math.floor(count / 12)}-${`${(count % 12) + 1}`.padStart(2, "0")}`;
}

/** The weeks of a month from Monday on; null: a day of another month. */
export function weeksOf(month: string): (string | null)[][] {
  const first = `${month}-01`;
  const last = addDays(`${addMonths(month, 1)}-01`, -1);
  const cells: (string | null)[] = Array.from({ length: weekdayOf(first) - 1 }, () => null);
  cells.push(...daysBetween(first, last));
  while (cells.length % 7) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, n) => cells.slice(7 * n, 7 * n + 7));
}

export interface Span {
  from: string;
  to: string;
  kind: DayKind;
  name: string;
}

/** Days of one name that follow each other, as one. */
export function spansOf(days: readonly SpecialDay[]): Span[] {
  const spans: Span[] = [];
  for (const { day, kind, name } of [...days].sort((a, b) => (a.day < b.day ? -1 : 1))) {
    const last = spans.at(-1);
    if (last && last.kind === kind && last.name === name && addDays(last.to, 1) === day)
      last.to = day;
    else spans.push({ from: day, to: day, kind, name });
  }
  return spans;
}

/** From August to July, as school years are counted. */
export function yearAround(month: string): { from: string; to: string } {
  const [year, number] = month.split("-").map(Number);
  const first = (number ?? 1) >= 8 ? (year ?? 0) : (year ?? 0) - 1;
  return { from: `${first}-08-01`, to: `${first + 1}-07-31` };
}
