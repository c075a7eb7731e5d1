/** A class's day, as its list shows it. Not scanned is not absent: only the school's cut-off says so. */

import type { Schemas } from "../../api";
import { plain, ZONE } from "../../format";

export type Pupil = Schemas["RegisterRow"];
export type Scan = Schemas["TimelineScan"];
export type ShiftState = Schemas["ShiftState"];
export type State = ShiftState["state"];
export type Shift = Schemas["ShiftView"];
export type Filter = State | "all" | "on_leave";

/** The order in which a teacher asks for them. */
export const PLACES: readonly (State | "on_leave")[] = [
  "not_scanned",
  "present",
  "late",
  "left_early",
  "on_leave",
  "absent_excused",
  "absent_unexcused",
];

const SUSPECT: ReadonlySet<string> = new Set(["clone_suspect", "impossible_travel"]);

/** The shifts that these pupils have today, in the order of the day. */
export function shiftsHeld(pupils: readonly Pupil[], shifts: readonly Shift[]): Shift[] {
  const held = new Set(pupils.flatMap((pupil) => pupil.shifts.map((each) => each.shift_id)));
  return shifts
    .filter((shift) => held.has(shift.id))
    .sort((a, b) => a.starts_at.localeCompare(b.starts_at));
}

/** The one that runs or comes next; in the evening the last. null: none is held. */
export function shiftAt(held: readonly Shift[], at: number): Shift | null {
  const time = new Intl.DateTimeFormat("en-GB", {
    timeZone: ZONE,
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(at);
  return held.find((shift) => time <= shift.ends_at) ?? held.at(-1) ?? null;
}

export function stateOf(pupil: Pupil, shift: Shift | null): ShiftState | null {
  return pupil.shifts.find((each) => each.shift_id === shift?.id) ?? null;
}

/** Under what a pupil is counted: who is on leave is not one to be looked for. */
export function placeOf(state: ShiftState | null): State | "on_leave" | null {
  return state?.state === "not_scanned" && state.on_leave ? "on_leave" : (state?.state ?? null);
}

export function counts(
  pupils: readonly Pupil[],
  shift: Shift | null,
): Map<State | "on_leave", number> {
  const found = new Map<State | "on_leave", number>();
  for (const pupil of pupils) {
    const place = placeOf(stateOf(pupil, shift));
    if (place) found.set(place, (found.get(place) ?? 0) + 1);
  }
  return found;
}

/** By state and by any part of the name, no diacritics needed. */
export function shown(
  pupils: readonly Pupil[],
  shift: Shift | null,
  filter: Filter,
  query: string,
): Pupil[] {
  const words = plain(query).split(/\s+/).filter(Boolean);
  return pupils.filter((pupil) => {
    const name = plain(pupil.name);
    const isWanted = filter === "all" || placeOf(stateOf(pupil, shift)) === filter;
    return isWanted && words.every((word) => name.includes(word));
  });
}

/** A scan that the school has still to look at: it changes no state. */
export function isSuspect(scan: Scan): boolean {
  return SUSPECT.has(scan.outcome) && !scan.verdict && !isVoid(scan);
}

/** Taken back at the gate, or found by the school to be none. */
export function isVoid(scan: Scan): boolean {
  return scan.is_undone || scan.verdict === "reject";
}

export interface Told {
  arrival: Scan | null;
  departure: Scan | null;
  /** A suspect scan that nothing has come after. */
  checking: Scan | null;
}

/** The scans that the state is due to; on a day without a shift the first in and the last out. */
export function told(pupil: Pupil, state: ShiftState | null): Told {
  const standing = pupil.scans.filter((scan) => !isVoid(scan));
  const sound = standing.filter((scan) => !isSuspect(scan));
  const last = standing.at(-1);
  const checking = last && isSuspect(last) ? last : null;
  const at = (direction: Scan["direction"], instant: string | null | undefined) =>
    sound.find(
      (scan) =>
        scan.direction === direction &&
        instant != null &&
        Date.parse(scan.occurred_at) === Date.parse(instant),
    ) ?? null;
  if (state)
    return { arrival: at("in", state.arrived_at), departure: at("out", state.left_at), checking };
  return {
    arrival: sound.find((scan) => scan.direction === "in") ?? null,
    departure: sound.findLast((scan) => scan.direction === "out") ?? null,
    checking,
  };
}

/** What a mark by hand most likely is: out for who is in. */
export function nextDirection(pupil: Pupil): "in" | "out" {
  const last = pupil.scans.filter((scan) => !isVoid(scan) && !isSuspect(scan)).at(-1);
  return last?.direction === "in" ? "out" : "in";
}

type Station = Schemas["Station"];

/** Where a pupil of the class may be noted: gates before other points, the own campus first. */
export function gatesFor(stations: readonly Station[], campusId: string | null): Station[] {
  const rank = (station: Station) =>
    (station.campus_id === campusId ? 0 : 2) + (station.kind === "gate" ? 0 : 1);
  return stations
    .filter((station) => !station.ended_at)
    .sort((a, b) => rank(a) - rank(b) || a.number - b.number);
}
