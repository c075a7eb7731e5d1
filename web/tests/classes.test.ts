import "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import { O } from "../i18n/checkin";
import { L } from "../i18n/classes";
import { said } from "../views/checkin/outcomes";
import type { Answer } from "../views/checkin/sending";
import { draftOf, faultsOf } from "../views/classes/correcting";
import { type Mark, type Marked, wordsOfMark } from "../views/classes/marking";
import {
  counts,
  gatesFor,
  isSuspect,
  isVoid,
  nextDirection,
  type Pupil,
  type Scan,
  type Shift,
  type State,
  shiftAt,
  shiftsHeld,
  shown,
  stateOf,
  told,
} from "../views/classes/register";
import { OUTCOMES } from "./outcomes";

void [L, O];

const MORNING = shift("sang", "07:00:00", "11:30:00");
const AFTERNOON = shift("chieu", "13:00:00", "17:00:00");

function shift(id: string, starts_at: string, ends_at: string): Shift {
  const times = { starts_at, ends_at, late_after: starts_at, cut_off: ends_at };
  return { id, name: id, ...times, weekdays: [1], ended_at: null };
}

function scan(at: string, direction: "in" | "out", more: Partial<Scan> = {}): Scan {
  return {
    id: at,
    direction,
    occurred_at: `2026-11-16T${at}:00+07:00`,
    outcome: "ok",
    source: "card",
    station_name: "Cổng chính",
    is_undone: false,
    verdict: null,
    ...more,
  };
}

function pupil(name: string, state: State | null, scans: Scan[] = []): Pupil {
  const arrived = scans.find((each) => each.direction === "in");
  const shifts = state
    ? [
        {
          shift_id: "sang",
          shift_name: "Ca sáng",
          state,
          late_minutes: 0,
          // The server writes instants in UTC.
          arrived_at: arrived ? new Date(arrived.occurred_at).toISOString() : null,
          left_at: null,
          on_leave: false,
        },
      ]
    : [];
  return { student_id: name, name, class_id: "c", class_name: "6A1", shifts, scans };
}

const CLASS = [
  pupil("Nguyễn Văn An", "present", [scan("06:52", "in")]),
  pupil("Đỗ Gia Đạt", "not_scanned"),
  pupil("Trần Thị Ánh", "not_scanned"),
];

test("the session that runs or comes next is the one that is shown", () => {
  const at = (time: string) =>
    shiftAt([MORNING, AFTERNOON], Date.parse(`2026-11-16T${time}+07:00`));
  assert.equal(at("05:00:00")?.id, "sang");
  assert.equal(at("11:29:00")?.id, "sang");
  assert.equal(at("11:31:00")?.id, "chieu");
  assert.equal(at("19:00:00")?.id, "chieu");
  assert.equal(shiftAt([], Date.now()), null);
  assert.deepEqual(
    shiftsHeld(CLASS, [AFTERNOON, MORNING]).map((each) => each.id),
    ["sang"],
  );
});

test("pupils are found by state and by any part of the name, without diacritics", () => {
  const names = (filter: State | "all", query: string) =>
    shown(CLASS, MORNING, filter, query).map((each) => each.name);
  assert.deepEqual(names("not_scanned", ""), ["Đỗ Gia Đạt", "Trần Thị Ánh"]);
  assert.deepEqual(names("all", "dat do"), ["Đỗ Gia Đạt"]);
  assert.deepEqual(names("all", "an"), ["Nguyễn Văn An", "Trần Thị Ánh"]);
  assert.deepEqual(names("present", "anh"), []);
  assert.deepEqual(
    [...counts(CLASS, MORNING)],
    [
      ["present", 1],
      ["not_scanned", 2],
    ],
  );
});

