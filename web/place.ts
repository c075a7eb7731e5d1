/** Where the phone stands: the newest fix, kept fresh while somebody needs it. */

import { signal } from "@preact/signals";
import type { Schemas } from "./api";

export type Location = Schemas["Location"];

export interface Fix {
  lat: number;
  lng: number;
  /** The radius of 95%, as browsers report it. */
  accuracyM: number;
  /** ms since 1970 by the phone's own clock. */
  fixedAt: number;
}

export type PlaceTrouble = "denied" | "unavailable";

/** What the server takes is a fix of 30 s and of 100 m, the radius of 68%: app/attendance/geo.py. */
const MAX_AGE_MS = 30_000;
const MAX_ACCURACY_M = (100 * 2.448) / 1.515;
const ABSURD_M = 10_000;
/** Warn before it refuses. */
const STALE_MS = 20_000;
/** A phone that lies still is told nothing new on some systems: then it is asked. */
const ASK_AFTER_MS = 8000;

export const fix = signal<Fix | null>(null);
export const placeTrouble = signal<PlaceTrouble | null>(null);

/**
 * Puts fixes on the phone's clock.
 *
 * A satellite's fix carries the satellite's time. On a phone whose clock is wrong every fix would
 * look old, or still to come, and every scan be refused for it. The freshest of several fixes was
 * made when it came, so what it lags is the difference of the clocks.
 */
export class FixClock {
  private readonly lags = new Map<number, number>();

  /** When a fix was made, by the phone's clock; it came at `receivedAt`. */
  fixedAt(timestamp: number, receivedAt: number): number {
    if (!this.lags.has(timestamp)) this.lags.set(timestamp, receivedAt - timestamp);
    if (this.lags.size > 20) this.lags.delete([...this.lags.keys()][0] as number);
    const least = Math.min(...this.lags.values());
    // The first fix of some phones is one of an hour ago: one alone proves nothing about clocks.
    const isOff = this.lags.size >= 3 && Math.abs(least) > 5000;
    return isOff ? timestamp + least : timestamp;
  }
}

const clock = new FixClock();
const OPTIONS: PositionOptions = { enableHighAccuracy: true, maximumAge: 0, timeout: 20_000 };

let watchers = 0;
let watchId = 0;
let asking: ReturnType<typeof setInterval> | undefined;

function take(position: GeolocationPosition): void {
  const { latitude, longitude, accuracy } = position.coords;
  const fixedAt = clock.fixedAt(position.timestamp, Date.now());
  placeTrouble.value = null;
  if (fix.peek() && (fix.peek()?.fixedAt ?? 0) > fixedAt) return;
  fix.value = { lat: latitude, lng: longitude, accuracyM: accuracy, fixedAt };
}

function fail(error: GeolocationPositionError): void {
  placeTrouble.value = error.code === error.PERMISSION_DENIED ? "denied" : "unavailable";
}

function ask(): void {
  const age = Date.now() - (fix.peek()?.fixedAt ?? 0);
  if (age > ASK_AFTER_MS && document.visibilityState === "visible")
    navigator.geolocation.getCurrentPosition(take, fail, OPTIONS);
}

/** Keep the fix fresh until the returned function is called. The phone asks for permission. */
export function watchPlace(): () => void {
  if (!("geolocation" in navigator)) {
    placeTrouble.value = "unavailable";
    return () => {};
  }
  if (watchers++ === 0) {
    watchId = navigator.geolocation.watchPosition(take, fail, OPTIONS);
    asking = setInterval(ask, ASK_AFTER_MS / 2);
  }
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    if (--watchers > 0) return;
    navigator.geolocation.clearWatch(watchId);
    clearInterval(asking);
  };
}

/** Ask for permission again, after it was refused and given in the settings. */
export function askPlaceAgain(): void {
  placeTrouble.value = null;
  navigator.geolocation.getCurrentPosition(take, fail, OPTIONS);
}

/** The newest fix as a scan carries it; null: there is none. */
export function locationOf(known: Fix | null): Location | null {
  // What is off by kilometres is no place; the server would take such a scan for broken.
  if (!known || !(known.accuracyM > 0) || known.accuracyM > ABSURD_M) return null;
  return {
    lat: known.lat,
    lng: known.lng,
    accuracy_m: known.accuracyM,
    fixed_at: new Date(known.fixedAt).toISOString(),
    provider: "web",
    is_mock: false,
  };
}

/** How good a fix is for a scan at `now`; `old` and `rough` are about to be refused. */
export function qualityOf(known: Fix | null, now: number): "good" | "old" | "rough" | "none" {
  if (!locationOf(known) || !known) return "none";
  if (Math.abs(now - known.fixedAt) > STALE_MS) return "old";
  return known.accuracyM > MAX_ACCURACY_M ? "rough" : "good";
}

/** Whether the server is sure to refuse a scan now for its fix. */
export function isRefused(known: Fix | null, now: number): boolean {
  if (!known || !locationOf(known)) return false;
  return Math.abs(now - known.fixedAt) > MAX_AGE_MS || known.accuracyM > MAX_ACCURACY_M;
}
