/** What became of the news on this phone: told to the server in its own time, once an item. */

import { signal } from "@preact/signals";
import { api, of } from "./api";
import { Refusal, SignedOut, Unreached } from "./failure";
import { onItem } from "./live";
import { closeShown } from "./push_link";
import { phase } from "./session";

type State = "delivered" | "read";

/** Long enough that what is read at once is told once. */
const WAIT_MS = 1_000;
const AGAIN_MS = 15_000;

const waiting = new Map<string, State>();
let timer: ReturnType<typeof setTimeout> | undefined;
let isSending = false;

/** Read on this phone since the page was opened, whether the server knows it yet or not. */
export const readHere = signal<ReadonlySet<string>>(new Set());

/** The phone has it. */
export function delivered(itemId: string): void {
  if (!waiting.has(itemId) && !readHere.peek().has(itemId)) put(itemId, "delivered");
}

/** Somebody has seen it. */
export function read(itemIds: readonly string[]): void {
  const fresh = itemIds.filter((id) => !readHere.peek().has(id));
  if (fresh.length === 0) return;
  readHere.value = new Set([...readHere.peek(), ...fresh]);
  for (const id of fresh) put(id, "read");
  void closeShown(new Set(fresh)).catch(() => undefined);
}

function put(itemId: string, state: State): void {
  waiting.set(itemId, state);
  plan(WAIT_MS);
}

function plan(ms: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void send(), ms);
}

/** One after the other: a morning's news is no reason for twenty requests at once. */
async function send(): Promise<void> {
  if (isSending) return plan(WAIT_MS);
  isSending = true;
  try {
    for (const [id, state] of waiting) await tell(id, state);
  } catch (error) {
    onFailure(error);
  } finally {
    isSending = false;
  }
}

/** The page may not live to see the next second, but its requests do. */
function sendAtOnce(): void {
  clearTimeout(timer);
  for (const [id, state] of waiting) void tell(id, state).catch(onFailure);
}

function onFailure(error: unknown): void {
  if (error instanceof SignedOut) waiting.clear();
  else if (error instanceof Unreached || error instanceof Refusal) plan(AGAIN_MS);
  else throw error;
}

async function tell(id: string, state: State): Promise<void> {
  const params = { path: { item_id: id } };
  try {
    await of(api.POST("/v1/inbox/{item_id}/ack", { params, body: { state }, keepalive: true }));
  } catch (error) {
    // An item that is not the account's any more needs no word.
    if (!(error instanceof Refusal) || error.status === 429 || error.status >= 500) throw error;
  }
  // It may have been read while it was told as delivered.
  if (waiting.get(id) === state) waiting.delete(id);
}

onItem((item) => {
  if (item.read_at === null) delivered(item.id);
});

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") sendAtOnce();
});
window.addEventListener("online", () => waiting.size > 0 && plan(WAIT_MS));

phase.subscribe((now) => {
  if (now !== "out") return;
  waiting.clear();
  readHere.value = new Set();
});
