/** A board and the changes that the stream tells of it. */

import type { Schemas } from "../../api";

export type Board = Schemas["Board"];
export type ClassCounts = Schemas["ClassCounts"];
export type Gate = Schemas["Gate"];

/** `before` with the rows of `change` in the place of their own. */
export function merged(before: Board, change: Board): Board {
  const classKey = (row: ClassCounts) => `${row.class_id}/${row.shift_id}`;
  return {
    ...change,
    shifts: replaced(before.shifts, change.shifts, (row) => row.shift_id),
    classes: replaced(before.classes, change.classes, classKey),
    gates: replaced(before.gates, change.gates, (row) => row.station_id),
  };
}

function replaced<T>(before: readonly T[], changed: readonly T[], key: (row: T) => string): T[] {
  const fresh = new Map(changed.map((row) => [key(row), row]));
  return before.map((row) => fresh.get(key(row)) ?? row);
}
