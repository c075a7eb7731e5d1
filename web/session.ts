/**
 * Who is logged in. The access token lives in memory alone; the refresh token is in a cookie that
 * scripts cannot read. All tabs share one session: they take turns refreshing and tell each other.
 */

import { batch, computed, signal } from "@preact/signals";
import { isFailure, Refusal, SignedOut, Unreached } from "./failure";
import { lang } from "./lang";
import type { components } from "./schema";
import { forgetCopies, forgetSeen, keepSeen, seen } from "./store";

export type Me = components["schemas"]["Me"];
export type LoginAnswer = components["schemas"]["LoginAnswer"];

export type Phase = "starting" | "out" | "in";

export const phase = signal<Phase>("starting");
export const me = signal<Me | null>(null);
/** Why the login is shown although somebody was logged in. */
export const endedByServer = signal(false);
export const accountId = computed(() => me.value?.account.id ?? null);

interface Token {
  value: string;
  /** ms since 1970, by this phone's clock. */
  endsAt: number;
}

const DEVICE = "ct.device";
const SIGNED_IN = "ct.account";
const LEAVING = "ct.leaving";
/** A token is renewed this long before it ends. */
const AHEAD_MS = 30_000;
/** All tabs wait for the one whose turn it is: a request that hangs must not hold them for ever. */
const PATIENCE_MS = 30_000;

let token: Token | null = null;
let renewing: Promise<string> | null = null;
/** Counts who has left, so that an answer to the one before is not taken for the next one's. */
let left = 0;
const tabs = new BroadcastChannel("ct-session");

interface Told {
  /** null: `account` has left. */
  token: Token | null;
  account: string | null;
}

tabs.onmessage = ({ data }: MessageEvent<Told>) => {
  if (data.token === null) {
    // A tab that slept hears of it late, when somebody else may be logged in.
    if (data.account === accountId.peek()) void leave(false);
  } else if (isAnother(data.account)) {
    endSession();
    location.assign("/");
  } else token = data.token;
};

/** Whose session this browser holds; null: nobody's. */
export function signedIn(): string | null {
  return localStorage.getItem(SIGNED_IN);
}

/** This browser's id for the server, made once. */
export function deviceId(): string {
  let id = localStorage.getItem(DEVICE);
  if (!id) {
    id = crypto.randomUUID();
    localStorage.setItem(DEVICE, id);
  }
  return id;
}

export function device(): { id: string; name: string; platform: "web" } {
  return { id: deviceId(), name: deviceName(), platform: "web" };
}

function deviceName(): string {
  const agent = navigator.userAgent;
  const system = ["Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux"].find((name) =>
    agent.includes(name),
  );
  const browser = [
    ["SamsungBrowser", "Samsung Internet"],
    ["coc_coc", "Cốc Cốc"],
    ["Edg/", "Edge"],
    ["Firefox", "Firefox"],
    ["Chrome", "Chrome"],
    ["Safari", "Safari"],
  ].find(([mark]) => mark && agent.includes(mark));
  return [browser?.[1] ?? "Web", system].filter(Boolean).join(", ");
}

/** A good access token, renewed when it is about to end. Throws `SignedOut` or `Unreached`. */
export async function accessToken(aheadMs = AHEAD_MS): Promise<string> {
  if (token && token.endsAt - aheadMs > Date.now()) return token.value;
  if (phase.peek() === "out" && !token) throw new SignedOut();
  return await renew(token);
}

/** A token other than `refused`, which the server would not take. */
export async function renew(refused: Token | string | null): Promise<string> {
  renewing ??= renewInTurn(
    typeof refused === "string" ? refused : (refused?.value ?? null),
  ).finally(() => {
    renewing = null;
  });
  return await renewing;
}

async function renewInTurn(refused: string | null): Promise<string> {
  return await navigator.locks.request("ct-refresh", async () => {
    // Another tab may have had its turn just now.
    if (token && token.value !== refused && token.endsAt - AHEAD_MS > Date.now())
      return token.value;
    const answer = await askForToken();
    keep(answer);
    return answer.access_token;
  });
}

