/** The board as it moves: the last copy at once, then the stream, and honest about which it is. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { isFailure, SignedOut } from "../../failure";
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

class Watcher implements Watched {
  readonly board = signal<Board | null>(null);
  readonly isLive = signal(false);
  readonly failure = signal<unknown>(null);
  #calm: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly schoolId: number) {}

  async run(stop: AbortSignal): Promise<void> {
    const key = `${accountId.peek()}/board/${this.schoolId}`;
    const copy = await seen<Board>(key);
    if (copy && this.board.peek() === null) this.board.value = copy.data;
    let waits = 0;
    while (!stop.aborted) {
      try {
        await this.#read(stop, key);
        waits = 0;
      } catch (error) {
        if (stop.aborted || error instanceof SignedOut) return;
        const isAway = isFailure(error) || error instanceof TypeError;
        if (!isAway && !(error instanceof DOMException)) throw error;
        this.failure.value = isFailure(error) ? error : this.failure.peek();
        waits += 1;
      }
      this.#calm ??= setTimeout(() => {
        this.isLive.value = false;
      }, CALM_MS);
      await pause(Math.min(20_000, waits * waits * 500) + Math.random() * 300, stop);
    }
  }

  async #read(stop: AbortSignal, key: string): Promise<void> {
    const dead = new AbortController();
    let timer = setTimeout(() => dead.abort(), SILENT_MS);
    const onSign = () => {
      clearTimeout(timer);
      timer = setTimeout(() => dead.abort(), SILENT_MS);
    };
    try {
      const response = await authorized(`/v1/schools/${this.schoolId}/monitor/stream`, {
        headers: { Accept: "text/event-stream" },
        signal: AbortSignal.any([stop, dead.signal]),
      });
      if (!response.ok || !response.body) throw await refusalOf(response);
      for await (const { event, data } of eventsOf(response.body, onSign)) {
        this.#take(event, JSON.parse(data) as Board);
        void keepSeen(key, this.board.peek());
      }
    } finally {
      clearTimeout(timer);
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

/** Until the time is over, the network is back, or somebody looks at the screen again. */
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
    const stop = new AbortController();
    void watcher.run(stop.signal);
    return () => stop.abort();
  }, [watcher]);
  return watcher;
}

/** What the screen may claim: a phone without a network hears nothing, whatever it still has open. */
export function claimsLive(watched: Watched): boolean {
  return watched.isLive.value && online.value;
}
