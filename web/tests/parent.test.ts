import "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { InboxItem } from "../live";
import { isMissed } from "../views/parent/absent";
import { thatHold } from "../views/parent/closures";
import { type Dispute, kindsFor, openOn } from "../views/parent/disputes";
import { isOfAnotherDay } from "../views/parent/family";
import { isDoubtful } from "../views/parent/fresh";
import { kinOf } from "../views/parent/kin";
import {
  asksToAct,
  byDay,
  iconOf,
  leadsTo,
  newestFirst,
  replacedIds,
  toneOf,
} from "../views/parent/news";
import { type Scan, type Shift, shiftsToTell, standingOf } from "../views/parent/standing";

function scan(direction: "in" | "out", at: string, more: Partial<Scan> = {}): Scan {
  return {
    id: `${direction}-${at}`,
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

function shift(state: Shift["state"], more: Partial<Shift> = {}): Shift {
  return {
    shift_id: state,
    shift_name: "Ca sáng",
    state,
    late_minutes: 0,
    arrived_at: null,
    left_at: null,
    on_leave: false,
    ...more,
  };
}

test("without a scan nobody has arrived, and nobody is absent before the school says so", () => {
  assert.deepEqual(standingOf({ shifts: [shift("not_scanned")], scans: [] }), {
    kind: "not_scanned",
  });
});

test("an undone scan is no scan", () => {
  const undone = scan("in", "06:52", { is_undone: true });
  const day = { shifts: [shift("not_scanned")], scans: [undone] };
  assert.equal(standingOf(day).kind, "not_scanned");
});

test("the latest movement is told, in whatever order they come", () => {
  const came = scan("in", "06:52");
  const left = scan("out", "11:34");
  for (const scans of [
    [came, left],
    [left, came],
  ]) {
    const standing = standingOf({ shifts: [shift("present")], scans });
    assert.deepEqual(standing, { kind: "out", scan: left });
  }
});

test("a suspicious scan is being checked; what was known before still holds", () => {
  const came = scan("in", "06:52");
  for (const outcome of ["clone_suspect", "impossible_travel"]) {
    const strange = scan("out", "06:55", { outcome });
    assert.deepEqual(standingOf({ shifts: [shift("present")], scans: [came, strange] }), {
      kind: "checking",
      scan: strange,
      before: came,
    });
    assert.equal(standingOf({ shifts: [], scans: [strange] }).kind, "checking");
  }
});

test("what waits for the school's look but was told as an arrival is one", () => {
  const came = scan("in", "06:52", { outcome: "geo_uncertain" });
  assert.equal(standingOf({ shifts: [shift("present")], scans: [came] }).kind, "in");
});

test("a scan on a day without school is told all the same", () => {
  assert.equal(standingOf({ shifts: [], scans: [] }).kind, "none");
  assert.equal(standingOf({ shifts: [], scans: [scan("in", "15:00")] }).kind, "in");
});

test("an absence is the school's word, and half a day that is still open is none", () => {
  const absent = shift("absent_unexcused");
  assert.deepEqual(standingOf({ shifts: [absent], scans: [] }), {
    kind: "absent",
    isExcused: false,
  });
  assert.deepEqual(standingOf({ shifts: [shift("absent_excused")], scans: [] }), {
    kind: "absent",
    isExcused: true,
  });
  const open = standingOf({ shifts: [shift("absent_excused"), shift("not_scanned")], scans: [] });
  assert.equal(open.kind, "not_scanned");
  const missed = standingOf({ shifts: [absent, shift("not_scanned")], scans: [] });
  assert.deepEqual(missed, { kind: "absent", isExcused: false });
});

test("approved leave is said before the school has looked, and a scan says more", () => {
  const away = shift("not_scanned", { on_leave: true });
  assert.equal(standingOf({ shifts: [away], scans: [] }).kind, "on_leave");
  const half = { shifts: [away, shift("not_scanned")], scans: [] };
  assert.equal(standingOf(half).kind, "not_scanned");
  assert.equal(shiftsToTell(half.shifts).length, 2);
  assert.equal(standingOf({ shifts: [away], scans: [scan("in", "06:52")] }).kind, "in");
});

test("what the school has set right since counts for more than the scan", () => {
  const came = scan("in", "06:52");
  const missed = shift("absent_unexcused");
  const corrected = {
    shift_id: missed.shift_id,
    shift_name: "Ca sáng",
    state: "absent_unexcused" as const,
    late_minutes: 0,
    reason: "Nhầm thẻ",
    by: "Cô Hoa",
    at: "2026-11-16T08:00:00+07:00",
  };
  const day = { shifts: [missed], scans: [came], corrections: [corrected] };
  assert.equal(standingOf(day).kind, "absent");
  assert.equal(standingOf({ ...day, shifts: [shift("present")] }).kind, "in");
  const early = { ...corrected, at: "2026-11-16T06:00:00+07:00" };
  assert.equal(standingOf({ ...day, corrections: [early] }).kind, "in");
});

test("a scan that the school has rejected is none, one that it confirmed is one", () => {
  const odd = scan("in", "06:52", { outcome: "clone_suspect" });
  const rejected = { ...odd, verdict: "reject" as const };
  const confirmed = { ...odd, verdict: "confirm" as const };
  const shifts = [shift("not_scanned")];
  assert.equal(standingOf({ shifts, scans: [rejected] }).kind, "not_scanned");
  assert.equal(standingOf({ shifts, scans: [confirmed] }).kind, "in");
});

test("a closure that was ended before its time holds no longer", () => {
  const closure = (from_day: string, closed_to: string) =>
    ({ from_day, closed_to }) as Parameters<typeof thatHold>[0][number];
  const all = [
    closure("2026-11-16", "2026-11-17"),
    closure("2026-11-18", "2026-11-17"),
    closure("2026-11-14", "2026-11-15"),
  ];
  assert.deepEqual(thatHold(all, "2026-11-16"), [all[0]]);
});

test("who is missed is offered what to do, and nobody else", () => {
  assert.ok(isMissed({ shifts: [shift("absent_unexcused")], scans: [] }));
  assert.ok(!isMissed({ shifts: [shift("absent_excused")], scans: [] }));
  assert.ok(!isMissed({ shifts: [shift("not_scanned")], scans: [] }));
  assert.ok(!isMissed({ shifts: [shift("absent_unexcused")], scans: [scan("in", "08:10")] }));
  assert.ok(!isMissed(null));
});

test("beside the big words only what they do not say", () => {
  assert.deepEqual(shiftsToTell([shift("present")]), []);
  assert.deepEqual(shiftsToTell([shift("not_scanned"), shift("not_scanned")]), []);
  assert.equal(shiftsToTell([shift("late", { late_minutes: 7 })]).length, 1);
  assert.equal(shiftsToTell([shift("present"), shift("not_scanned")]).length, 2);
});

/** What a kind adds; the document leaves its names open. */
function data(given: object): InboxItem["data"] {
  return given as InboxItem["data"];
}

function item(seq: number, more: Partial<InboxItem> = {}): InboxItem {
  return {
    id: `i${seq}`,
    seq,
    kind: "arrival",
    school_id: 1,
    student_id: "s",
    title: "",
    body: "",
    data: {},
    created_at: `2026-11-16T0${seq}:00:00Z`,
    read_at: null,
    ...more,
  };
}

test("pages and the stream overlap: each item once, the newest first, read stays read", () => {
  const read = item(2, { read_at: "2026-11-16T03:00:00Z" });
  const all = newestFirst([item(3), item(2)], [read, item(1)], [item(3)]);
  assert.deepEqual(
    all.map((each) => each.seq),
    [3, 2, 1],
  );
  assert.equal(all[1]?.read_at, read.read_at);
  assert.equal(newestFirst([read], [item(2)])[0]?.read_at, read.read_at);
});

test("days are the school's: 17:30 in Greenwich is past midnight here", () => {
  const late = item(2, { created_at: "2026-11-16T17:30:00Z" });
  const early = item(1, { created_at: "2026-11-16T16:30:00Z" });
  assert.deepEqual(
    byDay([late, early]).map(({ day, items }) => [day, items.length]),
    [
      ["2026-11-17", 1],
      ["2026-11-16", 1],
    ],
  );
});

test("what a later item takes the place of is known", () => {
  const mended = item(2, { data: data({ replaces: "i1" }) });
  assert.deepEqual([...replacedIds([mended, item(1)])], ["i1"]);
});

test("good news, alarms and the rest look different without colour", () => {
  const alarm = item(1, { kind: "something_new", data: data({ tone: "alarm" }) });
  assert.equal(toneOf(alarm), "alarm");
  assert.equal(toneOf(item(1, { data: data({ tone: "odd" }) })), "plain");
  const icons = new Set([iconOf(alarm), iconOf(item(1)), iconOf(item(1, { kind: "x" }))]);
  assert.equal(icons.size, 3);
});

test("an arrival and an absence cannot be mixed up", () => {
  const came = item(1, { data: data({ tone: "good" }) });
  const missed = item(2, { kind: "absence", data: data({ tone: "alarm" }) });
  assert.notEqual(iconOf(came), iconOf(missed));
  assert.notEqual(toneOf(came), toneOf(missed));
  const icons = ["arrival", "absence", "closure", "leave_asked", "absence_held"].map((kind) =>
    iconOf(item(1, { kind })),
  );
  assert.equal(new Set(icons).size, icons.length);
});

test("an absence of today asks to act, until it is replaced", () => {
  const at = Date.parse("2026-11-16T08:00:00+07:00");
  const missed = item(1, { kind: "absence", data: data({ day: "2026-11-16" }) });
  assert.ok(asksToAct(missed, false, at));
  assert.ok(!asksToAct(missed, true, at));
  assert.ok(!asksToAct(missed, false, at + 24 * 3600 * 1000));
  assert.ok(!asksToAct(item(1), false, at));
});

test("news leads to whoever has to do something about it", () => {
  const isKin = (id: string) => id === "s";
  const isLed = (school: number | null) => school === 1;
  const to = (kind: string, more: Partial<InboxItem> = {}, isDepartment = false) =>
    leadsTo(item(1, { kind, ...more }), isKin, isLed, isDepartment);
  assert.equal(to("absence"), "/con/s");
  assert.equal(to("absence", { student_id: "other" }), null);
  assert.equal(to("leave_asked", { data: data({ class_id: "c" }) }), "/lop/1/c");
  assert.equal(to("leave_asked"), "/lop");
  assert.equal(to("leave_asked", { student_id: null }), "/truong/1/don-nghi");
  assert.equal(to("leave_asked", { student_id: null, school_id: 2 }), null);
  assert.equal(to("leave_decided"), "/con/s/xin-nghi");
  assert.equal(to("leave_decided", { student_id: null }), "/cham-cong/xin-nghi");
  const elsewhere = { student_id: null, school_id: 2 };
  const withdrawn = { student_id: null, data: data({ decision: "withdrawn" }) };
  assert.equal(to("leave_asked", elsewhere, true), "/so/don/2");
  assert.equal(to("leave_decided", withdrawn), "/truong/1/don-nghi");
  assert.equal(
    to("leave_decided", { ...elsewhere, ...withdrawn, school_id: 2 }, true),
    "/so/don/2",
  );
  assert.equal(to("correction_asked"), "/truong/1/sua-diem-danh");
  assert.equal(to("correction_decided"), "/truong/1/sua-diem-danh");
  assert.equal(to("correction_asked", elsewhere, true), "/so/sua/2");
  assert.equal(to("correction_asked", elsewhere), null);
  assert.equal(to("dispute_asked"), "/lop");
  assert.equal(to("absence_held", { student_id: null }), "/truong/1/tin-vang");
});

test("news of the contact book leads to what it is about, while one may still see it", () => {
  const to = (kind: string, known: Record<string, unknown> = {}, isKin = true) =>
    leadsTo(
      item(1, { kind, data: data(known) }),
      () => isKin,
      () => false,
      false,
    );
  assert.equal(to("announcement", { announcement_id: "a" }), "/thong-bao/1/a");
  assert.equal(to("answer_wanted", { announcement_id: "a" }, false), "/thong-bao/1/a");
  assert.equal(to("message", { thread_id: "t" }, false), "/tin-nhan/1/t");
  assert.equal(to("remark", { remark_id: "r" }), "/con/s/so/remark/r");
  assert.equal(to("homework", { homework_id: "h" }), "/con/s/so/homework/h");
  assert.equal(to("daily_book"), "/con/s/so");
  assert.equal(to("weekly_summary", { week: "2026-11-16" }), "/con/s/so");
  assert.equal(to("remark", { remark_id: "r" }, false), null);
  assert.equal(to("message_report"), "/truong/1/bao-cao-tin-nhan");
});

test("a scan can be wrong in other ways than a day", () => {
  assert.ok(kindsFor(scan("in", "06:52")).includes("wrong_time"));
  assert.ok(!kindsFor(null).includes("wrong_time"));
  assert.ok(kindsFor(null).includes("was_there"));
});

test("one open complaint a day", () => {
  const said = (day: string, state: Dispute["state"]) => ({ day, state }) as Dispute;
  assert.ok(openOn([said("2026-11-16", "open")], "2026-11-16"));
  assert.ok(!openOn([said("2026-11-16", "upheld")], "2026-11-16"));
  assert.ok(!openOn([said("2026-11-15", "open")], "2026-11-16"));
});

test("a pupil's own account is of its family", () => {
  const own = { role: "student", person_id: "s", school_id: 1, name: "An", school_name: "T" };
  const staff = { role: "guard", person_id: "g", school_id: 1, name: "B", school_name: "T" };
  const child = { student_id: "c", school_id: 2, name: "Bình" };
  const found = kinOf({ account: {}, memberships: [own, staff], children: [child] } as never);
  assert.deepEqual(
    found.map(({ student_id, isSelf }) => [student_id, isSelf]),
    [
      ["c", false],
      ["s", true],
    ],
  );
  assert.deepEqual(kinOf(null), []);
});

test("yesterday's figures are nobody's today, whatever the phone's clock says", () => {
  const told = (day: string, ahead_ms = 0) => ({ day, seq: 0, items: [], ahead_ms });
  const at = Date.parse("2026-11-16T06:55:00+07:00");
  assert.equal(isOfAnotherDay(told("2026-11-16"), at), false);
  assert.equal(isOfAnotherDay(told("2026-11-15"), at), true);
  // Asked for at the phone's midnight, which came a second before the school's.
  const midnight = Date.parse("2026-11-16T00:00:00.300+07:00");
  assert.equal(isOfAnotherDay(told("2026-11-15", -1000), midnight), false);
  assert.equal(isOfAnotherDay(told("2026-11-15", -1000), at), true);
  // A phone that lives two years ago: what it has just loaded is of today, and only of today.
  const years = 2 * 365 * 24 * 3600 * 1000;
  assert.equal(isOfAnotherDay(told("2026-11-16", years), at - years), false);
  assert.equal(isOfAnotherDay(told("2026-11-15", years), at - years), true);
  assert.equal(isOfAnotherDay(null, at), false);
});

test("a copy of before, or what is asked for after a sleep, is not called live", () => {
  const opened = 1_000_000;
  const now = { opened, at: opened + 3_600_000, isAsking: false };
  assert.equal(isDoubtful(opened - 1, now), true);
  assert.equal(isDoubtful(opened + 500, now), false);
  assert.equal(isDoubtful(opened + 500, { ...now, isAsking: true }), true);
  assert.equal(isDoubtful(now.at - 5_000, { ...now, isAsking: true }), false);
});
