import "./browser";
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { enterBy } from "../session";
import { beatFor } from "../views/scan/beat";

/** What the server was told of this scanner, in the order it was sent. */
const told: { closed: boolean; sent_ms: number }[] = [];
const closing = () => told.map(({ closed }) => closed);
let renewals = 0;

globalThis.fetch = async (input, init) => {
  const request = new Request(input as string, init);
  const headers = { "Content-Type": "application/json" };
  if (request.method === "PUT") {
    told.push(await request.json());
    return new Response("{}", { headers });
  }
  if (request.url.endsWith("/refresh")) renewals += 1;
  const account = { id: "guard" };
  const tokens = { access_token: "t", expires_in_s: 600, refresh_token: null };
  return new Response(JSON.stringify({ ...tokens, account, memberships: [], children: [] }), {
    headers,
  });
};

/** Until what was asked is asked. */
async function settled(): Promise<void> {
  for (let n = 0; n < 20; n++) await new Promise((done) => setImmediate(done));
}

async function pass(ms: number): Promise<void> {
  mock.timers.tick(ms);
  await settled();
}

test("a scanner beats each minute until it is left, and each word says when it was sent", async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1_000_000 });
  await enterBy("/v1/auth/login", {});
  const close = beatFor("station", () => undefined);
  await settled();
  await pass(60_000);
  await pass(5_000);
  close();
  await settled();
  assert.deepEqual(closing(), [false, false, true]);
  assert.deepEqual(
    told.map(({ sent_ms }) => sent_ms),
    [1_000_000, 1_060_000, 1_065_000],
  );
  await pass(120_000);
  assert.equal(told.length, 3);
});

test("the last word goes with a token that is about to end, since the page may not live to renew it", async () => {
  await enterBy("/v1/auth/login", {});
  told.length = 0;
  const close = beatFor("station", () => undefined);
  await settled();
  mock.timers.setTime(Date.now() + 590_000);
  renewals = 0;
  close();
  await settled();
  assert.deepEqual(closing(), [false, true]);
  assert.equal(renewals, 0);
});