test("a row tells the scan that its state is due to, and no undone or suspect one", () => {
  const early = scan("06:40", "in", { is_undone: true });
  const an = pupil("An", "present", [scan("06:52", "in")]);
  an.scans.unshift(early);
  const found = told(an, stateOf(an, MORNING));
  assert.equal(found.arrival?.id, "06:52");
  assert.equal(found.checking, null);
  const copied = pupil("Bình", "not_scanned", []);
  copied.scans.push(scan("06:55", "in", { outcome: "clone_suspect" }));
  assert.equal(told(copied, stateOf(copied, MORNING)).arrival, null);
  assert.equal(told(copied, stateOf(copied, MORNING)).checking?.id, "06:55");
  const sunday = pupil("Cường", null, [scan("08:00", "in"), scan("09:00", "out")]);
  assert.deepEqual(
    [told(sunday, null).arrival?.id, told(sunday, null).departure?.id],
    ["08:00", "09:00"],
  );
});

test("by hand the next is out for who is in, and in for who is not", () => {
  assert.equal(nextDirection(pupil("An", "present", [scan("06:52", "in")])), "out");
  assert.equal(nextDirection(pupil("An", "not_scanned")), "in");
  const undone = [scan("06:52", "in", { is_undone: true })];
  assert.equal(nextDirection(pupil("An", "not_scanned", undone)), "in");
});

test("the gate of the class's own campus comes first, ended ones are gone", () => {
  const station = (id: string, campus_id: string, kind: "gate" | "staff", ended = false) => ({
    id,
    campus_id,
    kind,
    name: id,
    number: 1,
    ended_at: ended ? "2026-11-01T00:00:00Z" : null,
  });
  const all = [
    station("xa", "b", "gate"),
    station("phong", "a", "staff"),
    station("cu", "a", "gate", true),
    station("cong", "a", "gate"),
  ];
  assert.deepEqual(
    gatesFor(all, "a").map((each) => each.id),
    ["cong", "phong", "xa"],
  );
});

const DONE = new Set<Answer["outcome"]>(OUTCOMES.slice(0, 8));

test("only what is recorded, or was before, is said to be done", () => {
  for (const outcome of OUTCOMES) {
    const answer: Marked = {
      event_id: null,
      outcome,
      student: null,
      status: null,
      recorded_at: outcome === "ok" ? "2026-11-15T23:52:00Z" : null,
    };
    const own = said(answer, "in");
    assert.equal(own.tone === "bad", !DONE.has(outcome), outcome);
    assert.ok(own.words && own.hint, outcome);
    assert.equal(own.tone === "good", outcome === "ok", outcome);
    const mark = { direction: "in" } as Mark;
    assert.equal(wordsOfMark(mark, answer).tone === "bad", !DONE.has(outcome), outcome);
  }
});

test("who is on leave is not one to be looked for", () => {
  const away = pupil("Lê Gia Hân", "not_scanned");
  const [first] = away.shifts;
  const onLeave = { ...away, shifts: first ? [{ ...first, on_leave: true }] : [] };
  const pupils = [...CLASS, onLeave];
  assert.equal(counts(pupils, MORNING).get("not_scanned"), 2);
  assert.equal(counts(pupils, MORNING).get("on_leave"), 1);
  assert.deepEqual(
    shown(pupils, MORNING, "on_leave", "").map(({ name }) => name),
    ["Lê Gia Hân"],
  );
});

test("what the school has looked at is settled", () => {
  const odd = scan("06:52", "in", { outcome: "clone_suspect" });
  assert.ok(isSuspect(odd));
  assert.ok(!isSuspect({ ...odd, verdict: "confirm" }));
  assert.ok(isVoid({ ...odd, verdict: "reject" }));
  assert.ok(!isVoid({ ...odd, verdict: "confirm" }));
});

test("a correction needs a state, and minutes where it is late", () => {
  const draft = draftOf(CLASS[0]?.shifts ?? [], null);
  assert.equal(draft.shiftId, "sang");
  assert.deepEqual(Object.keys(faultsOf(draft)), ["state"]);
  assert.deepEqual(faultsOf({ ...draft, state: "present" }), {});
  for (const minutes of ["", "0", "601", "1.5", "x"])
    assert.deepEqual(Object.keys(faultsOf({ ...draft, state: "late", minutes })), ["minutes"]);
  assert.deepEqual(faultsOf({ ...draft, state: "late", minutes: "12" }), {});
});
