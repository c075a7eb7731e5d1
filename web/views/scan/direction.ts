/** In or out: what most children do at this hour. */

import type { Schemas } from "../../api";
import { clock } from "../../format";
import type { Direction } from "./gate";

type Shift = Pick<Schemas["ShiftView"], "starts_at" | "ends_at">;

/** Whoever changed the switch a little ago means it still. */
const HOLDS_MS = 3600_000;
const KEY = "ct.direction";

/** Minutes since midnight of 07:00 or 07:00:00. */
function minutes(time: string): number {
  const [hours = 0, rest = 0] = time.split(":").map(Number);
  return hours * 60 + rest;
}

/** The nearer of the bells: children come before the one and leave after the other. */
export function directionAt(shifts: readonly Shift[], at: string): Direction {
  const now = minutes(at);
  const bells = shifts.flatMap(({ starts_at, ends_at }) => [
    { direction: "in" as const, off: Math.abs(minutes(starts_at) - now) },
    { direction: "out" as const, off: Math.abs(minutes(ends_at) - now) },
  ]);
  const [nearest] = bells.sort((a, b) => a.off - b.off);
  if (nearest) return nearest.direction;
  const isMorning = now < 10 * 60 + 30;
  const isNoon = now >= 12 * 60 + 30 && now < 15 * 60;
  return isMorning || isNoon ? "in" : "out";
}

export function defaultDirection(shifts: readonly Shift[]): Direction {
  const [chosen, at] = (localStorage.getItem(KEY) ?? "").split(" ");
  const age = Date.now() - Number(at);
  if ((chosen === "in" || chosen === "out") && age >= 0 && age < HOLDS_MS) return chosen;
  return directionAt(shifts, clock(Date.now()));
}

export function rememberDirection(direction: Direction): void {
  localStorage.setItem(KEY, `${direction} ${Date.now()}`);
}
