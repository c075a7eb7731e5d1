/** The scans of this visit: each is shown at once, and again when its answer comes. */

import { computed, type Signal, signal } from "@preact/signals";
import { nextSequence, readClocks } from "../../clockwork";
import { isFailure } from "../../failure";
import { uuid7 } from "../../ids";
import { isFine, isRecorded, isWaiting, type Scan, type ScanResult } from "../../outbox";
import { fix, locationOf } from "../../place";
import { codeOf, holderOf, isForeign, type RosterEntry, roster } from "../../roster";
import { Readings } from "../../scanner";
import { onSettled, outbox, rows, type Settlement, seenScan, undoScan } from "../../scans";
import { accountId } from "../../session";
import type { QueuedScan } from "../../store";
import { signalTone } from "./sounds";
import {
  foreignWords,
  MENDABLE,
  undoFailedWords,
  undoLaterWords,
  undoneWords,
  type Words,
  waitingWords,
  wordsOfAnswer,
} from "./words";

export type Direction = Scan["direction"];
export type PickUp = NonNullable<ScanResult["pickups"]>[number];

export type State = "sending" | "waiting" | "answered" | "undoing" | "undone" | "not-undone";

export interface Entry {
  id: string;
  madeAt: number;
  direction: Direction;
  state: State;
  /** As the roster knows it until the server says it. */
  name: string | null;
  className: string | null;
  photoUrl: string | null;
  result: ScanResult | null;
  pickups: readonly PickUp[] | null;
  /** When the school lets the pupil leave today, as the roster knows it; HH:MM. */
  exitAt: string | null;
  /** What the camera read; null: found by name. */
  token: string | null;
}

export interface Post {
  stationId: string;
  schoolId: number;
}

const LISTED = 20;
/** Longer than a good network needs: until then it is not said that the answer is late. */
const PATIENCE_MS = 1200;
const UNDO_MS = 60_000;

/** The code of a card and of the same pupil's phone are one child before the camera. */
export function readingKey(token: string): string {
  return codeOf(token)?.cardId || token;
}

export function wordsOfEntry(entry: Entry): Words {
  if (entry.state === "undone") return undoneWords();
  if (entry.state === "not-undone") return undoFailedWords();
  if (entry.result) return wordsOfAnswer(entry.result, entry.direction);
  if (entry.state === "undoing") return undoLaterWords();
  return waitingWords(entry.state === "sending", entry.name !== null);
}

export class Gate {
  readonly readings = new Readings();
  readonly entries = signal<readonly Entry[]>([]);
  /** What the band shows: a scan of the list, or what was no scan at all. */
  readonly shown = signal<string | null>(null);
  readonly notice = signal<Words | null>(null);
  readonly counted = signal(0);
  /** The last scan that may still be taken back. */
  readonly undoable = computed(() => this.entries.value.find(mayUndo) ?? null);
  readonly current = computed(
    () => this.entries.value.find((entry) => entry.id === this.shown.value) ?? null,
  );

  constructor(
    readonly post: Post,
    readonly direction: Signal<Direction>,
  ) {}

  /** Hear of answers until the returned function is called. */
  open(): () => void {
    const waiting = rows.peek().filter(isWaiting).map(entryOfRow);
    this.entries.value = waiting.sort((a, b) => b.madeAt - a.madeAt).slice(0, LISTED);
    const stop = onSettled((settlement) => this.settle(settlement));
    return () => {
      stop();
      seenScan.value = null;
    };
  }

  turn(direction: Direction): void {
    if (direction === this.direction.peek()) return;
    this.direction.value = direction;
    this.readings.forget(null);
    this.show(null);
  }

  /** A reading of the camera. */
  read(token: string): void {
    const code = codeOf(token);
    if (isForeign(token) || code?.kind === "station") {
      this.show(null);
      this.notice.value = foreignWords(code?.kind === "station");
      signalTone("bad");
      return;
    }
    const scan = this.scanOf(token);
    const holder = holderOf(token, roster.peek(), Date.now());
    this.list(this.entryOf(scan, holder));
    this.show(scan.event_id);
    signalTone("wait");
    void outbox()?.add(this.rowOf(scan));
    setTimeout(() => {
      if (this.find(scan.event_id)?.state === "sending")
        this.change(scan.event_id, { state: "waiting" });
    }, PATIENCE_MS);
  }

  /** Somebody found by name, as the server has recorded it. */
  marked(direction: Direction, result: ScanResult): void {
    const { student } = result;
    const id = result.event_id ?? uuid7();
    this.list({
      id,
      madeAt: Date.now(),
      direction,
      state: "answered",
      name: student?.name ?? null,
      className: student?.class_name ?? null,
      photoUrl: student?.photo_url ?? null,
      result,
      pickups: result.pickups ?? null,
      exitAt: null,
      token: null,
    });
    if (isRecorded(result.outcome)) this.counted.value += 1;
    this.show(id);
    signalTone(wordsOfAnswer(result, direction).tone);
  }

