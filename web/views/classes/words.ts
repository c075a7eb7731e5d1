/** A pupil's state and scans in words. */

import { clock } from "../../format";
import { L } from "../../i18n/classes";
import { C } from "../../i18n/common";
import type { Scan, ShiftState, State } from "./register";

export type Tone = "good" | "late" | "bad" | "wait" | "plain";

const STATES: Record<State, () => string> = {
  not_scanned: C.stateNotScanned,
  present: C.statePresent,
  late: C.stateLate,
  absent_excused: C.stateExcused,
  absent_unexcused: C.stateUnexcused,
  left_early: C.stateLeftEarly,
};

export function stateName(state: State): string {
  return STATES[state]();
}

export function placeName(place: State | "on_leave"): string {
  return place === "on_leave" ? L.onLeave() : stateName(place);
}

export function stateWords({ state, late_minutes, on_leave }: ShiftState): string {
  if (state === "not_scanned" && on_leave) return L.onLeave();
  return state === "late" && late_minutes ? L.lateBy(late_minutes) : stateName(state);
}

export function toneOf(state: State): Tone {
  if (state === "late" || state === "left_early") return "late";
  if (state === "absent_unexcused") return "bad";
  return state === "present" ? "good" : "plain";
}

/** “vào 06:52 · Cổng chính” */
export function scanWords(scan: Scan): string {
  const at = clock(scan.occurred_at);
  return [
    scan.direction === "in" ? L.inAt(at) : L.outAt(at),
    scan.station_name,
    scan.source === "mark" ? L.byHand() : null,
  ]
    .filter(Boolean)
    .join(" · ");
}
