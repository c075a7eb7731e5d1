/** The board as it moves: the last copy at once, then the stream, and honest about which it is. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { isFailure, isNoMore, SignedOut } from "../../failure";
import { eventsOf } from "../../live";
import { online } from "../../now";
import { accountId, authorized, refusalOf } from "../../session";
import { keepSeen, seen } from "../../store";
import { type Board, merged } from "./merge";

export type { Board, ClassCounts, Gate } from "./merge";

export interface Watched {
  readonly board: ReadonlySignal<Board | null>;
  /** Whether what happens at the gate would be on the screen within seconds. */
  readonly isLive: ReadonlySignal<boolean>;
  /** Why there is nothing to show; null while there is, or while it is on its way. */
  readonly failure: ReadonlySignal<unknown>;
}

/** The server pings every 15 s; a board that says "live" must be. */
const SILENT_MS = 20_000;
/** A stream ends with its token and comes again at once: no reason to alarm anybody. */
const CALM_MS = 3_000;
const KEEP_EVERY_MS = 10_000;

class Watcher implements Watched {
  readonly board = signal<Board | null>(null);
  readonly isLive = signal(false);
  readonly failure = signal<unknown>(null);
  #calm: ReturnType<typeof setTimeout> | undefined;
  #keptAt = 0;

  constructor(readonly schoolId: number) {}

  async run(stop: AbortSignal): Promise<void> {
    const key = `${accountId.peek()}/board/${this.schoolId}`;
    const copy = this.board.peek() ? null : await seen<Board | null>(key);
    if (stop.aborted) return;
    if (copy && this.board.peek() === null) this.board.value = copy.data;
    let waits = 0;
    while (!stop.aborted) {
      try {
        await this.#read(stop, key);
        waits = 0;
      } catch (error) {
        if (stop.aborted || error instanceof SignedOut) return;
        if (isNoMore(error)) return this.#close(error, key);
        const isAway = isFailure(error) || error instanceof TypeError;
        if (!isAway && !(error instanceof DOMException)) throw error;
        this.failure.value = isFailure(error) ? error : this.failure.peek();
        waits += 1;
      }
      this.rest();
      await pause(Math.min(20_000, waits * waits * 500) + Math.random() * 300, stop);
    }
  }

  /** Nothing comes any more: say so, unless it comes again at once. */
  rest(): void {
    this.#calm ??= setTimeout(() => {
      this.isLive.value = false;
    }, CALM_MS);
  }

  /** The caller leads the school no more: what was seen of it goes. */
  #close(why: unknown, key: string): void {
    void keepSeen(key, null);
    this.board.value = null;
    this.isLive.value = false;
    this.failure.value = why;
  }

  async #read(stop: AbortSignal, key: string): Promise<void> {
    const dead = new AbortController();
    const end = () => dead.abort();
    stop.addEventListener("abort", end);
    let timer = setTimeout(end, SILENT_MS);
    const onSign = () => {
      clearTimeout(timer);
      timer = setTimeout(end, SILENT_MS);
    };
    try {
      const response = await authorized(`/v1/schools/${this.schoolId}/monitor/stream`, {
        headers: { Accept: "text/event-stream" },
        signal: dead.signal,
      });
      if (!response.ok || !response.body) throw await refusalOf(response);
      for await (const { event, data } of eventsOf(response.body, onSign)) {
        this.#take(event, JSON.parse(data) as Board);
        if (Date.now() - this.#keptAt < KEEP_EVERY_MS) continue;
        this.#keptAt = Date.now();
        void keepSeen(key, this.board.peek());
      }
    } finally {
      clearTimeout(timer);
      stop.removeEventListener("abort", end);
    }
  }

  #take(event: string, told: Board): void {
    const before = this.board.peek();
    if (event === "board") this.board.value = told;
    else if (event === "change" && before) this.board.value = merged(before, told);
    clearTimeout(this.#calm);
    this.#calm = undefined;
    this.isLive.value = true;
    this.failure.value = null;
  }
}

/** Until the time is over, or the network is back. */
function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      stop.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    window.addEventListener("online", done);
    stop.addEventListener("abort", done);
  });
}

export function useBoard(schoolId: number): Watched {
  const watcher = useMemo(() => new Watcher(schoolId), [schoolId]);
  useEffect(() => {
    let stop: AbortController | null = null;
    // A browser opens six connections to a server in all: hidden tabs leave theirs to the others.
    const follow = () => {
      const isSeen = document.visibilityState === "visible";
      if (isSeen && !stop) {
        stop = new AbortController();
        void watcher.run(stop.signal);
      } else if (!isSeen && stop) {
        stop.abort();
        stop = null;
        watcher.rest();
      }
    };
    follow();
    document.addEventListener("visibilitychange", follow);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      stop?.abort();
    };
  }, [watcher]);
  return watcher;
}

/** What the screen may claim: a phone without a network hears nothing, whatever it still has open. */
export function claimsLive(watched: Watched): boolean {
  return watched.isLive.value && online.value;
}
