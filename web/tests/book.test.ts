import "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import { answerWords, choicesOf, isOpen } from "../views/book/answers";
import {
  askedOf,
  byDay,
  caughtUp,
  type FeedItem,
  keyOf,
  newestFirst,
  pageOf,
} from "../views/book/feed_model";
import {
  careFigures,
  remarkWords,
  sleepWords,
  titleOf,
  weekFigures,
} from "../views/book/line_words";
import { partsOf } from "../views/book/prose_parts";
import { hitPage, isWorthAsking, piecesOf } from "../views/book/search_model";
import { sizeWords } from "../views/book/sizes";
import {
  gistOf,
  inOrder,
  isRead,
  type Message,
  stillUnsent,
  type Thread,
  titleOf as threadTitle,
} from "../views/book/thread_model";
import { isKind } from "../views/book/words";

const NOON = Date.parse("2026-11-16T12:00:00+07:00");

function item(id: string, more: Partial<FeedItem> = {}): FeedItem {
  return {
    id,
    kind: "announcement",
    school_id: 1,
    student_id: "s",
    at: `2026-11-16T0${id}:00:00Z`,
    changed_at: `2026-11-16T0${id}:00:00Z`,
    title: "Họp phụ huynh",
    body: "",
    author: "Cô Hoa",
    ...more,
  };
}

function message(seq: number, more: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    seq,
    author_kind: "guardian",
    author_name: "Mẹ",
    is_stand_in: false,
    is_own: true,
    text: `tin ${seq}`,
    attachments: [],
    sent_at: "2026-11-16T01:00:00Z",
    edited_at: null,
    taken_back_at: null,
    edit_until: null,
    may_take_back: false,
    ...more,
  };
}

test("pages overlap: each entry once a child, the newest first, the later copy holds", () => {
  const withdrawn = item("2", { state: "withdrawn", changed_at: "2026-11-17T00:00:00Z" });
  const found = newestFirst([item("3"), item("2")], [withdrawn, item("1")], [item("2")]);
  assert.deepEqual(
    found.map(({ id }) => id),
    ["3", "2", "1"],
  );
  assert.equal(found[1]?.state, "withdrawn");
  const twins = newestFirst([item("1", { student_id: "a" }), item("1", { student_id: "b" })]);
  assert.equal(new Set(twins.map(keyOf)).size, 2);
});

test("what is gone goes from the page; what changed beyond its end comes with its page", () => {
  const at = (day: number) => `2026-11-${day}T01:00:00Z`;
  const entry = (id: string, day: number, more: Partial<FeedItem> = {}) =>
    item(id, { at: at(day), changed_at: at(day), ...more });
  const have = [entry("3", 16), entry("2", 13), entry("1", 12)];
  const changed = [
    entry("2", 13, { state: "gone", changed_at: at(17) }),
    entry("1", 12, { body: "mới", changed_at: at(17) }),
    entry("0", 11, { changed_at: at(17) }),
    entry("4", 17),
  ];
  const ids = (goesOn: boolean) => caughtUp(have, changed, goesOn).map(({ id }) => id);
  assert.deepEqual(ids(true), ["4", "3", "1"]);
  assert.deepEqual(ids(false), ["4", "3", "1", "0"]);
  assert.equal(caughtUp(have, changed, true)[2]?.body, "mới");
});

test("days are the school's, whatever the phone's zone", () => {
  const late = item("1", { at: "2026-11-15T18:00:00Z" });
  const before = item("2", { at: "2026-11-15T16:59:00Z" });
  assert.deepEqual(
    byDay([late, before]).map(({ day }) => day),
    ["2026-11-16", "2026-11-15"],
  );
});

test("an entry leads to its page; what says all there is leads nowhere", () => {
  assert.equal(pageOf(item("1")), "/thong-bao/1/1");
  assert.equal(pageOf(item("1", { student_id: null })), "/thong-bao/1/1");
  assert.equal(pageOf(item("1", { kind: "homework" })), "/con/s/so/homework/1");
  assert.equal(pageOf(item("1", { kind: "remark" })), "/con/s/so/remark/1");
  assert.equal(pageOf(item("1", { kind: "lesson" })), "/con/s/so/lesson/1");
  assert.equal(pageOf(item("1", { kind: "care" })), null);
  assert.equal(pageOf(item("1", { kind: "summary" })), null);
});

test("an answer is wanted until the deadline, by nobody after a withdrawal", () => {
  const asks = {
    answer_kind: "rsvp",
    needs_answer: true,
    answer_until: "2026-11-16T13:00:00+07:00",
  } as const;
  assert.equal(askedOf(item("1"), NOON), null);
  assert.equal(askedOf(item("1", asks), NOON), "open");
  assert.equal(askedOf(item("1", asks), NOON + 2 * 3600_000), "closed");
  assert.equal(askedOf(item("1", { ...asks, answer_until: null }), NOON), "open");
  assert.equal(askedOf(item("1", { ...asks, needs_answer: false }), NOON), null);
  assert.equal(askedOf(item("1", { ...asks, answer: "no" }), NOON), "answered");
  assert.equal(askedOf(item("1", { ...asks, state: "withdrawn" }), NOON), null);
});

test("what may be answered, and in which words", () => {
  assert.deepEqual(choicesOf("rsvp", []), ["yes", "no", "maybe"]);
  assert.deepEqual(choicesOf("choice", ["Thứ Bảy", "Chủ nhật"]), ["Thứ Bảy", "Chủ nhật"]);
  assert.deepEqual(choicesOf("text", []), []);
  assert.equal(answerWords("rsvp", "no"), "Không tham dự được");
  assert.equal(answerWords("choice", "yes"), "yes");
  assert.equal(answerWords("text", "<b>không</b>"), "<b>không</b>");
  const until = { answer_kind: "yes_no", answer_until: "2026-11-16T13:00:00+07:00" } as const;
  assert.ok(isOpen({ ...until, state: "published" }, NOON));
  assert.ok(!isOpen({ ...until, state: "withdrawn" }, NOON));
  assert.ok(!isOpen({ ...until, state: "published" }, NOON + 3_600_001));
});

