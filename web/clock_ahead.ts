/**
 * How far the server's clock is ahead of this phone's, in ms: within half a second and half the
 * way. `date`: the answer's Date header, which tells whole seconds. 0 if it tells nothing.
 */
export function clockAhead(date: string | null, sentMs: number, receivedMs: number): number {
  const told = Date.parse(date ?? "");
  if (Number.isNaN(told)) return 0;
  return Math.round(told + 500 - (sentMs + receivedMs) / 2);
}
