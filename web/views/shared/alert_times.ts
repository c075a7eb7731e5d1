/** Which hours may be chosen for silence and for the digest; the school's time, HH:MM. */

/** From `first` to `last` by half hours. */
function halfHours(first: number, last: number): string[] {
  const found: string[] = [];
  for (let at = first; at <= last; at += 0.5) found.push(timeOf(at));
  return found;
}

function timeOf(hours: number): string {
  const whole = Math.floor(hours);
  return `${String(whole).padStart(2, "0")}:${hours > whole ? "30" : "00"}`;
}

/** As the server has it: a night, not a day. */
export const QUIET_FROM: readonly string[] = halfHours(18, 23.5);
export const QUIET_UNTIL: readonly string[] = halfHours(4.5, 9);

/** 21:30:00 as 21:30. */
export function short(time: string): string {
  return time.slice(0, 5);
}

/** The full hours in which a digest may come: nobody is disturbed in quiet ones. */
export function digestHours(from: string, until: string): number[] {
  const found: number[] = [];
  for (let hour = 0; hour < 24; hour += 1) {
    const at = timeOf(hour);
    if (at >= short(until) && at < short(from)) found.push(hour);
  }
  return found;
}

/** The hour itself where it may stay, else the one that is nearest. */
export function digestWithin(hour: number | null, from: string, until: string): number | null {
  if (hour === null) return null;
  const [first, ...rest] = digestHours(from, until);
  if (first === undefined) return null;
  const nearer = (a: number, b: number) => (Math.abs(b - hour) < Math.abs(a - hour) ? b : a);
  return rest.reduce(nearer, first);
}

export function hourWords(hour: number): string {
  return timeOf(hour);
}
