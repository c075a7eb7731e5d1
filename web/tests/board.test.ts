/** What the stream tells, laid over the board of before. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Board, type ClassCounts, merged } from "../views/board/merge";

const NOBODY = { on_leave: 0, absent: 0, held: 0 };

function row(classId: string, shiftId: string, arrived: number): ClassCounts {
  const numbers = { enrolled: 30, arrived, late: 0, missing: 30 - arrived, left: 0, ...NOBODY };
  return { class_id: classId, shift_id: shiftId, name: classId, is_current: true, ...numbers };
}

function board(classes: ClassCounts[], arrivals: number[]): Board {
  return {
    day: "2026-11-23",
    as_of: `2026-11-22T23:58:${arrivals.length}0Z`,
    pupils: 60,
    totals: { enrolled: 60, arrived: 0, late: 0, missing: 60, left: 0, ...NOBODY },
    shifts: [],
    classes,
    arrivals_from: "2026-11-22T23:50:00Z",
    arrivals,
    gates: [],
    not_yet_synced: 0,
    refused: [],
  };
}

test("a changed row takes the place of its own, in its shift alone", () => {
  const before = board([row("6A1", "am", 1), row("6A1", "pm", 0), row("6A2", "am", 2)], [1]);
  const after = merged(before, board([row("6A1", "am", 5)], [1, 4]));
  assert.deepEqual(
    after.classes.map((each) => each.arrived),
    [5, 0, 2],
  );
  assert.deepEqual(after.arrivals, [1, 4]);
  assert.equal(after.as_of, "2026-11-22T23:58:20Z");
});

test("the board of before is left as it was", () => {
  const before = board([row("6A1", "am", 1)], [1]);
  merged(before, board([row("6A1", "am", 2)], [2]));
  assert.equal(before.classes[0]?.arrived, 1);
});

test("a row that nobody knows is none: the server sends the whole board then", () => {
  const before = board([row("6A1", "am", 1)], [1]);
  assert.equal(merged(before, board([row("9B9", "am", 2)], [2])).classes.length, 1);
});
