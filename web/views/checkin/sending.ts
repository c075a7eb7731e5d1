/**
 * The caller's own check-ins: made once, sent until they are answered, kept for the day.
 *
 * What waits survives a reload. It is the same check-in each time, so that a lost answer costs no
 * second one; the server has the code's own step to tell when it was read.
 */

import { computed, signal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { bestPlace } from "../../best_place";
import { Refusal, SignedOut, Unreached } from "../../failure";
import { schoolDay } from "../../format";
import { uuid7 } from "../../ids";
import { now } from "../../now";
import { accountId } from "../../session";
import { keepSeen, seen } from "../../store";

export type CheckIn = Schemas["CheckIn"];
export type Answer = Schemas["ScanResult"];

export interface Own {
  direction: CheckIn["direction"];
  outcome: Answer["outcome"];
  /** RFC 3339 */
  at: string;
}

interface Kept {
  own: readonly Own[];
  waiting: CheckIn | null;
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

const kept = signal<Kept>({ own: [], waiting: null });

/** Not answered yet; at most one, since the next is made after it. */
export const waiting = computed(() => kept.value.waiting);

/** Today's, the earliest first. */
export const ownToday = computed(() => {
  const day = schoolDay(now.value);
  return kept.value.own.filter((each) => schoolDay(each.at) === day);
});

function key(): string {
  return `${accountId.peek() ?? ""}/diem-danh-toi`;
}

export async function recall(): Promise<void> {
  const copy = await seen<Kept>(key());
  kept.value = copy?.data ?? { own: [], waiting: null };
}

async function keep(change: Partial<Kept>): Promise<void> {
  kept.value = { ...kept.peek(), ...change };
  await keepSeen(key(), kept.peek());
}

/** The code of a gate lives half a minute: no longer than this is a place waited for. */
const PLACE_MS = 8000;

/** Check in with the code that was just read. null: it waits for the network. Throws a `Refusal`. */
export async function checkIn(
  stationToken: string,
  direction: CheckIn["direction"],
): Promise<Answer | null> {
  const made: CheckIn = {
    event_id: uuid7(),
    station_token: stationToken,
    direction,
    scanned_at: new Date().toISOString(),
    location: await bestPlace(PLACE_MS),
  };
  await keep({ waiting: made });
  return await sendWaiting();
}

/** Send what waits. null: nothing does, or the network is still away. Throws a `Refusal`. */
export async function sendWaiting(): Promise<Answer | null> {
  const made = kept.peek().waiting;
  if (!made) return null;
  try {
    const answer = await of(api.POST("/v1/attendance/check-ins", { body: made }));
    await settle(made, answer);
    return answer;
  } catch (error) {
    if (error instanceof Unreached || error instanceof SignedOut) return null;
    if (!(error instanceof Refusal) || error.status >= 500 || error.status === 429) return null;
    // The server will never take it: it must not stand in the way of the next.
    if (kept.peek().waiting?.event_id === made.event_id) await keep({ waiting: null });
    throw error;
  }
}

async function settle(made: CheckIn, answer: Answer): Promise<void> {
  const { own, waiting: awaited } = kept.peek();
  // Asked twice, answered twice: the place may be the next check-in's by now, or another account's.
  if (awaited?.event_id !== made.event_id) return;
  const day = schoolDay();
  const at = answer.recorded_at ?? made.scanned_at;
  const mine: Own = { direction: made.direction, outcome: answer.outcome, at };
  const today = own.filter((each) => schoolDay(each.at) === day);
  await keep({ waiting: null, own: isRecorded(answer.outcome) ? [...today, mine] : today });
}

/** Out for who is in. */
export function nextDirection(): CheckIn["direction"] {
  return ownToday.value.at(-1)?.direction === "in" ? "out" : "in";
}
