import assert from "node:assert/strict";
import { test } from "node:test";
import { clockAhead } from "../clock_ahead";
import { drawn } from "../components/qr";
import { toBase45 } from "../gate_codes";
import { codeMaker, phoneCode, stepStart } from "../phone_code";
// Made by the server's own code: tests/app/attendance/test_phone_code_vectors.py.
import vectors from "./phone_code_vectors.json";

test("the browser makes the very codes that the server makes", async () => {
  assert.ok(vectors.length > 50);
  for (const each of vectors) {
    const maker = await codeMaker(each.key, each.card_prefix);
    assert.equal(await phoneCode(maker, each.unix_s), each.code);
  }
});

test("a code fits a QR code of version 3 in the alphanumeric set", async () => {
  for (const { code } of vectors) {
    assert.equal(code.length, 45);
    assert.match(code, /^[0-9A-Z $%*+\-./:]+$/);
    // 29 modules and a margin of 4 at each side.
    assert.equal(drawn(code).size, 29 + 8);
  }
});

test("what is no card is refused instead of shown", async () => {
  const { key } = vectors[0] as (typeof vectors)[number];
  await assert.rejects(codeMaker(key, btoa("\x11short")));
  await assert.rejects(codeMaker(key, btoa(`\x21${"x".repeat(12)}`)));
});

test("base45 is that of RFC 9285", () => {
  const of = (text: string) => toBase45(new TextEncoder().encode(text));
  assert.equal(of("AB"), "BB8");
  assert.equal(of("Hello!!"), "%69 VD92EX0");
  assert.equal(of("base-45"), "UJCLQE7W581");
});

test("codes change at whole steps", () => {
  assert.equal(stepStart(1_800_000_029_999, 30), 1_800_000_000);
  assert.equal(stepStart(1_800_000_030_000, 30), 1_800_000_030);
});

test("the phone's clock is measured against the server's", () => {
  const date = "Mon, 16 Nov 2026 00:00:10 GMT";
  const told = Date.parse(date);
  assert.equal(clockAhead(date, told + 400, told + 600), 0);
  assert.equal(clockAhead(date, told - 120_000, told - 119_000), 120_000);
  assert.equal(clockAhead(null, 1, 2), 0);
  assert.equal(clockAhead("gestern", 1, 2), 0);
});
