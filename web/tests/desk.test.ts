import "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  type Draft,
  EMPTY,
  faultsOf,
  instantOf,
  needsWhom,
  optionsOf,
  type Part,
  toggled,
  usualDeadline,
  whenOf,
} from "../views/desk/notice_draft";

const NOW = Date.parse("2026-11-20T01:00:00Z");
const CLASS: Part = { kind: "class", ref: "c1", name: "6A1" };
const CHILD: Part = { kind: "student", ref: "s1", name: "An" };
const SCHOOL: Part = { kind: "school", ref: "", name: "" };
const READY: Draft = { ...EMPTY, parts: [CLASS], title: "Họp", body: "Mời dự họp" };

test("a day and an hour are the school's, wherever the phone is", () => {
  assert.equal(instantOf({ day: "2026-11-20", time: "17:00" }), "2026-11-20T10:00:00.000Z");
  assert.deepEqual(whenOf("2026-11-20T18:30:00Z"), { day: "2026-11-21", time: "01:30" });
  assert.equal(instantOf({ day: "2026-11-20", time: "" }), null);
});

test("what is tapped twice is gone again", () => {
  assert.deepEqual(toggled([CLASS], CLASS), []);
  assert.deepEqual(toggled([CLASS], CHILD), [CLASS, CHILD]);
});

test("the whole school takes the place of its classes, and a class that of the school", () => {
  const staff: Part = { kind: "staff", ref: "t1", name: "Hoa" };
  assert.deepEqual(toggled([CLASS, staff], SCHOOL), [SCHOOL, staff]);
  assert.deepEqual(toggled([SCHOOL, staff], CLASS), [staff, CLASS]);
});

test("for one child nobody is asked whether families are meant", () => {
  assert.equal(needsWhom([CHILD]), false);
  assert.equal(needsWhom([CHILD, CLASS]), true);
});

test("a notice says whom, what, and nothing else unless it asks for an answer", () => {
  assert.deepEqual(faultsOf(READY, NOW), {});
  assert.deepEqual(Object.keys(faultsOf(EMPTY, NOW)), ["audience", "title", "body"]);
  assert.deepEqual(Object.keys(faultsOf({ ...READY, toFamilies: false }, NOW)), ["audience"]);
  assert.deepEqual(faultsOf({ ...READY, parts: [CHILD], toFamilies: false }, NOW), {});
});

test("an answer has a deadline after the notice has gone", () => {
  const asking: Draft = { ...READY, answerKind: "yes_no" };
  assert.deepEqual(Object.keys(faultsOf(asking, NOW)), ["until"]);
  const early = { ...asking, until: { day: "2026-11-20", time: "07:00" } };
  assert.deepEqual(Object.keys(faultsOf(early, NOW)), ["until"]);
  const good = { ...asking, until: usualDeadline("2026-11-20") };
  assert.deepEqual(good.until, { day: "2026-11-23", time: "17:00" });
  assert.deepEqual(faultsOf(good, NOW), {});
  const after = { ...good, isLater: true, goesAt: { day: "2026-11-24", time: "07:00" } };
  assert.deepEqual(Object.keys(faultsOf(after, NOW)), ["until"]);
});

test("a notice is not scheduled for yesterday", () => {
  const late: Draft = { ...READY, isLater: true, goesAt: { day: "2026-11-19", time: "07:00" } };
  assert.deepEqual(Object.keys(faultsOf(late, NOW)), ["goesAt"]);
});

test("choices are at least two and different", () => {
  const until = usualDeadline("2026-11-20");
  const asking: Draft = { ...READY, answerKind: "choice", until, options: ["Xe", " Xe ", ""] };
  assert.deepEqual(optionsOf(asking), ["Xe"]);
  assert.deepEqual(Object.keys(faultsOf(asking, NOW)), ["options"]);
  assert.deepEqual(faultsOf({ ...asking, options: ["Xe", "Đi bộ"] }, NOW), {});
  assert.deepEqual(optionsOf({ ...asking, answerKind: "text" }), []);
});
