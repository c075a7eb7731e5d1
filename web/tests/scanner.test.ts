import assert from "node:assert/strict";
import { test } from "node:test";
import { AGAIN_MS, GONE_MS, Readings } from "../scanner";

/** What counts of sights ten times a second, from `from` to `to`. */
function held(readings: Readings, key: string, from: number, to: number): number {
  let counted = 0;
  for (let at = from; at < to; at += 100) counted += Number(readings.counts(key, at));
  return counted;
}

test("a card that is held still is one reading, however long", () => {
  assert.equal(held(new Readings(), "a", 0, 30_000), 1);
});

test("a card that is held up again counts after four seconds, not before", () => {
  const readings = new Readings();
  assert.equal(held(readings, "a", 0, 500), 1);
  assert.equal(held(readings, "a", 500 + GONE_MS, 2500), 0);
  assert.equal(held(readings, "a", AGAIN_MS + 1000, AGAIN_MS + 1500), 1);
});

test("a card counts again at once when another was read in between", () => {
  const readings = new Readings();
  assert.equal(held(readings, "a", 0, 500), 1);
  assert.equal(held(readings, "b", 500, 1600), 1);
  assert.equal(held(readings, "a", 1600, 2000), 1);
});

test("a card that comes back quicker than it was forgotten counts a second later", () => {
  const readings = new Readings();
  assert.equal(held(readings, "a", 0, 300), 1);
  assert.equal(held(readings, "b", 300, 700), 1);
  assert.equal(held(readings, "a", 700, 10_000), 1);
});

test("two cards side by side, seen in turns, are two readings", () => {
  const readings = new Readings();
  let counted = 0;
  for (let at = 0; at < 10_000; at += 100) {
    counted += Number(readings.counts(at % 200 ? "a" : "b", at));
  }
  assert.equal(counted, 2);
});

test("a refused card that is still held up is read once more after four seconds", () => {
  const readings = new Readings();
  assert.equal(held(readings, "a", 0, 500), 1);
  readings.release("a");
  assert.equal(held(readings, "a", 500, AGAIN_MS), 0);
  assert.equal(held(readings, "a", AGAIN_MS, AGAIN_MS * 3), 1);
});

test("a forgotten card counts when it is held up again, not while it is still there", () => {
  const readings = new Readings();
  assert.equal(held(readings, "a", 0, 500), 1);
  readings.forget("a");
  assert.equal(held(readings, "a", 500, 900), 0);
  assert.equal(held(readings, "a", 900 + GONE_MS, 2500), 1);
});

test("what is forgotten is one card's, or every card's", () => {
  const readings = new Readings();
  held(readings, "a", 0, 200);
  held(readings, "b", 200, 400);
  readings.forget("a");
  assert.equal(held(readings, "b", 500 + GONE_MS, 1600), 0);
  readings.forget(null);
  assert.equal(held(readings, "b", 2700, 2900), 1);
});

test("a morning of cards is not remembered for ever", () => {
  const readings = new Readings();
  for (let n = 0; n < 1000; n++) readings.counts(`card ${n}`, n * 100);
  assert.equal(readings.counts("card 0", 100_001), true);
});
