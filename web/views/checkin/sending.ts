/**
 * The caller's own check-ins: made once, sent until they are answered, kept for the day.
 *
 * What waits survives a reload and the session, and goes under its own account's name alone. It is
 * the same check-in each time, so that a lost answer costs no second one; the server has the
 * code's own step to tell when it was read.
 */

import { computed, signal } from "@preact/signals";
import type { Schemas } from "../../api";
import { bestPlace } from "../../best_place";
import { Refusal, SignedOut, Unreached } from "../../failure";
import { schoolDay } from "../../format";
import { uuid7 } from "../../ids";
import { now } from "../../now";
import { postAs } from "../../scans";
import { accountId, refusalOf } from "../../session";
import { database, keepSeen, seen, type WaitingCheckIn } from "../../store";

export type CheckIn = Schemas["CheckIn"];
export type Answer = Schemas["ScanResult"];

export interface Own {
  direction: CheckIn["direction"];
  outcome: Answer["outcome"];
  /** RFC 3339 */
  at: string;
}

const RECORDED: ReadonlySet<Answer["outcome"]> = new Set<Answer["outcome"]>([
  "ok",
  "late",
  "pending_review",
  "geo_uncertain",
  "clock_suspect",
  "clone_suspect",
  "impossible_travel",
]);

export function isRecorded(outcome: Answer["outcome"]): boolean {
  return RECORDED.has(outcome);
}

/** What was answered today. */
const done = signal<readonly Own[]>([]);
/** What is not, the oldest first. */
const queue = signal<readonly WaitingCheckIn[]>([]);
/** What this browser would not keep: held as long as the page lives. */
const held = new Map<string, WaitingCheckIn>();

const next = computed(() => queue.value.find((row) => row.account_id === accountId.value) ?? null);

/** Not answered yet; the next is made after it. */
export const waiting = computed(() => (next.value?.check_in as CheckIn | undefined) ?? null);

/** Today's, the earliest first. */
export const ownToday = computed(() => {
  const day = schoolDay(now.value);
  return done.value.filter((each) => schoolDay(each.at) === day);
});

function key(): string {
  return `${accountId.peek() ?? ""}/diem-danh-toi`;
}

export async function recall(): Promise<void> {
  const copy = await seen<{ own: readonly Own[] }>(key());
  done.value = copy?.data.own ?? [];
  await look();
}

async function look(): Promise<void> {
  const account = accountId.peek() ?? "";
  const kept = await database()
    .then((db) => db.getAllFromIndex("check_ins", "by_account", account))
    .catch(() => []);
  queue.value = [...kept, ...held.values()];
}

async function put(row: WaitingCheckIn): Promise<void> {
  try {
    await (await database()).put("check_ins", row);
  } catch {
    held.set(row.event_id, row);
  }
  await look();
}

async function remove(row: WaitingCheckIn): Promise<void> {
  held.delete(row.event_id);
  try {
    await (await database()).delete("check_ins", row.event_id);
  } catch {
    // A row that stays is sent once more, and answered as before.
  }
  await look();
}

/** The code of a gate lives half a minute: no longer than this is a place waited for. */
const PLACE_MS = 8000;

/** Check in with the code that was just read. null: it waits for the network. Throws a `Failure`. */
export async function checkIn(
  stationToken: string,
  direction: CheckIn["direction"],
): Promise<Answer | null> {
  const account = accountId.peek();
  if (!account) throw new SignedOut();
  const made: CheckIn = {
    event_id: uuid7(),
    station_token: stationToken,
    direction,
    scanned_at: new Date().toISOString(),
    location: await bestPlace(PLACE_MS),
  };
  await put({ event_id: made.event_id, account_id: account, check_in: made });
  return await sendWaiting();
}

/** A connection that died without a word must not hold it up for minutes. */
const PATIENCE_MS = 30_000;

/** Send what waits. null: nothing does, or the network is still away. Throws a `Refusal`. */
export async function sendWaiting(): Promise<Answer | null> {
  const row = next.peek();
  if (!row) return null;
  try {
    const answer = await send(row);
    await settle(row, answer);
    return answer;
  } catch (error) {
    if (error instanceof Unreached || error instanceof SignedOut) return null;
    if (!(error instanceof Refusal) || error.status >= 500) return null;
    if (error.status === 401 || error.status === 429) return null;
    // The server will never take it: it must not stand in the way of the next.
    await remove(row);
    throw error;
  }
}

/** Throws a `Failure`. */
async function send(row: WaitingCheckIn): Promise<Answer> {
  const path = "/v1/attendance/check-ins";
  const response = await postAs(row.account_id, path, row.check_in, PATIENCE_MS);
  // The login page of a café's network says nothing about it.
  if (!/json/.test(response.headers.get("Content-Type") ?? "")) throw new Unreached();
  if (!response.ok) throw await refusalOf(response);
  return (await response.json()) as Answer;
}

async function settle(row: WaitingCheckIn, answer: Answer): Promise<void> {
  // Asked twice, answered twice.
  const isFirst = queue.peek().some((each) => each.event_id === row.event_id);
  await remove(row);
  // Somebody else's day by now.
  if (!isFirst || accountId.peek() !== row.account_id) return;
  const day = schoolDay();
  const made = row.check_in as CheckIn;
  const at = answer.recorded_at ?? made.scanned_at;
  const mine: Own = { direction: made.direction, outcome: answer.outcome, at };
  const today = done.peek().filter((each) => schoolDay(each.at) === day);
  done.value = isRecorded(answer.outcome) ? [...today, mine] : today;
  await keepSeen(key(), { own: done.peek() });
}

/** Out for who is in. */
export function nextDirection(): CheckIn["direction"] {
  return ownToday.value.at(-1)?.direction === "in" ? "out" : "in";
}
