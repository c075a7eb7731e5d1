import "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";

import { bodyOf } from "../views/desk/day_body";
import {
  type ClassDay,
  countsOf,
  type Draft,
  draftOf,
  faultsOf,
  hasPhrase,
  keepable,
  NO_CARE,
  newHomework,
  newRemark,
  nextSchoolDay,
  type Phrase,
  renewed,
  tapped,
  withOwn,
} from "../views/desk/day_draft";
import { lengthWords, mondayOf, shareOf } from "../views/desk/weeks";

const PRAISE: Phrase = { id: "p1", kind: "praise", about: "remark", text: "Con hăng hái." };
const RULES: Phrase = { id: "p2", kind: "needs_work", about: "conduct", text: "Con nói chuyện." };

function pupil(id: string, isAbsent = false): ClassDay["pupils"][number] {
  return { student_id: id, name: id, is_absent: isAbsent, remarks: [], care: null };
}

const DAY: ClassDay = {
  school_id: 1,
  class_id: "c",
  class_name: "6A1",
  grade: 6,
  day: "2026-11-20",
  subjects: ["Toán"],
  has_care: false,
  may_write: true,
  may_write_care: false,
  is_told: true,
  lessons: [],
  homework: [],
  pupils: [pupil("an"), pupil("binh"), pupil("chi"), pupil("dat", true)],
};

function withAll(draft: Draft, text = "Cả lớp ngoan."): Draft {
  return { ...draft, forAll: { ...draft.forAll, text } };
}

test("who teaches one subject is not asked for it", () => {
  const draft = draftOf(DAY);
  assert.equal(draft.lessons[0]?.subject, "Toán");
  assert.equal(draftOf({ ...DAY, subjects: null }).lessons[0]?.subject, "");
});

test("an empty form says nothing and is no fault", () => {
  const draft = draftOf(DAY);
  assert.deepEqual(faultsOf(draft, DAY), {});
  const body = bodyOf(draft);
  assert.deepEqual([body.lessons, body.homework, body.remark], [[], [], null]);
  assert.deepEqual([body.exceptions, body.care, body.care_exceptions], [[], null, []]);
  assert.deepEqual(countsOf(draft, DAY), { lessons: 0, homework: 0, remarks: 0, hasCare: false });
});

test("a tap with a phrase marks a pupil, a second one takes it back", () => {
  const once = tapped(draftOf(DAY), "an", PRAISE);
  assert.ok(hasPhrase(once, "an", PRAISE));
  assert.ok(!hasPhrase(once, "binh", PRAISE));
  const both = tapped(once, "an", RULES);
  assert.equal(both.own.an?.length, 2);
  assert.deepEqual(tapped(tapped(both, "an", RULES), "an", PRAISE).own, {});
});

test("the words for all go to who is here and has none of their own about the same", () => {
  const said = withAll(tapped(draftOf(DAY), "an", PRAISE));
  assert.equal(countsOf(said, DAY).remarks, 2 + 1);
  // Conduct is another matter: An gets both.
  assert.equal(countsOf(withAll(tapped(draftOf(DAY), "an", RULES)), DAY).remarks, 3 + 1);
  assert.equal(countsOf({ ...said, without: ["binh"] }, DAY).remarks, 1 + 1);
});

test("the day becomes one request, and the same again is the same", () => {
  const homework = { ...newHomework(DAY.day, "Toán"), text: " Bài 3 " };
  const start = withAll(tapped(draftOf(DAY), "an", PRAISE));
  const draft: Draft = { ...start, homework: [homework], without: ["binh"] };
  const body = bodyOf(draft);
  assert.equal(body.homework?.[0]?.text, "Bài 3");
  assert.equal(body.homework?.[0]?.due_day, "2026-11-21");
  assert.deepEqual(body.remark?.but, ["binh"]);
  assert.equal(body.exceptions?.[0]?.student_id, "an");
  assert.deepEqual(bodyOf(draft), body);
});

test("what was sent can be changed under its id, and a lesson emptied is taken back", () => {
  const lesson = {
    id: "l1",
    school_id: 1,
    class_id: "c",
    day: DAY.day,
    subject: "Toán",
    text: "Phân số",
    author_name: "Cô Hoa",
    created_at: "2026-11-20T02:00:00Z",
    changed_at: "2026-11-20T02:00:00Z",
    edited_at: null,
    may_change: true,
    before: [],
  };
  const day = { ...DAY, lessons: [lesson, { ...lesson, id: "l2", may_change: false }] };
  const draft = draftOf(day);
  assert.deepEqual(
    draft.lessons.map(({ id }) => id),
    ["l1"],
  );
  assert.equal(countsOf(draft, day).lessons, 0);
  const emptied = { ...draft, lessons: draft.lessons.map((each) => ({ ...each, text: "" })) };
  assert.equal(countsOf(emptied, day).lessons, 1);
  assert.deepEqual(bodyOf(emptied).lessons, [
    { id: "l1", subject: "Toán", text: "", changed_at: lesson.changed_at },
  ]);
});

const SET: ClassDay["homework"][number] = {
  id: "h1",
  school_id: 1,
  class_id: "c",
  class_name: "6A1",
  subject: "Toán",
  text: "Bài 4",
  set_day: DAY.day,
  due_day: "2026-11-21",
  author_name: "Cô Hoa",
  created_at: "2026-11-20T02:00:00Z",
  changed_at: "2026-11-20T02:00:00Z",
  edited_at: null,
  withdrawn_at: null,
  attachments: [],
  before: [],
  student_id: null,
  done: null,
  done_by: [],
  may_change: true,
};
const SEEN: ClassDay = { ...DAY, homework: [SET] };
const CHANGED: ClassDay = {
  ...DAY,
  homework: [{ ...SET, text: "Bài 5", changed_at: "2026-11-20T03:00:00Z" }],
};

