import "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import { lang } from "../lang";
import { type Draft, dayAfter, faultsOf, spanWords, stateTone } from "../leave";

const TODAY = "2026-11-23";
const NOW = Date.parse("2026-11-23T08:00:00+07:00");
const GOOD: Draft = { from: TODAY, to: TODAY, part: "day", exitAt: "", reason: "Con bị ốm" };

function wrong(changed: Partial<Draft>): string[] {
  return Object.keys(faultsOf({ ...GOOD, ...changed }, TODAY));
}

test("a day with a reason is all that is needed", () => {
  assert.deepEqual(wrong({}), []);
  assert.deepEqual(wrong({ reason: "  " }), ["reason"]);
  assert.deepEqual(wrong({ from: "", to: "" }), ["from", "to"]);
});

test("the days are in order, near enough and not too many", () => {
  assert.deepEqual(wrong({ to: dayAfter(TODAY, -1) }), ["to"]);
  assert.deepEqual(wrong({ to: dayAfter(TODAY, 29) }), []);
  assert.deepEqual(wrong({ to: dayAfter(TODAY, 30) }), ["to"]);
  const long = dayAfter(TODAY, -8);
  assert.deepEqual(wrong({ from: long, to: long }), ["from"]);
});

test("leaving early is on one day, at a time", () => {
  assert.deepEqual(wrong({ part: "early_exit" }), ["exitAt"]);
  assert.deepEqual(wrong({ part: "early_exit", exitAt: "10:30" }), []);
  const yesterday = dayAfter(TODAY, -1);
  const over = { part: "early_exit", exitAt: "10:30", from: yesterday, to: yesterday } as const;
  assert.deepEqual(wrong(over), ["from"]);
  const two = { part: "early_exit", exitAt: "10:30", to: dayAfter(TODAY) } as const;
  assert.deepEqual(wrong(two), ["to"]);
});

test("a day after a day is the next one, also over the end of a month and a year", () => {
  assert.equal(dayAfter("2026-11-30"), "2026-12-01");
  assert.equal(dayAfter("2026-12-31"), "2027-01-01");
  assert.equal(dayAfter("2027-01-01", -1), "2026-12-31");
});

test("what was asked for is said in words, a near day by its name", () => {
  const span = { from_day: TODAY, to_day: TODAY, part: "morning" } as const;
  assert.equal(spanWords(span, NOW), "Hôm nay: buổi sáng");
  const tomorrow = dayAfter(TODAY);
  assert.equal(
    spanWords({ ...span, from_day: tomorrow, to_day: tomorrow }, NOW),
    "Ngày mai: buổi sáng",
  );
  const exit = { ...span, part: "early_exit", exit_at: "10:30:00" } as const;
  assert.equal(spanWords(exit, NOW), "Hôm nay: về sớm lúc 10:30");
  const days = { ...span, part: "day", to_day: "2026-11-25" } as const;
  assert.match(spanWords(days, NOW), /^Hôm nay đến hết thứ tư, 25\/11: cả ngày$/i);
  lang.value = "en";
  assert.match(spanWords(days, NOW), /^Today to wednesday/i);
  lang.value = "vi";
});

test("what waits does not look like what was answered", () => {
  const tones = (["pending", "approved", "rejected", "withdrawn"] as const).map(stateTone);
  assert.equal(new Set(tones).size, 4);
});
