import "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import { digestHours, digestWithin, QUIET_FROM, QUIET_UNTIL } from "../views/shared/alert_times";

test("quiet hours are a night", () => {
  assert.equal(QUIET_FROM[0], "18:00");
  assert.equal(QUIET_FROM.at(-1), "23:30");
  assert.equal(QUIET_UNTIL[0], "04:30");
  assert.equal(QUIET_UNTIL.at(-1), "09:00");
  assert.ok(QUIET_FROM.includes("21:30") && QUIET_UNTIL.includes("06:00"));
});

test("a digest comes when nobody is asleep", () => {
  const hours = digestHours("21:30:00", "06:00:00");
  assert.deepEqual([hours[0], hours.at(-1)], [6, 21]);
  assert.deepEqual(digestHours("18:00", "09:00").at(-1), 17);
  assert.deepEqual(digestHours("21:30", "06:30")[0], 7);
});

test("a digest that would fall silent moves to the nearest hour", () => {
  assert.equal(digestWithin(null, "18:00", "09:00"), null);
  assert.equal(digestWithin(12, "18:00", "09:00"), 12);
  assert.equal(digestWithin(21, "18:00", "09:00"), 17);
  assert.equal(digestWithin(6, "18:00", "09:00"), 9);
});