async function askForToken(): Promise<LoginAnswer> {
  const response = await send("/v1/auth/refresh", { device_id: deviceId() });
  if (response.ok) {
    const answer = (await response.json()) as LoginAnswer;
    if (!isAnother(answer.account.id)) return answer;
    // Somebody else has logged in while this tab slept: nothing of theirs goes under the old name.
    localStorage.setItem(SIGNED_IN, answer.account.id);
    await forgetSeen();
    location.assign("/");
    throw new SignedOut();
  }
  if (response.status === 401 || response.status === 422) {
    await leave(true);
    throw new SignedOut();
  }
  throw await refusalOf(response);
}

function keep(answer: LoginAnswer): void {
  token = { value: answer.access_token, endsAt: Date.now() + answer.expires_in_s * 1000 };
  tabs.postMessage({ token, account: answer.account.id } satisfies Told);
}

async function send(path: string, body: unknown): Promise<Response> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), PATIENCE_MS);
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": lang.peek() },
      body: JSON.stringify(body),
      signal: over.signal,
    });
  } catch {
    throw new Unreached();
  } finally {
    clearTimeout(timer);
  }
}

export async function refusalOf(response: Response): Promise<Refusal> {
  const problem = (await response.json().catch(() => ({}))) as Partial<
    components["schemas"]["Problem"]
  >;
  return new Refusal(
    response.status,
    problem.type ?? "",
    problem.title ?? `${response.status}`,
    problem.detail ?? "",
    problem.errors ?? [],
  );
}

/** Log in by an answer of login, activation or pairing, and learn who this is. */
export async function enter(answer: LoginAnswer): Promise<void> {
  if (isAnother(answer.account.id)) {
    endSession();
    await leave(true);
  }
  if (signedIn() !== answer.account.id) await forgetSeen();
  localStorage.setItem(SIGNED_IN, answer.account.id);
  localStorage.removeItem(LEAVING);
  endedByServer.value = false;
  keep(answer);
  await loadMe();
  phase.value = "in";
}

/** Of whoever makes room for another account: their news and pushes are not the next one's. */
function endSession(): void {
  if (!token) return;
  void fetch("/v1/auth/logout", {
    method: "POST",
    // The cookie that is there belongs to the other already.
    credentials: "omit",
    keepalive: true,
    headers: { Authorization: `Bearer ${token.value}` },
  }).catch(() => undefined);
}

/** Whether this is an account, and not the one whose screen this is. */
function isAnother(account: string | null): boolean {
  const own = accountId.peek();
  return own !== null && account !== null && account !== own;
}

/** POST without a session. Throws a `Failure`. */
export async function ask(path: string, body: unknown): Promise<Response> {
  const response = await send(path, body);
  if (!response.ok) throw await refusalOf(response);
  return response;
}

/** POST to one of the doors of `/v1/auth` and log in by its answer. Throws a `Failure`. */
export async function enterBy<A extends LoginAnswer>(path: string, body: unknown): Promise<A> {
  const response = await ask(path, body);
  const answer = (await response.json()) as A;
  await enter(answer);
  return answer;
}

/** Take up the session of before, also without a network: then with what was last seen. */
export async function start(): Promise<void> {
  const account = signedIn();
  if (!account) {
    phase.value = "out";
    await finishLeaving();
    return;
  }
  const copy = await seen<Me>(`${account}/me`);
  if (copy) {
    // The screen comes at once; a session that has ended meanwhile closes it in a moment.
    me.value = copy.data;
    phase.value = "in";
  }
  try {
    await loadMe();
    // Unless they have logged out meanwhile.
    if (me.peek()) phase.value = "in";
  } catch (error) {
    if (error instanceof SignedOut) return;
    if (!copy) phase.value = "out";
  }
}