test("titles say what it is; a health note neither praises nor blames", () => {
  assert.equal(titleOf(item("1", { kind: "homework", title: "Toán" })), "Bài tập Toán");
  const remark = { kind: "praise", about: "remark", subject: "Toán" } as const;
  assert.equal(remarkWords(remark), "Khen · Toán");
  assert.equal(remarkWords({ ...remark, about: "conduct", subject: null }), "Nền nếp · Khen");
  assert.equal(remarkWords({ ...remark, about: "health", subject: null }), "Sức khoẻ");
  assert.equal(titleOf(item("1", { kind: "remark", title: "" })), "Nhận xét");
});

test("of a small child's day only what was said is shown", () => {
  assert.deepEqual(careFigures({ lunch: "all", snack: null, sleep_min: 95 }), [
    { name: "Bữa trưa", value: "hết suất" },
    { name: "Ngủ trưa", value: "1 giờ 35 phút" },
  ]);
  assert.deepEqual(careFigures({}), []);
  assert.equal(sleepWords(0), "0 phút");
  assert.equal(sleepWords(60), "1 giờ");
});

test("a week counts a late day as one at school, and leaves out what there was not", () => {
  const figures = weekFigures({ present_days: 4, late_days: 1, homework_set: 3, homework_done: 2 });
  assert.deepEqual(
    figures.map(({ name, value }) => `${name} ${value}`),
    ["Có mặt 5 ngày", "Đi muộn 1 ngày", "Bài tập đã làm 2/3"],
  );
});

test("addresses of the web are links, markup and other schemes are words", () => {
  const parts = partsOf("Xem https://example.edu.vn/a?b=1. <script>x</script> javascript:alert(1)");
  assert.deepEqual(
    parts.filter((each) => each.href),
    [{ at: 4, text: "https://example.edu.vn/a?b=1", href: "https://example.edu.vn/a?b=1" }],
  );
  assert.equal(
    parts
      .map(({ text }) => text)
      .join("")
      .includes("<script>x</script>"),
    true,
  );
  assert.deepEqual(partsOf(""), []);
  assert.deepEqual(partsOf("https://"), [{ at: 0, text: "https://" }]);
});

test("found words are marked where they stand, with or without diacritics", () => {
  const pieces = (text: string, words: string) =>
    piecesOf(text, words)
      .map(({ text: t, isHit }) => (isHit ? `[${t}]` : t))
      .join("");
  assert.equal(pieces("Mời họp phụ huynh", "hop phu"), "Mời [họp] [phụ] huynh");
  assert.equal(pieces("Đi dã ngoại", "di"), "[Đi] dã ngoại");
  assert.equal(pieces("Lớp học", "op"), "Lớp học");
  assert.equal(pieces("Ngày 😀 hội", "hoi"), "Ngày 😀 [hội]");
  assert.equal(pieces("Họp".normalize("NFD"), "hop"), "[Họp]");
  assert.equal(pieces("a", ""), "a");
  assert.ok(!isWorthAsking(" h "));
  assert.ok(isWorthAsking("họ"));
});

test("a message that is found is in its thread", () => {
  const hit = { kind: "message", id: "m", school_id: 1, student_id: "s", thread_id: "t" };
  assert.equal(hitPage(hit as never), "/tin-nhan/1/t");
  assert.equal(hitPage({ ...hit, kind: "remark" } as never), "/con/s/so/remark/m");
});

test("messages stand in their order, once; what was edited replaces what it was", () => {
  const found = inOrder([message(2), message(3)], [message(1), message(2, { text: "sửa" })]);
  assert.deepEqual(
    found.map(({ seq, text }) => [seq, text]),
    [
      [1, "tin 1"],
      [2, "sửa"],
      [3, "tin 3"],
    ],
  );
});

test("what was sent waits no more, also when its answer was lost on the way", () => {
  const unsent = { id: "m2", text: "tin", attachments: [], state: "failed" } as const;
  assert.deepEqual(stillUnsent([unsent], [message(1)]), [unsent]);
  assert.deepEqual(stillUnsent([unsent], [message(1), message(2)]), []);
});

test("read is what the other side has read, of one's own messages", () => {
  const thread = { read_by_other_side: 2 } as Thread;
  assert.ok(isRead(message(2), thread));
  assert.ok(!isRead(message(3), thread));
  assert.ok(!isRead(message(1, { is_own: false }), thread));
});

test("a thread is called by its other side", () => {
  const thread = { kind: "subject", subject: "Toán", student_name: "Khôi" } as const;
  assert.equal(threadTitle({ ...thread, side: "guardian" }), "Giáo viên Toán");
  assert.equal(threadTitle({ ...thread, side: "staff" }), "Gia đình em Khôi");
  const last = { author_kind: "staff", author_name: "Cô Hoa", text: "Vâng" } as const;
  const line = { ...thread, last_message: last };
  assert.equal(gistOf({ ...line, side: "guardian" } as never), "Cô Hoa: Vâng");
  assert.equal(gistOf({ ...line, side: "staff" } as never), "Vâng");
});

test("sizes and kinds", () => {
  assert.equal(sizeWords(340_100), "341 KB");
  assert.equal(sizeWords(1_240_000), "1,2 MB");
  assert.ok(isKind("care"));
  assert.ok(!isKind("message"));
  assert.ok(!isKind(null));
});
