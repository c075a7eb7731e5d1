/** Requests for leave: what may be asked, and how it is said. */

import { dayFromToday, dayName, schoolDay } from "./format";
import { V } from "./i18n/leave";

export type Part = "day" | "morning" | "afternoon" | "early_exit";
export type LeaveState = "pending" | "approved" | "rejected" | "withdrawn";

export const PARTS: readonly Part[] = ["day", "morning", "afternoon", "early_exit"];

export interface Draft {
  /** YYYY-MM-DD; "": not chosen. */
  from: string;
  to: string;
  part: Part;
  /** HH:MM, of `early_exit`. */
  exitAt: string;
  reason: string;
}

export interface Faults {
  from?: string;
  to?: string;
  exitAt?: string;
  reason?: string;
}

const DAY_MS = 24 * 3600 * 1000;
/** As the server has it; the end of the school year it says itself. */
const OLDEST_DAYS = 7;
const MOST_DAYS = 30;

export function dayAfter(day: string, days = 1): string {
  return schoolDay(Date.parse(`${day}T12:00:00+07:00`) + days * DAY_MS);
}

/** What is missing or cannot be, at its field; none: it may be sent. */
export function faultsOf(draft: Draft, today: string): Faults {
  const { from, to, part, exitAt, reason } = draft;
  const found: Faults = {};
  if (!from) found.from = V.dayMissing();
  else if (from < dayAfter(today, -OLDEST_DAYS)) found.from = V.dayTooOld();
  else if (part === "early_exit" && from < today) found.from = V.earlyOver();
  if (!to) found.to = V.dayMissing();
  else if (to < from) found.to = V.dayOrder();
  else if (from && to >= dayAfter(from, MOST_DAYS)) found.to = V.tooLong();
  else if (part === "early_exit" && to !== from) found.to = V.earlyOneDay();
  if (part === "early_exit" && !exitAt) found.exitAt = V.timeMissing();
  if (!reason.trim()) found.reason = V.reasonMissing();
  return found;
}

export function partName(part: Part): string {
  switch (part) {
    case "day":
      return V.wholeDay();
    case "morning":
      return V.morning();
    case "afternoon":
      return V.afternoon();
    case "early_exit":
      return V.early();
  }
}

export interface Span {
  readonly from_day: string;
  readonly to_day: string;
  readonly part: Part;
  /** The school's time, with or without seconds. */
  readonly exit_at?: string | null;
}

/** “Thứ Hai, 23/11: buổi sáng”; a day near to `now` by its name. */
export function spanWords({ from_day, to_day, part, exit_at }: Span, now = Date.now()): string {
  const days =
    from_day === to_day
      ? dayNear(from_day, now)
      : V.until(dayNear(from_day, now), dayName(to_day).toLowerCase());
  const half =
    part === "early_exit" && exit_at
      ? V.earlyAt(exit_at.slice(0, 5))
      : partName(part).toLowerCase();
  return `${days}: ${half}`;
}

function dayNear(day: string, now: number): string {
  return day === schoolDay(now + DAY_MS) ? V.tomorrow() : dayFromToday(day, now);
}

const STATES: Record<LeaveState, () => string> = {
  pending: V.pending,
  approved: V.approved,
  rejected: V.rejected,
  withdrawn: V.withdrawn,
};

export function stateWords(state: LeaveState): string {
  return STATES[state]();
}

export function stateTone(state: LeaveState): "wait" | "good" | "bad" | "plain" {
  if (state === "pending") return "wait";
  if (state === "approved") return "good";
  return state === "rejected" ? "bad" : "plain";
}
