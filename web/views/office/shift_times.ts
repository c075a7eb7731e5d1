/** What can be wrong with a shift, and its days in words. No browser in here. */

export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** HH:MM; empty while it is not typed. */
export interface Times {
  starts_at: string;
  late_after: string;
  cut_off: string;
  ends_at: string;
}

export type TimeFault =
  | "timeMissing"
  | "endsBeforeStart"
  | "lateBeforeStart"
  | "cutOffBeforeLate"
  | "cutOffAfterEnd";

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** At most one fault a field: start <= late after <= cut-off <= end, and start < end. */
export function faultsOf(times: Times): Partial<Record<keyof Times, TimeFault>> {
  const faults: Partial<Record<keyof Times, TimeFault>> = {};
  for (const key of ["starts_at", "late_after", "cut_off", "ends_at"] as const)
    if (!TIME.test(times[key])) faults[key] = "timeMissing";
  const { starts_at, late_after, cut_off, ends_at } = times;
  const has = (...keys: (keyof Times)[]) => keys.every((key) => !faults[key]);
  if (has("starts_at", "ends_at") && ends_at <= starts_at) faults.ends_at = "endsBeforeStart";
  if (has("starts_at", "late_after") && late_after < starts_at)
    faults.late_after = "lateBeforeStart";
  if (has("late_after", "cut_off") && cut_off < late_after) faults.cut_off = "cutOffBeforeLate";
  else if (has("cut_off", "ends_at") && cut_off > ends_at) faults.cut_off = "cutOffAfterEnd";
  return faults;
}

/** Runs of days that follow each other: [[1, 5], [7, 7]]. */
export function runsOf(weekdays: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const day of [...new Set(weekdays)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && last[1] === day - 1) last[1] = day;
    else runs.push([day, day]);
  }
  return runs;
}

/** 7:05 of 07:05:00. */
export function shortTime(time: string): string {
  return time.slice(0, 5).replace(/^0/, "");
}