/** Roles and children anew, as after a change of rights. */
export async function loadMe(): Promise<void> {
  const before = left;
  const response = await authorized("/v1/me");
  if (!response.ok) throw await refusalOf(response);
  const found = (await response.json()) as Me;
  if (before !== left) return;
  const rights = rightsOf(found);
  if (rightsOf(me.peek()).some((each) => !rights.includes(each)))
    await forgetCopies(found.account.id);
  me.value = found;
  await keepSeen(`${found.account.id}/me`, found);
}

/** A child that is kept from its father now is not to stay on his phone as it was yesterday. */
function rightsOf(who: Me | null): string[] {
  const roles = who?.memberships.map((link) => `${link.role} ${link.school_id} ${link.class_ids}`);
  return [...(roles ?? []), ...(who?.children.map((child) => child.student_id) ?? [])];
}

/** `fetch` as the caller. A token that was refused is renewed once. Throws a `Failure`. */
export async function authorized(
  input: string | Request,
  init: RequestInit = {},
): Promise<Response> {
  // A page that is going has no time to renew what is still good.
  const used = await accessToken(init.keepalive ? 0 : AHEAD_MS);
  const response = await attempt(input, init, used);
  if (response.status !== 401) return response;
  return await attempt(input, init, await renew(used));
}

async function attempt(
  input: string | Request,
  init: RequestInit,
  bearer: string,
): Promise<Response> {
  // A request can be sent once: the copy is for the second attempt. What the browser keeps of
  // answers would outlive the session.
  const request = new Request(input instanceof Request ? input.clone() : input, {
    cache: "no-store",
    ...init,
  });
  request.headers.set("Authorization", `Bearer ${bearer}`);
  request.headers.set("Accept-Language", lang.peek());
  try {
    return await fetch(request);
  } catch (error) {
    if (init.signal?.aborted || request.signal.aborted) throw error;
    throw new Unreached();
  }
}

/** Log out here and in all tabs. What has still to be sent stays. */
export async function logOut(): Promise<void> {
  const account = accountId.peek();
  try {
    await authorized("/v1/auth/logout", { method: "POST" });
  } catch (error) {
    // A phone that is handed on shows nothing, whatever the network and the server do.
    if (!isFailure(error)) throw error;
    if (!(error instanceof SignedOut)) localStorage.setItem(LEAVING, "1");
  }
  await leave(false);
  tabs.postMessage({ token: null, account } satisfies Told);
}

/** A logout that the server has not heard of: its session still lives, by this browser's cookie. */
async function finishLeaving(): Promise<void> {
  await navigator.locks.request("ct-refresh", async () => {
    if (!localStorage.getItem(LEAVING) || signedIn()) return;
    try {
      const response = await send("/v1/auth/refresh", { device_id: deviceId() });
      if (response.status === 429 || response.status >= 500) return;
      if (response.ok) {
        const { access_token } = (await response.json()) as LoginAnswer;
        await attempt("/v1/auth/logout", { method: "POST" }, access_token);
      }
      localStorage.removeItem(LEAVING);
    } catch (error) {
      if (!isFailure(error)) throw error;
    }
  });
}

// What could not be done without a network: to leave for good, or to begin without any copy.
window.addEventListener("online", () => {
  if (phase.peek() === "out") void (signedIn() ? start() : finishLeaving());
});

async function leave(byServer: boolean): Promise<void> {
  const wasIn = phase.peek() === "in";
  // Somebody else in another tab: what is kept is theirs.
  const isTheirs = isAnother(signedIn());
  left += 1;
  token = null;
  if (!isTheirs) localStorage.removeItem(SIGNED_IN);
  // At once: whoever follows one of them must not find the others as they were.
  batch(() => {
    me.value = null;
    endedByServer.value = byServer && wasIn;
    phase.value = "out";
  });
  // After it: a query that was answered this moment keeps nothing any more.
  if (!isTheirs) await forgetSeen();
}