  /** Take back a scan; its card may be held up again at once. */
  async undo(entry: Entry): Promise<void> {
    const before = entry.state;
    this.change(entry.id, { state: "undoing" });
    this.show(entry.id);
    if (entry.token) this.readings.forget(readingKey(entry.token));
    try {
      const done = await undoScan(entry.id);
      // It may have been answered while this waited for its turn.
      const result = this.find(entry.id)?.result;
      if (done === "later") {
        // The wish waits with its scan; an answered one has none to wait with.
        if (result) this.change(entry.id, { state: "answered" });
        return;
      }
      this.change(entry.id, { state: done === "too-late" ? "not-undone" : "undone" });
      if (done !== "too-late" && result && isRecorded(result.outcome)) this.counted.value -= 1;
    } catch (error) {
      if (!isFailure(error)) throw error;
      this.change(entry.id, { state: before });
    }
  }

  show(id: string | null): void {
    this.notice.value = null;
    this.shown.value = id;
    seenScan.value = id;
  }

  private settle({ row, result, how }: Settlement): void {
    const entry = this.find(row.event_id) ?? this.list(entryOfRow(row));
    const state = how === "undone" ? "undone" : how === "not-undone" ? "not-undone" : "answered";
    const { student } = result;
    this.change(entry.id, {
      state,
      result,
      name: student?.name ?? entry.name,
      className: student?.class_name ?? entry.className,
      photoUrl: student?.photo_url ?? entry.photoUrl,
      // A card that was refused lets nobody fetch anybody.
      pickups: isFine(result.outcome) ? (result.pickups ?? entry.pickups) : null,
    });
    if (state === "answered" && isRecorded(result.outcome)) this.counted.value += 1;
    if (entry.token && MENDABLE.has(result.outcome)) this.readings.release(readingKey(entry.token));
    this.sound(entry.id, how, result);
  }

  /** Of a late answer only a refusal is heard: the next child has had the sound since. */
  private sound(id: string, how: Settlement["how"], result: ScanResult): void {
    const changed = this.find(id);
    if (!changed) return;
    const isMatter = how === "not-undone" || !isFine(result.outcome);
    if (this.shown.peek() === id || isMatter) signalTone(wordsOfEntry(changed).tone);
  }

  private scanOf(token: string): Scan {
    const { at, mono_ms, boot_id } = readClocks();
    return Object.freeze({
      event_id: uuid7(),
      token,
      direction: this.direction.peek(),
      scanned_at: at,
      mono_ms,
      device_seq: nextSequence(),
      station_id: this.post.stationId,
      location: locationOf(fix.peek()),
      boot_id,
    });
  }

  private rowOf(scan: Scan): QueuedScan {
    return {
      event_id: scan.event_id,
      account_id: accountId.peek() ?? "",
      school_id: this.post.schoolId,
      scan,
      made_at: Date.parse(scan.scanned_at),
      tried: false,
      undo: false,
      refused: null,
    };
  }

  private entryOf(scan: Scan, holder: RosterEntry | null): Entry {
    return {
      id: scan.event_id,
      madeAt: Date.parse(scan.scanned_at),
      direction: scan.direction,
      state: navigator.onLine ? "sending" : "waiting",
      name: holder?.name ?? null,
      className: holder?.class_name ?? null,
      photoUrl: holder?.photo_url ?? null,
      result: null,
      pickups: scan.direction === "out" ? (holder?.pickups ?? null) : null,
      exitAt: scan.direction === "out" ? (holder?.exit_slip?.at.slice(0, 5) ?? null) : null,
      token: scan.token,
    };
  }

  private list(entry: Entry): Entry {
    this.entries.value = [entry, ...this.entries.peek()].slice(0, LISTED);
    return entry;
  }

  private find(id: string): Entry | undefined {
    return this.entries.peek().find((entry) => entry.id === id);
  }

  private change(id: string, change: Partial<Entry>): void {
    this.entries.value = this.entries
      .peek()
      .map((entry) => (entry.id === id ? { ...entry, ...change } : entry));
  }
}

/** A scan of an earlier visit that still waits. */
function entryOfRow(row: QueuedScan): Entry {
  const scan = row.scan as Scan;
  const holder = holderOf(scan.token, roster.peek(), Date.now());
  return {
    id: row.event_id,
    madeAt: row.made_at,
    direction: scan.direction,
    state: row.undo ? "undoing" : "waiting",
    name: row.refused?.name ?? holder?.name ?? null,
    className: row.refused?.class_name ?? holder?.class_name ?? null,
    photoUrl: null,
    result: null,
    pickups: null,
    exitAt: null,
    token: scan.token,
  };
}

function mayUndo(entry: Entry): boolean {
  if (Date.now() - entry.madeAt > UNDO_MS) return false;
  if (entry.state === "sending" || entry.state === "waiting") return true;
  return entry.state === "answered" && isRecorded(entry.result?.outcome ?? "");
}

/** Seconds in which the scan may still be taken back. */
export function undoLeft(entry: Entry, now: number): number {
  return Math.min(60, Math.max(0, Math.ceil((entry.madeAt + UNDO_MS - now) / 1000)));
}
