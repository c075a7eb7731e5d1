/** This phone's outbox of scans: where it is kept, how it is sent, and who hears of it. */

import { effect, signal } from "@preact/signals";
import { readClocks } from "./clockwork";
import { Refusal, SignedOut, Unreached } from "./failure";
import { lang } from "./lang";
import {
  type Carried,
  type HeldUp,
  isWaiting,
  Outbox,
  type Scan,
  type ScanResult,
  type Settled,
  type Shelf,
  type Told,
  type Undone,
  type Wire,
  type World,
} from "./outbox";
import { pending } from "./pending";
import { accessToken, accountId, phase, renew } from "./session";
import { database, type QueuedScan } from "./store";

export interface Settlement {
  row: QueuedScan;
  result: ScanResult;
  how: Settled;
}

/** The account's scans that are not answered, or whose refusal nobody has seen. */
export const rows = signal<readonly QueuedScan[]>([]);
/** Why they cannot go now; null: they can. */
export const heldUp = signal<HeldUp | null>(null);
/** The scan whose answer somebody waits for before the screen. */
export const seenScan = signal<string | null>(null);
/** This browser keeps nothing: what is not sent when the page closes is lost. */
export const isForgetful = signal(false);

const listeners = new Set<(settlement: Settlement) => void>();

export function onSettled(listener: (settlement: Settlement) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const tabs = new BroadcastChannel("ct-outbox");
let box: { account: string; outbox: Outbox } | null = null;

/** By account: a session that ends and comes again has its scans as long as the page lives. */
const heldBy = new Map<string, Map<string, QueuedScan>>();

/** What the browser keeps; what it will not keep is held in memory as long as the page lives. */
function shelfOf(account: string): Shelf {
  const held = heldBy.get(account) ?? new Map<string, QueuedScan>();
  heldBy.set(account, held);
  async function kept(): Promise<QueuedScan[]> {
    try {
      return await (await database()).getAllFromIndex("scans", "by_account", account);
    } catch {
      isForgetful.value = true;
      return [];
    }
  }
  return {
    all: async () => [...(await kept()), ...held.values()],
    async put(row) {
      try {
        await (await database()).put("scans", row);
      } catch {
        isForgetful.value = true;
        held.set(row.event_id, row);
      }
    },
    async change(ids, change) {
      for (const id of ids) {
        const row = held.get(id);
        if (row) held.set(id, { ...row, ...change });
      }
      await inStorage(async (store) => {
        for (const id of ids) {
          const row = await store.get(id);
          if (row) await store.put({ ...row, ...change });
        }
      });
    },
    async remove(ids) {
      for (const id of ids) held.delete(id);
      await inStorage((store) => Promise.all(ids.map((id) => store.delete(id))));
    },
  };
}

interface Rows {
  get(id: string): Promise<QueuedScan | undefined>;
  put(row: QueuedScan): Promise<unknown>;
  delete(id: string): Promise<void>;
}

/** One transaction. Without a storage there is nothing to do in it. */
async function inStorage(work: (store: Rows) => Promise<unknown>): Promise<void> {
  try {
    const transaction = (await database()).transaction("scans", "readwrite");
    await work(transaction.store);
    await transaction.done;
  } catch {
    // A row that stays is sent once more, and answered as before.
    isForgetful.value = true;
  }
}

/** Enough for 200 scans on a bad signal; a request that hangs must not hold up the rest. */
const patience = (scans: number) => 10_000 + scans * 100;

/**
 * POST as `account` and as nobody else: between two steps somebody else may have logged in, and
 * their name would stand under what this one did. Throws `SignedOut` or `Unreached`.
 */
export async function postAs(account: string, path: string, body: unknown, ms: number) {
  async function post(token: string): Promise<Response> {
    if (accountId.peek() !== account) throw new SignedOut();
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), ms);
    try {
      const response = await fetch(path, {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          "Accept-Language": lang.peek(),
          Authorization: `Bearer ${token}`,
        },
        body: body === null ? undefined : JSON.stringify(body),
        signal: over.signal,
      });
      // The rest of an answer can hang as well as its beginning.
      const { status, headers } = response;
      return new Response(await response.arrayBuffer(), { status, headers });
    } catch {
      throw new Unreached();
    } finally {
      clearTimeout(timer);
    }
  }
  const token = await accessToken();
  const response = await post(token);
  return response.status === 401 ? await post(await renew(token)) : response;
}

