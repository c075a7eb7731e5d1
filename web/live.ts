/**
 * The account's live stream. `EventSource` cannot send a bearer token, so it is read by `fetch`;
 * it resumes by the last id, and whoever listens loads anew on `reset`.
 */

import { signal } from "@preact/signals";
import type { Schemas } from "./api";
import { isFailure, SignedOut } from "./failure";
import { authorized } from "./session";

export type InboxItem = Schemas["InboxItem"];

export interface JobTold {
  job_id: string;
  school_id: number;
  kind: string;
  state: string;
  done: number;
  total: number;
}

export interface LiveEvent {
  event: string;
  data: string;
  id: string | null;
}

/** Whether news would arrive at this moment without asking. */
export const isLive = signal(false);

type Listener<T> = (value: T) => void;
const items = new Set<Listener<InboxItem>>();
const jobs = new Set<Listener<JobTold>>();
const resets = new Set<Listener<number | null>>();

function listen<T>(set: Set<Listener<T>>, listener: Listener<T>): () => void {
  set.add(listener);
  return () => set.delete(listener);
}

/** Each returns the way to stop. */
export const onItem = (listener: Listener<InboxItem>) => listen(items, listener);
export const onJob = (listener: Listener<JobTold>) => listen(jobs, listener);
/**
 * What is on the screen must be loaded again: too much was missed (null), or the stream is new. It
 * tells what comes after the `seq` it greets with; who has loaded that much need not load again.
 */
export const onReset = (listener: Listener<number | null>) => listen(resets, listener);

/** Splits a stream of server-sent events (HTML §9.2); our server writes no comments over two chunks. */
export async function* eventsOf(
  body: ReadableStream<Uint8Array>,
  onSign: () => void = () => undefined,
): AsyncGenerator<LiveEvent> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onSign();
      rest = (rest + value).replaceAll("\r\n", "\n");
      for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
        const event = parseEvent(rest.slice(0, end));
        rest = rest.slice(end + 2);
        if (event) yield event;
      }
    }
  } finally {
    // The connection ends with whoever reads it.
    await reader.cancel().catch(() => undefined);
  }
}

export function parseEvent(block: string): LiveEvent | null {
  let event = "message";
  let id: string | null = null;
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const field = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event = value;
    else if (field === "id") id = value;
    else if (field === "data") data.push(value);
  }
  return data.length ? { event, data: data.join("\n"), id } : null;
}

/** The server pings every 15 s. */
const SILENT_MS = 40_000;

let lastId: string | null = null;
let running: AbortController | null = null;

/** Open the stream and keep it open until `stopLive`. */
export function startLive(): void {
  if (running) return;
  running = new AbortController();
  void keepOpen(running.signal);
}

export function stopLive(): void {
  running?.abort();
  running = null;
  lastId = null;
  isLive.value = false;
}

async function keepOpen(signal: AbortSignal): Promise<void> {
  let waits = 0;
  while (!signal.aborted) {
    try {
      const heard = await readOnce(signal);
      waits = heard ? 0 : waits + 1;
    } catch (error) {
      if (signal.aborted || error instanceof SignedOut) return;
      waits += 1;
      if (!isFailure(error) && !(error instanceof TypeError) && !(error instanceof DOMException))
        throw error;
    } finally {
      if (!signal.aborted) isLive.value = false;
    }
    await pause(Math.min(30_000, waits * waits * 500) + Math.random() * 500, signal);
  }
}

async function readOnce(stop: AbortSignal): Promise<boolean> {
  // A phone that changed its network is never told: no sign of life means a dead connection.
  const dead = new AbortController();
  // Not `AbortSignal.any`: phones of a few years ago do not have it.
  const end = () => dead.abort();
  stop.addEventListener("abort", end);
  let watch = setTimeout(end, SILENT_MS);
  try {
    return await readEvents(dead.signal, () => {
      clearTimeout(watch);
      watch = setTimeout(end, SILENT_MS);
    });
  } finally {
    clearTimeout(watch);
    stop.removeEventListener("abort", end);
  }
}

async function readEvents(signal: AbortSignal, onSign: () => void): Promise<boolean> {
  const headers: Record<string, string> = { Accept: "text/event-stream" };
  if (lastId) headers["Last-Event-ID"] = lastId;
  const response = await authorized("/v1/inbox/stream", { headers, signal });
  if (!response.ok || !response.body) return false;
  const isResumed = lastId !== null;
  let heard = false;
  for await (const event of eventsOf(response.body, onSign)) {
    if (signal.aborted) return heard;
    heard = true;
    if (event.id) lastId = event.id;
    tell(event, isResumed);
  }
  return heard;
}

function tell(event: LiveEvent, isResumed: boolean): void {
  switch (event.event) {
    case "hello":
      isLive.value = true;
      // Between the page's own load and the first stream something may have come.
      if (!isResumed) reset((JSON.parse(event.data) as { seq: number }).seq);
      break;
    case "reset":
      reset(null);
      break;
    case "item":
      for (const listener of items) listener(JSON.parse(event.data) as InboxItem);
      break;
    case "job":
      for (const listener of jobs) listener(JSON.parse(event.data) as JobTold);
  }
}

function reset(seq: number | null): void {
  for (const listener of resets) listener(seq);
}

/** Until the time is over, the network is back, or somebody looks at the screen again. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      document.removeEventListener("visibilitychange", end);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    window.addEventListener("online", end);
    document.addEventListener("visibilitychange", end);
    signal.addEventListener("abort", end);
  });
}
