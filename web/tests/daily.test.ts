/** The principal's daily work: what waits, and what is said of it. */

import "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Case, ownDoubts, type Run, waits } from "../views/daily/day";

const SILENT = { code: "scanner_silent", words: "Có máy quét mất liên lạc" } as const;
const REFUSED = { code: "code_refused", words: "Mã của em bị từ chối" } as const;

function missing(more: Partial<Case> = {}): Case {
  return {
    student_id: "s",
    name: "Lê Minh Khôi",
    class_id: "c",
    class_name: "6A1",
    shift_id: "am",
    ran_at: "2026-11-23T00:30:00Z",
    doubts: [SILENT],
    decision: null,
    decided_by: null,
    decided_at: null,
    told_at: null,
    state: "not_scanned",
    ...more,
  };
}

test("an alert waits while it is doubtful, untold and undecided", () => {
  assert.equal(waits(missing()), true);
  assert.equal(waits(missing({ doubts: [] })), false);
  assert.equal(waits(missing({ decision: "drop" })), false);
  assert.equal(waits(missing({ decision: "release", told_at: "2026-11-23T00:40:00Z" })), false);
});

test("a doubt about the whole shift is not said again with each pupil", () => {
  const run = { doubts: [SILENT] } as unknown as Run;
  assert.deepEqual(ownDoubts(missing({ doubts: [SILENT, REFUSED] }), run), [REFUSED]);
});
