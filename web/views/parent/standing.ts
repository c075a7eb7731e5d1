/** What a day's states and scans come to in one sentence. Never "arrived" without a scan. */

import type { Schemas } from "../../api";

export type Child = Schemas["ChildDay"];
export type Shift = Schemas["ShiftState"];
export type Scan = Schemas["TimelineScan"];
export type Correction = Schemas["DayCorrected"];

export type Standing =
  /** Nothing is held for the child on this day. */
  | { kind: "none" }
  /** Not absent: that is the school's to say. */
  | { kind: "not_scanned" }
  | { kind: "in" | "out"; scan: Scan }
  /** The newest scan says nothing until the school has looked; `before` still holds. */
  | { kind: "checking"; scan: Scan; before: Scan | null }
  /** The school knows the child is there, and no scan says since when. */
  | { kind: "present" }
  | { kind: "absent"; isExcused: boolean }
  /** Nobody is looked for: the school has agreed. */
  | { kind: "on_leave" };

const SUSPECT: ReadonlySet<string> = new Set(["clone_suspect", "impossible_travel"]);

/** A scan that the school has still to look at: it changes no state. */
export function isSuspect(scan: Scan): boolean {
  return SUSPECT.has(scan.outcome) && !scan.verdict;
}

/** Taken back at the gate, or found by the school to be none. */
export function isVoid(scan: Scan): boolean {
  return scan.is_undone || scan.verdict === "reject";
}

/** The scans that count for something, the earliest first. */
export function scansThatStand(scans: readonly Scan[]): Scan[] {
  return scans
    .filter((scan) => !isVoid(scan))
    .sort((a, b) => Date.parse(a.occurred_at) - Date.parse(b.occurred_at));
}

/** What a day is known by. */
export type Known = Pick<Child, "shifts" | "scans"> & { corrections?: readonly Correction[] };

export function standingOf({ shifts, scans, corrections = [] }: Known): Standing {
  const standing = scansThatStand(scans);
  const last = standing.at(-1);
  if (last && isSuspect(last)) {
    const before = standing.findLast((scan) => !isSuspect(scan)) ?? null;
    return { kind: "checking", scan: last, before };
  }
  // What somebody has set right since counts for more than the scan.
  const isOverruled =
    last !== undefined &&
    corrections.some(({ at }) => Date.parse(at) > Date.parse(last.occurred_at)) &&
    shifts.length > 0 &&
    shifts.every(({ state }) => state.startsWith("absent") || state === "not_scanned");
  if (last && !isOverruled) return { kind: last.direction, scan: last };
  const states = shifts.map((shift) => shift.state);
  if (states.some((state) => state === "present" || state === "late" || state === "left_early"))
    return { kind: "present" };
  // What the family was told of stays first, whatever the rest of the day will bring.
  if (states.includes("absent_unexcused")) return { kind: "absent", isExcused: false };
  // One half of the day still to come says nothing of the other.
  const open = shifts.filter(({ state }) => state === "not_scanned");
  if (open.length && open.every((each) => each.on_leave)) return { kind: "on_leave" };
  if (open.length) return { kind: "not_scanned" };
  if (states.includes("absent_excused")) return { kind: "absent", isExcused: true };
  return { kind: "none" };
}

/** The states worth a word beside the big ones, in the order of the day. */
export function shiftsToTell(shifts: readonly Shift[]): Shift[] {
  const isHalved =
    shifts.length > 1 && shifts.some(({ state, on_leave }) => state !== "not_scanned" || on_leave);
  return shifts.filter(({ state }) => isHalved || state === "late" || state === "left_early");
}
