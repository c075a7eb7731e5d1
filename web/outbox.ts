/**
 * Scans on their way to the server, none lost and none counted twice.
 *
 * A scan is made once and never changed: a repeat is the same scan, and the server gives it the
 * answer that it gave before. So it stays here until an answer names it, whatever happens to the
 * page, the network or the session; being killed between the answer and the removal costs one more
 * question, no second scan.
 */

import type { Schemas } from "./api";
import type { QueuedScan } from "./store";

export type Scan = Schemas["Scan"];
export type ScanResult = Schemas["ScanResult"];

/** The rows of one account. */
export interface Shelf {
  all(): Promise<QueuedScan[]>;
  put(row: QueuedScan): Promise<void>;
  /** Of those that are still there, at once. */
  change(ids: readonly string[], change: Partial<QueuedScan>): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
}

export type Carried =
  | { is: "answered"; results: readonly ScanResult[] }
  /** The server would not even look at the scans: 400, 413, 422. */
  | { is: "unreadable"; status: number }
  /** Whether it arrived is unknown. `afterMs`: the server said when to come again. */
  | { is: "later"; why: HeldUp; afterMs?: number };

export type HeldUp = "network" | "server" | "rights";

export type Undone = "done" | "too-late" | "later";

export interface Wire {
  send(scans: readonly Scan[]): Promise<Carried>;
  undo(eventId: string): Promise<Undone>;
}

/** What a page is: one of several tabs, with a clock and timers. */
export interface World {
  /** Runs `work` while no other tab does. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  now(): number;
  /** Returns the way to call it off. */
  after(ms: number, work: () => void): () => void;
}

export interface Told {
  /** Whenever what is here may have changed; `why` it cannot go now, null: it can. */
  changed(rows: readonly QueuedScan[], why: HeldUp | null): void;
  /** Whether somebody waits before the screen for this very scan's answer. */
  isSeen(row: QueuedScan): boolean;
  settled(row: QueuedScan, result: ScanResult, how: Settled): void;
}

/** `late`: nobody was looking; `undone`, `not-undone`: it was to be taken back. */
export type Settled = "shown" | "late" | "undone" | "not-undone";

export const MOST = 200;
/** In the place of an outcome: it was recorded, and should not have been. */
export const NOT_UNDONE = "not_undone";
const LONGEST_MS: Record<HeldUp, number> = { network: 15_000, server: 60_000, rights: 60_000 };

/** Outcomes that count as attendance, if only for review. */
const RECORDED: ReadonlySet<string> = new Set<ScanResult["outcome"]>([
  "ok",
  "late",
  "pending_review",
  "geo_uncertain",
  "clock_suspect",
  "clone_suspect",
  "impossible_travel",
]);

export function isRecorded(outcome: string): boolean {
  return RECORDED.has(outcome);
}

/** Whether the child is seen to by this answer; a repeat changes nothing and is fine. */
export function isFine(outcome: string): boolean {
  return isRecorded(outcome) || outcome === "duplicate";
}

/** Still to be sent, as against shown until somebody has seen its refusal. */
export function isWaiting(row: QueuedScan): boolean {
  return row.refused === null;
}

export class Outbox {
  private running: Promise<void> | null = null;
  private isAskedAgain = false;
  private failures = 0;
  private notBefore = 0;
  private why: HeldUp | null = null;
  private callOff: (() => void) | null = null;
  private isClosed = false;

  constructor(
    private readonly shelf: Shelf,
    private readonly wire: Wire,
    private readonly world: World,
    private readonly told: Told,
  ) {}

  /** Keep a new scan, then send it at once unless the server asked for patience. */
  async add(row: QueuedScan): Promise<void> {
    // Said before it is sent: once a request may have carried it only an answer takes it away.
    await this.shelf.put({ ...row, tried: this.mayTry() });
    void this.flush();
  }