function later(error: unknown): Carried & { is: "later" } {
  if (error instanceof SignedOut) return { is: "later", why: "rights" };
  if (error instanceof Unreached) return { is: "later", why: "network" };
  if (error instanceof Refusal) return { is: "later", why: "server" };
  throw error;
}

/** Seconds or a date (RFC 9110 §10.2.3), in ms. */
export function retryAfter(header: string | null, now: number): number | undefined {
  if (!header) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, 600_000) : undefined;
}

/** What an answer of the scan door means for what was sent. */
export async function carriedBy(response: Response, now: number): Promise<Carried> {
  const { status } = response;
  const isOurs = /json/.test(response.headers.get("Content-Type") ?? "");
  if (status === 200 && isOurs) {
    const body = (await response.json().catch(() => null)) as { results?: unknown } | null;
    if (Array.isArray(body?.results))
      return { is: "answered", results: body.results as ScanResult[] };
  }
  // A 400 of a café's login page says nothing about the scans.
  if (status === 413 || (isOurs && (status === 400 || status === 422)))
    return { is: "unreadable", status };
  if (status === 401 || status === 403) return { is: "later", why: "rights" };
  const afterMs = retryAfter(response.headers.get("Retry-After"), now);
  return { is: "later", why: "server", afterMs };
}

function wireOf(account: string): Wire {
  return {
    async send(scans: readonly Scan[]): Promise<Carried> {
      try {
        const { at, mono_ms, boot_id } = readClocks();
        const envelope = { sent_at: at, sent_mono_ms: mono_ms, boot_id, scans };
        const ms = patience(scans.length);
        const response = await postAs(account, "/v1/attendance/scans", envelope, ms);
        return await carriedBy(response, Date.now());
      } catch (error) {
        return later(error);
      }
    },
    undo: (eventId) => undoAs(account, eventId),
  };
}

async function undoAs(account: string, eventId: string): Promise<Undone> {
  try {
    const path = `/v1/attendance/scans/${eventId}/undo`;
    const { status, ok } = await postAs(account, path, null, patience(1));
    if (ok) return "done";
    return status === 404 || status === 409 ? "too-late" : "later";
  } catch (error) {
    later(error);
    return "later";
  }
}

const world: World = {
  alone: (work) => navigator.locks.request("ct-outbox", work) as ReturnType<typeof work>,
  now: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};

function show(found: readonly QueuedScan[]): void {
  rows.value = found;
  const waiting = found.filter(isWaiting);
  const oldest = waiting.length ? Math.min(...waiting.map((row) => row.made_at)) : null;
  pending.value = { waiting: waiting.length, oldest, refused: found.length - waiting.length };
}

function tell(settlement: Settlement): void {
  for (const listener of listeners) listener(settlement);
}

function toldOf(account: string): Told {
  return {
    changed(found, why) {
      if (account !== accountId.peek()) return;
      heldUp.value = why;
      show(found);
    },
    isSeen: (row) => row.event_id === seenScan.peek() && document.visibilityState === "visible",
    settled(row, result, how) {
      const settlement: Settlement = { row, result, how };
      tell(settlement);
      tabs.postMessage(settlement);
    },
  };
}

tabs.onmessage = (event: MessageEvent<Settlement>) => {
  if (event.data.row.account_id !== accountId.peek()) return;
  tell(event.data);
  void box?.outbox.look();
};

/** The outbox of whoever is logged in. */
export function outbox(): Outbox | null {
  const account = accountId.peek();
  if (box?.account === account) return box?.outbox ?? null;
  box?.outbox.close();
  box = null;
  show([]);
  if (account)
    box = {
      account,
      outbox: new Outbox(shelfOf(account), wireOf(account), world, toldOf(account)),
    };
  return box?.outbox ?? null;
}

/** Take back a scan: here if it never left, else with the server. Throws a `Failure`. */
export async function undoScan(eventId: string): Promise<Undone | "removed"> {
  const account = accountId.peek();
  const own = outbox();
  if (!account || !own) throw new SignedOut();
  const done = await own.undo(eventId);
  return done === "answered" ? await undoAs(account, eventId) : done;
}

/** Send what waits now and whenever it may have become possible; once a page. */
export function keepSending(): void {
  effect(() => {
    const account = accountId.value;
    if (phase.value === "in" && account) void outbox()?.renew();
    else outbox();
  });
  const poke = () => {
    if (document.visibilityState === "visible") void outbox()?.poke();
  };
  window.addEventListener("online", poke);
  document.addEventListener("visibilitychange", poke);
}
