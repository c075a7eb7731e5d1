/** The principal's daily work: what waits, and what is said of it. */

import "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Chart,
  type Closure,
  canOpen,
  faultsOf,
  isOver,
  placesOf,
} from "../views/daily/closures_model";
import { type Case, ownDoubts, type Run, waits } from "../views/daily/day";
import { byKind, rangeOf, type Stage } from "../views/daily/funnel_model";
import {
  figuresOf,
  type Group,
  groupWords,
  inParts,
  type Summary,
  stillThere,
  UNFILTERED,
} from "../views/daily/reviews_model";
import { draftOf, type Rules, faultsOf as ruleFaults, rulesOf } from "../views/daily/rules_model";

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

test("more scans than the server takes at once go in parts", () => {
  assert.deepEqual(inParts([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]);
  assert.deepEqual(inParts([], 2), []);
});

test("a group says what its scans have in common", () => {
  const group = {
    reason: "clock_suspect",
    day: "2026-11-16",
    station_name: "Cổng chính",
    person_name: "Bác Tư",
    first_at: "2026-11-15T23:40:00Z",
    last_at: "2026-11-16T00:12:00Z",
    max_distance_m: 12.4,
    min_clock_offset_s: -640,
    max_clock_offset_s: -600,
  } as unknown as Group;
  assert.match(groupWords(group), /^Cổng chính · máy của Bác Tư · .* 06:40 – 07:12$/);
  assert.equal(figuresOf(group), "đồng hồ máy lệch 11 phút");
  assert.equal(figuresOf({ ...group, reason: "geo_uncertain" }), "cách trường tới 12 m");
});

function closure(more: Partial<Closure>): Closure {
  const days = { from_day: "2026-11-16", to_day: "2026-11-18", closed_to: "2026-11-18" };
  return { ...days, may_end: true, ended_at: null, ...more } as unknown as Closure;
}

test("what is closed can open while a closed day is left", () => {
  const at = (time: string) => Date.parse(`2026-11-18T${time}+07:00`);
  assert.equal(canOpen(closure({}), Date.parse("2026-11-17T12:00:00+07:00")), true);
  assert.equal(canOpen(closure({}), at("05:59:00")), true);
  assert.equal(canOpen(closure({}), at("06:00:00")), false);
  assert.equal(canOpen(closure({ may_end: false }), at("05:00:00")), false);
  assert.equal(isOver(closure({}), "2026-11-18"), false);
  assert.equal(isOver(closure({}), "2026-11-19"), true);
  assert.equal(isOver(closure({ closed_to: "2026-11-15" }), "2026-11-15"), true);
});

test("a closure wants days in order, not too many, and a word to the families", () => {
  const good = { from: "2026-11-16", to: "2026-11-16", reason: "Bão" };
  assert.deepEqual(faultsOf(good), {});
  assert.ok(faultsOf({ ...good, to: "2026-11-15" }).days);
  assert.ok(faultsOf({ ...good, to: "2026-12-17" }).days);
  assert.equal(faultsOf({ ...good, to: "2026-12-16" }).days, undefined);
  assert.ok(faultsOf({ ...good, reason: "  " }).reason);
});

test("a unit closes with all below it, and says how many hear of it", () => {
  const unit = (id: number, parent_id: number | null) => ({ id, parent_id, name: `Đơn vị ${id}` });
  const school = (id: number, org_unit_id: number) => ({ id, org_unit_id, name: `Trường ${id}` });
  const chart = {
    units: [unit(3, 2), unit(2, 1), unit(1, null), unit(4, 1)],
    schools: [school(10, 3), school(11, 4)],
    progress: [
      { school_id: 10, pupils: 700 },
      { school_id: 11, pupils: 50 },
    ],
  } as unknown as Chart;
  const told = placesOf(chart).map(({ name, schools, pupils }) => [name, schools, pupils]);
  assert.deepEqual(told, [
    ["Đơn vị 3", 1, 700],
    ["Đơn vị 2", 1, 700],
    ["Đơn vị 1", 2, 750],
    ["Đơn vị 4", 1, 50],
    ["Trường 10", 1, 700],
    ["Trường 11", 1, 50],
  ]);
});

function stage(kind: string, channel: Stage["channel"], due: number): Stage {
  const none = { sent: 0, delivered: 0, read: 0, waiting: 0, failed: 0, unneeded: 0 };
  return { kind, channel, due, ...none };
}

test("the funnel goes by kind, the most first, without roads that nothing went", () => {
  const found = byKind([
    stage("absence", "inbox", 3),
    stage("arrival", "fcm", 40),
    stage("arrival", "inbox", 50),
    stage("arrival", "sms", 0),
  ]);
  assert.deepEqual(
    found.map(({ kind, stages }) => [kind, stages.map((each) => each.channel)]),
    [
      ["arrival", ["fcm", "inbox"]],
      ["absence", ["inbox"]],
    ],
  );
  assert.deepEqual(rangeOf(7, "2026-11-22"), { from: "2026-11-16", to: "2026-11-22" });
  assert.deepEqual(rangeOf(1, "2026-11-22"), { from: "2026-11-22", to: "2026-11-22" });
});

test("rules are typed in percent, and what was not touched stays to the last digit", () => {
  const rules: Rules = {
    alert_after_min: 15,
    class_share: 0.333,
    school_share: 0.15,
    sms_budget_a_day: 200,
    past_month_needs_two: true,
  };
  const draft = draftOf(rules);
  assert.equal(draft.classShare, "33");
  assert.deepEqual(rulesOf(draft, rules), rules);
  assert.equal(rulesOf({ ...draft, schoolShare: "20" }, rules).school_share, 0.2);
  assert.deepEqual(ruleFaults(draft), {});
  const wrong = ruleFaults({ ...draft, alertAfter: "121", classShare: "0", sms: "1.5" });
  assert.deepEqual(Object.keys(wrong), ["alertAfter", "classShare", "sms"]);
  assert.ok(ruleFaults({ ...draft, schoolShare: "" }).schoolShare);
});

test("whoever has nothing left to review is chosen no more", () => {
  const summary: Summary = {
    total: 1,
    window_days: 45,
    oldest_day: null,
    reasons: [{ reason: "clock_suspect", count: 1 }],
    scanners: [{ device_id: "d", person_name: "Bác Cổng", count: 1 }],
    people: [
      { person_id: "p", person_kind: "student", person_name: "An", class_name: null, count: 1 },
    ],
    groups: [],
  };
  const chosen = { reason: "clock_suspect", device: "d", person: "p" } as const;
  assert.deepEqual(stillThere(chosen, summary), chosen);
  assert.deepEqual(stillThere({ ...chosen, person: "gone" }, summary), {
    ...chosen,
    person: "all",
  });
  const done = { ...summary, reasons: [], scanners: [], people: [] };
  assert.deepEqual(stillThere(chosen, done), UNFILTERED);
});
