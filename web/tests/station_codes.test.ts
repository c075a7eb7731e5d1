/** A screen's codes are the server's: station_codes.json was made by it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { toBase45 } from "../gate_codes";
import { stationCode, stepAt } from "../views/display/codes";
import vectors from "./station_codes.json";

for (const { steps, codes, ...key } of vectors) {
  test(`station ${key.number} of school ${key.school_id} shows the server's codes`, async () => {
    const whole = { ...key, valid_until: "", step_s: 10 };
    const own = await Promise.all(steps.map((step) => stationCode(whole, step)));
    assert.deepEqual(own, codes);
  });
}

test("another key, another code", async () => {
  const [first, second] = vectors;
  assert.ok(first && second);
  const mixed = { ...first, key: second.key, valid_until: "", step_s: 10 };
  assert.notEqual(await stationCode(mixed, first.steps[0] ?? 0), first.codes[0]);
});

test("base45 is RFC 9285's", () => {
  const text = (of: string) => toBase45(new TextEncoder().encode(of));
  assert.equal(text("AB"), "BB8");
  assert.equal(text("Hello!!"), "%69 VD92EX0");
  assert.equal(text("base-45"), "UJCLQE7W581");
});

test("a step begins on the tens of seconds", () => {
  assert.equal(stepAt(1_794_787_199_999, 10), 179_478_719);
  assert.equal(stepAt(1_794_787_200_000, 10), 179_478_720);
});