function retold(draft: Draft, text: string): Draft {
  return { ...draft, homework: draft.homework.map((each) => ({ ...each, text })) };
}

test("what was not touched is not sent, whatever became of it since", () => {
  const draft = withAll(draftOf(SEEN));
  assert.deepEqual(bodyOf(draft).homework, []);
  assert.equal(countsOf(draft, CHANGED).homework, 0);
  const touched = bodyOf(retold(draft, "Bài 6")).homework ?? [];
  assert.deepEqual(
    touched.map(({ text, changed_at, attachment_ids }) => [text, changed_at, attachment_ids]),
    [["Bài 6", SET.changed_at, undefined]],
  );
});

test("a file taken out of homework is sent, none that stayed is", () => {
  const file = {
    id: "f",
    kind: "image" as const,
    name: "a.jpg",
    bytes: 1,
    pages: null,
    width: 1,
    height: 1,
    url: "",
    preview_url: null,
  };
  const day = { ...DAY, homework: [{ ...SET, attachments: [file] }] };
  const draft = draftOf(day);
  const without = { ...draft, homework: draft.homework.map((each) => ({ ...each, files: [] })) };
  assert.equal(countsOf(without, day).homework, 1);
  assert.deepEqual(bodyOf(without).homework?.[0]?.attachment_ids, []);
  assert.ok(!("attachment_ids" in (bodyOf(retold(draft, "Bài 6")).homework?.[0] ?? {})));
});

test("a draft kept for days goes on from the day as it is now", () => {
  // Untouched, it follows; touched, it keeps what it was made from, and the server says no.
  assert.equal(renewed(draftOf(SEEN), CHANGED, false).homework[0]?.text, "Bài 5");
  const kept = renewed(retold(draftOf(SEEN), "Bài 6"), CHANGED, false);
  assert.deepEqual(
    bodyOf(kept).homework?.map(({ text, changed_at }) => [text, changed_at]),
    [["Bài 6", SET.changed_at]],
  );
  // Loaded anew after that, the newer words are there, and what was typed elsewhere stays.
  const added = { ...newHomework(DAY.day, "Toán"), text: "Bài 7" };
  const anew = renewed({ ...kept, homework: [...kept.homework, added] }, CHANGED, true);
  assert.deepEqual(
    anew.homework.map((each) => each.text),
    ["Bài 5", "Bài 7"],
  );
  assert.equal(renewed(kept, DAY, true).homework.length, 0);
});

test("a row says what it lacks", () => {
  const lesson = { id: "l", subject: " ", text: "Phân số" };
  const homework = { ...newHomework(DAY.day, "Toán"), id: "h", text: "Bài 3", due: "2026-11-19" };
  const faults = faultsOf({ ...draftOf(DAY), lessons: [lesson], homework: [homework] }, DAY);
  assert.deepEqual(Object.keys(faults.l ?? {}), ["subject"]);
  assert.deepEqual(Object.keys(faults.h ?? {}), ["due"]);
});

test("small children's day is said once, and apart for who was different", () => {
  const careAll = { ...NO_CARE, lunch: "all" as const, sleep: "90" };
  const own = { ...careAll, lunch: "some" as const };
  const draft: Draft = { ...draftOf(DAY), careAll, care: { an: own } };
  const body = bodyOf(draft);
  assert.equal(body.care?.sleep_min, 90);
  assert.equal(body.care?.changed_at, null);
  assert.deepEqual(
    body.care_exceptions?.map(({ student_id, lunch }) => [student_id, lunch]),
    [["an", "some"]],
  );
  assert.ok(countsOf(draft, DAY).hasCare);
  const sent = { ...NO_CARE, lunch: "some" as const };
  const before = {
    student_id: "an",
    day: DAY.day,
    breakfast: null,
    lunch: "some" as const,
    snack: null,
    sleep_min: null,
    note: null,
    author_name: "Cô Hoa",
    changed_at: "2026-11-20T02:00:00Z",
    before: [],
  };
  const there = { ...DAY, pupils: [{ ...pupil("an"), care: before }] };
  assert.deepEqual(draftOf(there).care, { an: sent });
  // Which state the words for all were made from: the newest of what was there.
  assert.equal(bodyOf({ ...draftOf(there), careAll }).care?.changed_at, before.changed_at);
  assert.ok(!countsOf(draftOf(there), there).hasCare);
});

test("what is about health is kept on no phone", () => {
  const health = newRemark("neutral", "health", "Con bị sốt.");
  const draft = withOwn(tapped(draftOf(DAY), "binh", PRAISE), "an", [health]);
  assert.deepEqual(Object.keys(keepable(draft).own), ["binh"]);
  assert.ok(!JSON.stringify(keepable(draft)).includes("sốt"));
});

test("the next day of school after a Saturday is Monday", () => {
  assert.equal(nextSchoolDay("2026-11-21"), "2026-11-23");
  assert.equal(nextSchoolDay("2026-11-20"), "2026-11-21");
});

test("weeks begin on Monday, shares are rounded down, times are said as people do", () => {
  assert.equal(mondayOf("2026-11-22"), "2026-11-16");
  assert.equal(mondayOf("2026-11-23"), "2026-11-23");
  assert.equal(shareOf(2, 3), 66);
  assert.equal(shareOf(0, 0), null);
  assert.equal(lengthWords(40, String), "40 phút");
  assert.equal(lengthWords(200, String), "3.3 giờ");
  assert.equal(lengthWords(null, String), "–");
});
