/** What a paired screen knows: its keys, how wrong its clock is, how many have arrived. */

import { computed, signal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { isFailure, SignedOut } from "../../failure";
import { schoolDay } from "../../format";
import { database } from "../../store";
import { type DayKey, stepAt } from "./codes";

const DAY_MS = 24 * 3600 * 1000;
const COUNT_EVERY_MS = 20_000;
/** Keys are asked for again, in case the school's master key has changed. */
const KEYS_EVERY_MS = 30 * 60_000;
/** Beyond this a code would be refused if it followed the device's clock. */
export const WRONG_MS = 30_000;
/** A step of the device's clock that no timer explains. */
const MOVED_MS = 5_000;

export const keys = signal<readonly DayKey[]>([]);
/** Server minus device, ms; null: never heard of the server. */
export const offset = signal<number | null>(null);
/** The device's clock was set since the server was heard: the offset may be wrong. */
export const hasMoved = signal(false);
export const arrivals = signal<Schemas["Arrivals"] | null>(null);
/** Whether the keys were asked for once: until then it is not said that there are none. */
export const hasAsked = signal(false);
/** Since when nothing was heard, device's clock; null: the last request was answered. */
export const awaySince = signal<number | null>(null);
/** The whole second by the server's clock, ms; changes with it. */
export const second = signal(Date.now());

/** The server's time as well as it is known here. */
export const serverNow = () => Date.now() + (offset.value ?? 0);

export const keyOfDay = computed(() => {
  const today = schoolDay(second.value);
  return keys.value.find((key) => key.day === today) ?? null;
});

export const step = computed(() => stepAt(second.value, keyOfDay.value?.step_s ?? 10));

/** Everything a reload without a network needs. */
interface Kept {
  station: string;
  keys: readonly DayKey[];
  offset: number | null;
  arrivals: Schemas["Arrivals"] | null;
}

const KEPT = "station";

async function recall(station: string): Promise<void> {
  const found = (await (await database()).get("screen", KEPT)) as Kept | undefined;
  if (found?.station !== station) return;
  keepOffset(found.offset);
  keys.value = found.keys;
  arrivals.value = found.arrivals;
}

async function remember(station: string): Promise<void> {
  const kept: Kept = {
    station,
    keys: keys.value,
    offset: offset.value,
    arrivals: arrivals.value,
  };
  await (await database()).put("screen", kept, KEPT);
}

function forget(): void {
  keys.value = [];
  offset.value = null;
  arrivals.value = null;
  awaySince.value = null;
  hasMoved.value = false;
  hasAsked.value = false;
}

/** Before any code is shown by it: a wrong clock's step must not be seen for even a second. */
function keepOffset(ms: number | null): void {
  offset.value = ms;
  second.value = Math.floor(serverNow() / 1000) * 1000;
}

async function readCount(station: string): Promise<void> {
  const params = { path: { station_id: station } };
  const asked = Date.now();
  const found = await of(api.GET("/v1/stations/{station_id}/arrivals", { params }));
  const answered = Date.now();
  // The answer was made about half-way. A round trip of seconds says too little about the clock.
  if (answered - asked < 10_000 || offset.value === null) {
    keepOffset(Date.parse(found.as_of) - (asked + answered) / 2);
    hasMoved.value = false;
  }
  arrivals.value = found;
}

async function readKeys(station: string): Promise<void> {
  const path = { station_id: station };
  const days = [serverNow(), serverNow() + DAY_MS].map((at) => schoolDay(at));
  keys.value = await Promise.all(
    days.map((day) =>
      of(api.GET("/v1/stations/{station_id}/day-key", { params: { path, query: { day } } })),
    ),
  );
}

function needsKeys(readAt: number): boolean {
  const days = [serverNow(), serverNow() + DAY_MS].map((at) => schoolDay(at));
  const hasAll = days.every((day) => keys.value.some((key) => key.day === day));
  return !hasAll || Date.now() - readAt > KEYS_EVERY_MS;
}

/** Keep the screen up to date until `stop` fires. */
export async function work(station: string, stop: AbortSignal): Promise<void> {
  forget();
  await recall(station).catch(() => undefined);
  let keysAt = 0;
  while (!stop.aborted) {
    try {
      await readCount(station);
      if (needsKeys(keysAt)) {
        await readKeys(station);
        keysAt = Date.now();
      }
      awaySince.value = null;
      await remember(station).catch(() => undefined);
    } catch (error) {
      if (error instanceof SignedOut || stop.aborted) return;
      if (!isFailure(error)) throw error;
      awaySince.value ??= Date.now();
    }
    hasAsked.value = true;
    await pause(COUNT_EVERY_MS, stop);
  }
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      document.removeEventListener("visibilitychange", onSeen);
      stop.removeEventListener("abort", done);
      resolve();
    };
    const onSeen = () => document.visibilityState === "visible" && done();
    const timer = setTimeout(done, ms);
    window.addEventListener("online", done);
    document.addEventListener("visibilitychange", onSeen);
    stop.addEventListener("abort", done);
  });
}

/** Tick at each whole second of the server, and notice a clock that was set. */
export function tick(stop: AbortSignal): void {
  let before = Date.now() - performance.now();
  const beat = () => {
    if (stop.aborted) return;
    const drift = Date.now() - performance.now();
    if (Math.abs(drift - before) > MOVED_MS) hasMoved.value = true;
    before = drift;
    const at = serverNow();
    second.value = Math.floor(at / 1000) * 1000;
    setTimeout(beat, 1000 - (at % 1000) + 5);
  };
  beat();
}