  /** Send what waits, until nothing does or it has to be later. Never throws for the network. */
  flush(): Promise<void> {
    this.isAskedAgain = true;
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** The network is back, or somebody looks: try now, but for a server that asked for time. */
  poke(): Promise<void> {
    if (this.why === "network") this.notBefore = 0;
    return this.flush();
  }

  /** The session is new: what it had no right to may go now. */
  renew(): Promise<void> {
    this.notBefore = 0;
    return this.flush();
  }

  /** No timer of this account goes on. */
  close(): void {
    this.isClosed = true;
    this.callOff?.();
  }

  /**
   * Take back a scan. `removed`: it was never sent and is gone. `later`: it goes back as soon as it
   * is answered. `answered`: it was, the caller undoes it with the server.
   */
  async undo(eventId: string): Promise<"removed" | "later" | "answered"> {
    const done = await this.world.alone(async () => {
      const row = (await this.shelf.all()).find((each) => each.event_id === eventId);
      if (!row || !isWaiting(row)) return "answered";
      if (row.tried) {
        await this.shelf.change([eventId], { undo: true });
        return "later";
      }
      await this.shelf.remove([eventId]);
      return "removed";
    });
    await this.look();
    if (done === "later") void this.poke();
    return done;
  }

  /** Somebody has seen the refusal. */
  async acknowledge(eventId: string): Promise<void> {
    await this.shelf.remove([eventId]);
    await this.look();
  }

  /** Another attempt for a scan that was set aside. */
  async tryAgain(eventId: string): Promise<void> {
    await this.shelf.change([eventId], { refused: null });
    await this.renew();
  }

  /** Tell what is here, as after another tab changed it. */
  async look(): Promise<void> {
    this.told.changed(await this.shelf.all(), this.why);
  }

  private mayTry(): boolean {
    return this.world.now() >= this.notBefore;
  }

  private async run(): Promise<void> {
    while (this.isAskedAgain && !this.isClosed) {
      this.isAskedAgain = false;
      if (this.mayTry()) await this.world.alone(() => this.sendAll());
      else await this.look();
    }
    this.plan();
  }

  private async sendAll(): Promise<void> {
    for (;;) {
      const rows = await this.shelf.all();
      this.told.changed(rows, this.why);
      const next = rows.filter(isWaiting).sort(byAge).slice(0, MOST);
      if (!next.length || this.isClosed) return;
      // Made while this was on its way: it is among the next rows.
      this.isAskedAgain = false;
      if (!(await this.sendSome(next))) break;
    }
    await this.look();
  }

  /** True: go on with the others. */
  private async sendSome(rows: readonly QueuedScan[]): Promise<boolean> {
    const fresh = rows.filter((row) => !row.tried).map((row) => row.event_id);
    if (fresh.length) await this.shelf.change(fresh, { tried: true });
    const carried = await this.wire.send(rows.map((row) => row.scan as Scan));
    if (carried.is === "answered") return await this.settle(rows, carried.results);
    if (carried.is === "unreadable") return await this.split(rows, carried.status);
    return this.postpone(carried.why, carried.afterMs);
  }

  /** One bad scan must not hold up the others for ever: halves, until it stands alone. */
  private async split(rows: readonly QueuedScan[], status: number): Promise<boolean> {
    const [alone] = rows;
    if (rows.length === 1 && alone) {
      await this.shelf.change([alone.event_id], {
        refused: { outcome: `unreadable ${status}`, name: null, class_name: null },
      });
      return true;
    }
    const half = rows.length >> 1;
    return (await this.sendSome(rows.slice(0, half))) && (await this.sendSome(rows.slice(half)));
  }

  private async settle(
    rows: readonly QueuedScan[],
    results: readonly ScanResult[],
  ): Promise<boolean> {
    this.failures = 0;
    this.why = null;
    const pairs = answersFor(rows, results);
    const leaving: string[] = [];
    const telling: (() => void)[] = [];
    let isAllUndone = true;
    for (const [row, result] of pairs) {
      const how = await this.howSettled(row, result);
      if (how === null) {
        isAllUndone = false;
        continue;
      }
      const toSee = how === "not-undone" ? NOT_UNDONE : result.outcome;
      if (how === "not-undone" || (how === "late" && !isFine(toSee))) {
        const { name = null, class_name = null } = result.student ?? {};
        await this.shelf.change([row.event_id], { refused: { outcome: toSee, name, class_name } });
      } else leaving.push(row.event_id);
      telling.push(() => this.told.settled(row, result, how));
    }
    await this.shelf.remove(leaving);
    for (const tell of telling) tell();
    if (!isAllUndone) return this.postpone("network");
    // An answer that names none of ours would have us ask for ever.
    return pairs.length > 0 ? true : this.postpone("server");
  }

  /** null: not for good yet. */
  private async howSettled(row: QueuedScan, result: ScanResult): Promise<Settled | null> {
    const isUnwanted = row.undo && isRecorded(result.outcome);
    if (!isUnwanted) return this.told.isSeen(row) ? "shown" : "late";
    const undone = await this.wire.undo(row.event_id);
    if (undone === "later") return null;
    return undone === "done" ? "undone" : "not-undone";
  }

  private postpone(why: HeldUp, afterMs?: number): false {
    this.why = why;
    const growing = Math.min(1000 * 2 ** this.failures, LONGEST_MS[why]);
    this.failures += 1;
    // Not all phones of a province at once.
    this.notBefore = this.world.now() + (afterMs ?? growing * (0.75 + Math.random() / 2));
    return false;
  }

  private plan(): void {
    this.callOff?.();
    this.callOff = null;
    const wait = this.notBefore - this.world.now();
    if (this.why === null || this.isClosed) return;
    this.callOff = this.world.after(Math.max(wait, 50), () => void this.flush());
  }
}

function byAge(a: QueuedScan, b: QueuedScan): number {
  return a.made_at - b.made_at || (a.event_id < b.event_id ? -1 : 1);
}

/** By event id; an answer that could not read the id stands where its scan stood. */
function answersFor(
  rows: readonly QueuedScan[],
  results: readonly ScanResult[],
): [QueuedScan, ScanResult][] {
  const byId = new Map(results.map((result) => [result.event_id, result]));
  const isWhole = results.length === rows.length;
  return rows.flatMap((row, n): [QueuedScan, ScanResult][] => {
    const named = byId.get(row.event_id);
    if (named) return [[row, named]];
    const placed = isWhole ? results[n] : undefined;
    return placed?.event_id === null ? [[row, placed]] : [];
  });
}
