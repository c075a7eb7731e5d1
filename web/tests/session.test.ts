import "./browser";
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { api, of } from "../api";
import { outbox, rows } from "../scans";
import {
  accessToken,
  accountId,
  authorized,
  enterBy,
  loadMe,
  logOut,
  me,
  phase,
  renew,
  signedIn,
} from "../session";
import { address, hear } from "./browser";

/** What the server is asked, and whose cookie this browser has. */
const asked: Request[] = [];
let cookie = "";
let refusing: number | null = null;
/** Holds the next answer of `GET /v1/me` back. */
let held: Promise<void> = Promise.resolve();
let went: string[] = [];

function answer(status: number, body?: unknown): Response {
  return new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json" },
  });
}

function loggedIn(account: string): Response {
  cookie = account;
  const tokens = { access_token: `${account}-${asked.length}`, expires_in_s: 600 };
  return answer(200, { ...tokens, refresh_token: null, account: { id: account } });
}

globalThis.fetch = async (input, init) => {
  const request = new Request(input as string, init);
  asked.push(request);
  const { pathname } = new URL(request.url);
  if (pathname === "/v1/auth/login") return loggedIn((await request.json()).phone);
  if (pathname === "/v1/auth/refresh" && refusing) return answer(refusing, {});
  if (pathname === "/v1/auth/refresh") return cookie ? loggedIn(cookie) : answer(401, {});
  if (refusing) return answer(401, {});
  if (pathname === "/v1/auth/logout") return answer(204);
  const whose = request.headers.get("Authorization")?.replace(/^Bearer (.*)-\d+$/, "$1");
  await held;
  return answer(200, { account: { id: whose }, memberships: [], children: [] });
};
address.assign = (to) => {
  went.push(to);
};

async function logIn(account: string): Promise<void> {
  await enterBy("/v1/auth/login", { phone: account });
}

beforeEach(async () => {
  refusing = null;
  held = Promise.resolve();
  if (phase.peek() === "in") await logOut();
  asked.length = 0;
  went = [];
});

test("a cookie that became somebody else's while this tab slept serves nobody under the old name", async () => {
  await logIn("ba");
  cookie = "me";
  await assert.rejects(renew(await accessToken()));
  assert.deepEqual(went, ["/"]);
  assert.equal(signedIn(), "me");
  went = [];
  cookie = "ba";
});

test("an answer that comes after the logout does not log in again", async () => {
  await logIn("ba");
  let free = () => {};
  held = new Promise((done) => {
    free = done;
  });
  const late = loadMe();
  await new Promise((done) => setTimeout(done));
  await logOut();
  free();
  await late;
  assert.equal(me.peek(), null);
  assert.equal(phase.peek(), "out");
});

test("whoever logs in on another's screen ends that session, with the right bearer and no cookie", async () => {
  await logIn("ba");
  await logIn("me");
  assert.equal(accountId.peek(), "me");
  assert.equal(phase.peek(), "in");
  const ended = asked.filter((request) => request.url.endsWith("/v1/auth/logout"));
  assert.equal(ended.length, 1);
  assert.match(ended[0]?.headers.get("Authorization") ?? "", /^Bearer ba-/);
  assert.equal(ended[0]?.credentials, "omit");
});

test("a tab that hears late of a logout does not log the next account out", async () => {
  await logIn("me");
  hear("ct-session", { token: null, account: "ba" });
  assert.equal(phase.peek(), "in");
  assert.equal(signedIn(), "me");
  hear("ct-session", { token: null, account: "me" });
  await new Promise((done) => setTimeout(done));
  assert.equal(phase.peek(), "out");
  assert.equal(signedIn(), null);
});

test("a tab whose account has gone leaves what is the next one's", async () => {
  await logIn("ba");
  localStorage.setItem("ct.account", "me");
  hear("ct-session", { token: null, account: "ba" });
  await new Promise((done) => setTimeout(done));
  assert.equal(phase.peek(), "out");
  assert.equal(signedIn(), "me");
});

test("a phone can be logged out whatever the server says", async () => {
  await logIn("ba");
  refusing = 503;
  await logOut();
  assert.equal(phase.peek(), "out");
  assert.equal(signedIn(), null);
});

test("a logout that the server did not hear is told it later, unless somebody has logged in", async () => {
  await logIn("ba");
  refusing = 503;
  await logOut();
  refusing = null;
  asked.length = 0;
  window.dispatchEvent(new Event("online"));
  await new Promise((done) => setTimeout(done));
  assert.deepEqual(
    asked.map((each) => new URL(each.url).pathname),
    ["/v1/auth/refresh", "/v1/auth/logout"],
  );
  assert.equal(phase.peek(), "out");
  asked.length = 0;
  window.dispatchEvent(new Event("online"));
  await new Promise((done) => setTimeout(done));
  assert.equal(asked.length, 0, "once");

  await logIn("ba");
  refusing = 503;
  await logOut();
  refusing = null;
  await logIn("me");
  await logOut();
  asked.length = 0;
  window.dispatchEvent(new Event("online"));
  await new Promise((done) => setTimeout(done));
  assert.equal(asked.length, 0, "the cookie is not that session's any more");
});

test("no answer is kept by the browser, and what must outlive the page may", async () => {
  await logIn("ba");
  await authorized("/v1/me");
  const params = { path: { item_id: "i" } };
  await of(
    api.POST("/v1/inbox/{item_id}/ack", { params, body: { state: "read" }, keepalive: true }),
  );
  const [looked, told] = asked.slice(-2);
  assert.equal(looked?.cache, "no-store");
  assert.equal(told?.keepalive, true);
});

test("a scan that only the page's memory holds waits for its owner, and for nobody else", async () => {
  await logIn("ba");
  const row = { event_id: "e", account_id: "ba", school_id: 7, scan: {}, made_at: 1 };
  await outbox()?.add({ ...row, tried: false, undo: false, refused: null });
  await logOut();
  outbox();
  await logIn("me");
  await outbox()?.look();
  assert.deepEqual(rows.peek(), []);
  await logOut();
  await logIn("ba");
  await outbox()?.look();
  assert.deepEqual(
    rows.peek().map((each) => each.event_id),
    ["e"],
  );
  await logOut();
  outbox();
});
