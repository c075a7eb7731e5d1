import "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import { T } from "../i18n/till";
import { B } from "../i18n/till_bills";
import { D, K } from "../i18n/till_books";
import { M } from "../i18n/till_money";
import { P } from "../i18n/till_period";
import { S, W, WARN } from "../i18n/till_setup";
import { chooseLang } from "../lang";
import { amountOf, caretIn, dong, percentOf, shortly } from "../money";
import { inWords } from "../money_words";
import {
  bodyOf,
  faultOf,
  newRow,
  pupilIdOf,
  type Row,
  rowOf,
  SOME_PUPIL,
  scopeOf,
} from "../views/till/charges_model";
import { dayShort, daysFrom, daysLater, monthOf } from "../views/till/days";
import type { Item } from "../views/till/lists";
import { joined, type Open, onePupil, splitFault, sumOf } from "../views/till/split_model";

void [T, B, D, K, M, P, S, W, WARN];

test("an amount has dots and stays on one line", () => {
  chooseLang("vi");
  assert.equal(dong(1_250_000), "1.250.000\u00a0đ");
  assert.equal(dong(-24_000), "-24.000\u00a0đ");
  chooseLang("en");
  assert.equal(dong(1_250_000), "1,250,000\u00a0đ");
  chooseLang("vi");
});

test("what is typed is an amount whatever stands between its digits", () => {
  assert.equal(amountOf("1.250.000 đ"), 1_250_000);
  assert.equal(amountOf("1,250,000"), 1_250_000);
  assert.equal(amountOf(" 0 "), 0);
  assert.equal(amountOf("đ"), null);
  assert.equal(amountOf(""), null);
  assert.equal(amountOf("9".repeat(30)), 999_999_999_999);
});

test("the caret stays before the same digits while dots come and go", () => {
  assert.equal(caretIn("1.250.000", 0), 9);
  assert.equal(caretIn("1.250.000", 3), 6);
  assert.equal(caretIn("1.250.000", 7), 0);
});

test("an amount is said as a receipt says it", () => {
  chooseLang("vi");
  const said: [number, string][] = [
    [0, "không đồng"],
    [1_015, "một nghìn không trăm mười lăm đồng"],
    [21_004, "hai mươi mốt nghìn không trăm lẻ bốn đồng"],
    [65_024, "sáu mươi lăm nghìn không trăm hai mươi tư đồng"],
    [1_250_000, "một triệu hai trăm năm mươi nghìn đồng"],
    [1_000_000_000, "một tỷ đồng"],
    [2_000_000_010_000, "hai nghìn tỷ không trăm mười nghìn đồng"],
  ];
  for (const [amount, words] of said) assert.equal(inWords(amount), words);
  chooseLang("en");
  assert.equal(inWords(1_250_000), "one million two hundred fifty thousand đồng");
  assert.equal(inWords(21_015), "twenty-one thousand fifteen đồng");
  chooseLang("vi");
});

test("a chart's axis is short, and a rate is never rounded up to all", () => {
  assert.equal(shortly(1_250_000), "1,3 tr");
  assert.equal(shortly(24_000), "24 ng");
  assert.equal(shortly(0), "0");
  assert.equal(percentOf(999, 1000), 99);
  assert.equal(percentOf(0, 0), null);
});

test("days are counted over months and years", () => {
  assert.equal(dayShort("2026-09-05"), "05/09/2026");
  assert.equal(daysLater("2026-12-31", 1), "2027-01-01");
  assert.equal(daysFrom("2026-02-28", "2026-03-01"), 1);
  assert.deepEqual(monthOf("2028-02-10"), { from: "2028-02-01", to: "2028-02-29" });
});

const ITEM = { id: "i", unit: "period", amount: 300_000, cap: 350_000 } as Item;
const MEAL = { id: "m", unit: "day", amount: 25_000, cap: null } as Item;

test("a row of charges is sent as the API has it, and read back the same", () => {
  const row: Row = { ...newRow(ITEM, "k"), whom: "grade:6", seq: 2 };
  assert.deepEqual(bodyOf(row), {
    item_id: "i",
    scope: "grade",
    ref: "6",
    amount: 300_000,
    quantity: 1,
    seq: 2,
    due_day: null,
  });
  assert.deepEqual(rowOf({ id: "k", ...bodyOf(row) } as Parameters<typeof rowOf>[0]), row);
  assert.deepEqual(scopeOf("school"), { scope: "school", ref: "" });
  assert.equal(bodyOf(newRow(MEAL, "k")).quantity, null);
});

test("a row of one pupil is sent once the pupil is chosen, with its own due day", () => {
  const row: Row = { ...newRow(ITEM, "k"), whom: SOME_PUPIL, dueDay: "2026-12-05" };
  assert.equal(faultOf(row, [row], ITEM), "pupil");
  const chosen: Row = { ...row, whom: `${SOME_PUPIL}an` };
  assert.equal(faultOf(chosen, [chosen], ITEM), null);
  assert.equal(pupilIdOf(chosen.whom), "an");
  assert.equal(pupilIdOf("class:an"), "");
  const { scope, ref, due_day } = bodyOf(chosen);
  assert.deepEqual([scope, ref, due_day], ["student", "an", "2026-12-05"]);
});

test("a row says what is wrong with it", () => {
  const row = newRow(ITEM, "k");
  assert.equal(faultOf(row, [row], ITEM), null);
  assert.equal(faultOf({ ...row, amount: null }, [], ITEM), "amount");
  assert.equal(faultOf({ ...row, amount: 360_000 }, [], ITEM), "over_cap");
  assert.equal(faultOf({ ...row, quantity: "" }, [], ITEM), "quantity");
  assert.equal(faultOf(newRow(MEAL, "k"), [], MEAL), null);
  assert.equal(faultOf(row, [row, { ...row, key: "l" }], ITEM), "twice");
});

const bill = (id: string, rest: number, student = "s"): Open => ({
  invoiceId: id,
  payRef: id,
  studentId: student,
  name: student,
  more: "",
  rest,
});

test("a sum is split over bills, never over what there is or what they want", () => {
  const first = joined([], bill("a", 300), 500);
  const both = joined(first, bill("b", 300), 500);
  assert.deepEqual(
    both.map((part) => part.amount),
    [300, 200],
  );
  assert.equal(joined(both, bill("a", 300), 500), both);
  assert.equal(sumOf(both), 500);
  assert.equal(splitFault(both, 500), null);
  assert.equal(splitFault(both, 499), "over_free");
  assert.equal(splitFault(both, null), null);
  assert.equal(splitFault([], 500), "none");
  assert.equal(splitFault(joined(both, bill("c", 10), 500), 500), "amount");
  assert.equal(splitFault([{ bill: bill("a", 300), amount: 301 }], 500), "over_bill");
});

test("what is left over is kept for one pupil alone", () => {
  assert.deepEqual(onePupil(joined([], bill("a", 1), 9)), { id: "s", name: "s" });
  assert.equal(onePupil(joined(joined([], bill("a", 1), 9), bill("b", 1, "t"), 9)), null);
  assert.equal(onePupil([]), null);
});
