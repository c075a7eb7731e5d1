import "./browser";
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { enterBy } from "../session";
import { AGAIN_MS, beatFor } from "../views/scan/beat";

/** Whether each word to the server about this scanner closed it, in the order they were sent. */
const closing: boolean[] = [];

globalThis.fetch = async (input, init) => {
  const request = new Request(input as string, init);
  const headers = { "Content-Type": "application/json" };
  if (request.method === "PUT") {
    closing.push((await request.json()).closed);
    return new Response("{}", { headers });
  }
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

test("a closing word that comes late from the page before is answered within seconds", async () => {
  await enterBy("/v1/auth/login", {});
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const close = beatFor("station", () => undefined);
  await settled();
  assert.deepEqual(closing, [false]);
  await pass(AGAIN_MS);
  assert.deepEqual(closing, [false, false]);
  await pass(AGAIN_MS);
  assert.deepEqual(closing, [false, false], "once, then each minute");
  close();
  await settled();
  assert.deepEqual(closing, [false, false, true]);
});

test("a scanner that was closed at once is not opened again", async () => {
  closing.length = 0;
  beatFor("station", () => undefined)();
  await settled();
  await pass(2 * AGAIN_MS);
  assert.equal(closing.filter((each) => !each).length, 1);
});
