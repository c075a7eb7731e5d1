/** Days of the money's screens: YYYY-MM-DD in, as people write them out. */

/** 05/09/2026 */
export function dayShort(day: string): string {
  const [year, month, date] = day.split("-");
  return `${date}/${month}/${year}`;
}

/** 05/09 */
export function dayMonth(day: string): string {
  const [, month, date] = day.split("-");
  return `${date}/${month}`;
}

const DAY_MS = 24 * 3600 * 1000;

export function daysLater(day: string, n: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + n * DAY_MS).toISOString().slice(0, 10);
}

/** Whole days from one to the other; below zero if `to` is before. */
export function daysFrom(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T12:00:00Z`) - Date.parse(`${from}T12:00:00Z`)) / DAY_MS);
}

export function monthOf(day: string): { from: string; to: string } {
  const from = `${day.slice(0, 7)}-01`;
  const next = daysLater(from, 32).slice(0, 7);
  return { from, to: daysLater(`${next}-01`, -1) };
}
