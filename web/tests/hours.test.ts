import "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import { hoursWords, leaveDays, monthAfter, monthName } from "../views/checkin/months";

test("months go on over the end of a year, both ways", () => {
  assert.equal(monthAfter("2026-12", 1), "2027-01");
  assert.equal(monthAfter("2027-01", -1), "2026-12");
  assert.equal(monthAfter("2026-11", 0), "2026-11");
  assert.match(monthName("2026-11"), /^Tháng 11/);
});

test("minutes are said as hours", () => {
  assert.equal(hoursWords(450), "7 giờ 30 phút");
  assert.equal(hoursWords(480), "8 giờ");
  assert.equal(hoursWords(5), "0 giờ 5 phút");
});

test("a half day of leave is half a day", () => {
  assert.equal(leaveDays({ leave_days: 2, leave_mornings: 1, leave_afternoons: 0 }), 2.5);
});
