import "./browser";
import assert from "node:assert/strict";
import { test } from "node:test";
import { isRecorded, type ScanResult } from "../outbox";
import { carriedBy, retryAfter } from "../scans";
import { directionAt } from "../views/scan/direction";
import { waitingWords, wordsOfAnswer, wordsOfOutcome } from "../views/scan/words";
import { OUTCOMES } from "./outcomes";

function answer(change: Partial<ScanResult>): ScanResult {
  return {
    event_id: "e",
    outcome: "ok",
    student: null,
    status: null,
    recorded_at: null,
    ...change,
  };
}

test("each of the 24 outcomes has words of its own, and green is for a recorded one alone", () => {
  const titles = new Set<string>();
  for (const outcome of OUTCOMES) {
    const said = wordsOfAnswer(answer({ outcome }), "in");
    titles.add(said.title);
    assert.ok(said.title.length > 3, outcome);
    assert.equal(said.tone === "good", outcome === "ok", outcome);
    if (!isRecorded(outcome) && outcome !== "duplicate") assert.ok(said.hint, outcome);
  }
  assert.equal(titles.size, 24);
});

test("nothing is green before the server has answered", () => {
  for (const isSending of [true, false])
    for (const isKnown of [true, false])
      assert.equal(waitingWords(isSending, isKnown).tone, "wait");
});

test("an outcome of a newer server is said to be none", () => {
  assert.equal(wordsOfOutcome("of_tomorrow").tone, "bad");
  assert.equal(wordsOfOutcome("unreadable 400").title, "Lượt quét không gửi được");
});

test("being late, leaving and leaving early are told apart", () => {
  const late = answer({ outcome: "late", status: "late", late_minutes: 12 });
  assert.equal(wordsOfAnswer(late, "in").title, "Đi muộn 12 phút");
  assert.equal(wordsOfAnswer(answer({ status: "present" }), "in").title, "Đã vào, đúng giờ");
  assert.equal(wordsOfAnswer(answer({ status: "late" }), "in").title, "Đã vào");
  assert.equal(wordsOfAnswer(answer({ status: "present" }), "out").title, "Đã ra");
  assert.equal(wordsOfAnswer(answer({ status: "left_early" }), "out").tone, "care");
});

test("an approved early exit is fine from its time on", () => {
  const slip = { day: "2026-11-16", at: "10:15:00" };
  const left = (at: string) =>
    wordsOfAnswer(
      answer({ status: "left_early", exit_slip: slip, recorded_at: `2026-11-16T${at}:00+07:00` }),
      "out",
    );
  assert.equal(left("10:20").tone, "good");
  assert.ok(left("10:20").hint.includes("10:15"));
  assert.equal(left("09:00").tone, "care");
});

test("the direction is that of the nearer bell", () => {
  const shifts = [
    { starts_at: "07:00:00", ends_at: "11:30:00" },
    { starts_at: "13:00:00", ends_at: "17:00:00" },
  ];
  assert.equal(directionAt(shifts, "06:40"), "in");
  assert.equal(directionAt(shifts, "07:20"), "in");
  assert.equal(directionAt(shifts, "11:20"), "out");
  assert.equal(directionAt(shifts, "12:50"), "in");
  assert.equal(directionAt(shifts, "16:30"), "out");
  assert.equal(directionAt([], "06:40"), "in");
  assert.equal(directionAt([], "16:40"), "out");
});

const JSON_TYPE = { "Content-Type": "application/json" };
const PROBLEM = { "Content-Type": "application/problem+json" };

test("only an answer of ours settles scans or condemns them", async () => {
  const at = Date.parse("2026-11-16T00:00:00Z");
  const is = async (response: Response) => (await carriedBy(response, at)).is;
  assert.equal(await is(new Response('{"results": []}', { headers: JSON_TYPE })), "answered");
  assert.equal(await is(new Response("<html>Log in to the café</html>")), "later");
  assert.equal(await is(new Response("{", { headers: JSON_TYPE })), "later");
  assert.equal(await is(new Response("{}", { status: 400, headers: PROBLEM })), "unreadable");
  assert.equal(await is(new Response("<html>", { status: 400 })), "later");
  assert.equal(await is(new Response("<html>", { status: 413 })), "unreadable");
  for (const status of [401, 403, 404, 429, 500, 502, 503])
    assert.equal(await is(new Response("{}", { status, headers: PROBLEM })), "later");
});

test("the time that a server asks for is taken from it, up to ten minutes", async () => {
  const at = Date.parse("2026-11-16T00:00:00Z");
  assert.equal(retryAfter("7", at), 7000);
  assert.equal(retryAfter("Mon, 16 Nov 2026 00:00:30 GMT", at), 30_000);
  assert.equal(retryAfter("86400", at), 600_000);
  assert.equal(retryAfter("soon", at), undefined);
  assert.equal(retryAfter(null, at), undefined);
  const busy = new Response("{}", { status: 429, headers: { ...PROBLEM, "Retry-After": "5" } });
  assert.deepEqual(await carriedBy(busy, at), { is: "later", why: "server", afterMs: 5000 });
});
