/** Where this phone is: the best fix within some seconds. */

import type { Point } from "./fence_geo";

export interface Fix {
  point: Point;
  /** Metres, of 95% (W3C Geolocation). */
  accuracy: number;
}

/** A better one is not worth the wait. */
export const GOOD_M = 15;
/** A worse one is hardly a place. */
export const ROUGH_M = 60;
const WAIT_MS = 10_000;

/**
 * Tells each fix that is better than the one before, the first at once.
 *
 * Rejects with a `GeolocationPositionError` when there was none, or with null where the browser
 * has no such thing.
 */
export function locate(onFix: (fix: Fix) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!("geolocation" in navigator)) return reject(null);
    let best = Number.POSITIVE_INFINITY;
    const end = (work: () => void) => {
      navigator.geolocation.clearWatch(watch);
      clearTimeout(timer);
      work();
    };
    const watch = navigator.geolocation.watchPosition(
      ({ coords }) => {
        if (coords.accuracy < best) {
          best = coords.accuracy;
          onFix({ point: { lat: coords.latitude, lng: coords.longitude }, accuracy: best });
        }
        if (best <= GOOD_M) end(resolve);
      },
      (error) => end(() => (best < Number.POSITIVE_INFINITY ? resolve() : reject(error))),
      { enableHighAccuracy: true, maximumAge: 0, timeout: WAIT_MS },
    );
    const timer = setTimeout(() => {
      if (best < Number.POSITIVE_INFINITY) end(resolve);
    }, WAIT_MS);
  });
}
