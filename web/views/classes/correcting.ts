/** What a shift is set to, and whether that can be sent. */

import { api, of, type Schemas } from "../../api";
import { L } from "../../i18n/classes";
import type { ShiftState } from "./register";

export type Correction = Schemas["DayCorrection"];
export type SetState = Correction["state"];

export const SET_STATES: readonly SetState[] = [
  "present",
  "late",
  "absent_excused",
  "absent_unexcused",
];

export interface Draft {
  shiftId: string;
  /** null: not chosen yet. */
  state: SetState | null;
  /** As it was typed. */
  minutes: string;
}

const MOST_MINUTES = 600;

export function draftOf(shifts: readonly ShiftState[], first: ShiftState | null): Draft {
  return { shiftId: (first ?? shifts[0])?.shift_id ?? "", state: null, minutes: "" };
}

export interface Faults {
  state?: string;
  minutes?: string;
}

export function faultsOf({ state, minutes }: Draft): Faults {
  const found: Faults = {};
  if (state === null) found.state = L.stateMissing();
  const n = Number(minutes);
  const isGood = Number.isInteger(n) && n >= 1 && n <= MOST_MINUTES;
  if (state === "late" && !isGood) found.minutes = L.minutesBad();
  return found;
}

interface About {
  studentId: string;
  day: string;
  reason: string;
  /** What the family has said about it, which this answers. */
  disputeId?: string;
}

/** Throws a `Failure`. `draft` has no faults. */
export async function sendCorrection(draft: Draft, about: About): Promise<Correction> {
  const body = {
    student_id: about.studentId,
    day: about.day,
    shift_id: draft.shiftId,
    state: draft.state ?? "present",
    late_minutes: draft.state === "late" ? Number(draft.minutes) : 0,
    reason: about.reason.trim(),
    dispute_id: about.disputeId ?? null,
  };
  return await of(api.POST("/v1/attendance/corrections", { body }));
}
