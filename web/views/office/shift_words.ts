/** A shift as a person would say it. */

import { S } from "../../i18n/office_school";
import { runsOf, shortTime, type Times, type Weekday } from "./shift_times";

export interface Preset extends Times {
  key: "morning" | "afternoon" | "wholeDay" | "own";
}

const EMPTY: Times = { starts_at: "", late_after: "", cut_off: "", ends_at: "" };

/** What most schools have; each is looked over before it is saved. */
export const PRESETS: readonly Preset[] = [
  { key: "morning", starts_at: "07:00", late_after: "07:05", cut_off: "07:30", ends_at: "11:30" },
  { key: "afternoon", starts_at: "13:00", late_after: "13:05", cut_off: "13:30", ends_at: "17:00" },
  { key: "wholeDay", starts_at: "07:00", late_after: "07:05", cut_off: "07:30", ends_at: "16:30" },
  { key: "own", ...EMPTY },
];

export const WEEKDAYS: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];

const LONG = { 1: S.d1, 2: S.d2, 3: S.d3, 4: S.d4, 5: S.d5, 6: S.d6, 7: S.d7 };
const SHORT = { 1: S.s1, 2: S.s2, 3: S.s3, 4: S.s4, 5: S.s5, 6: S.s6, 7: S.s7 };

export const longDay = (day: number) => LONG[day as Weekday]();
export const shortDay = (day: number) => SHORT[day as Weekday]();

/** “Thứ Hai đến Thứ Sáu, Chủ nhật”; two days in a row are named one by one. */
export function daysWords(weekdays: readonly number[]): string {
  const parts = runsOf(weekdays).flatMap(([from, to]) => {
    if (to - from >= 2) return [S.fromTo(longDay(from), longDay(to))];
    return from === to ? [longDay(from)] : [longDay(from), longDay(to)];
  });
  return parts.join(", ");
}

export function shiftWords(shift: Times & { weekdays: readonly number[] }): string {
  const { starts_at, late_after, cut_off, ends_at, weekdays } = shift;
  const [start, late, cut, end] = [starts_at, late_after, cut_off, ends_at].map(shortTime);
  return S.inWords(start ?? "", late ?? "", cut ?? "", end ?? "", daysWords(weekdays));
}
