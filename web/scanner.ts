/** Reading codes from a running camera: the frames, their pace, and what counts as one reading. */

import type { Decoder } from "./decoders";

/** A phone in the sun has to last the morning: ten looks a second find every card that is held up. */
const PACE_MS = 100;
const UNPAINTED_MS = 500;

/** Look at the video until `stop`; `onRead` gets each code of each frame, and when it was seen. */
export async function readFrames(
  video: HTMLVideoElement,
  decoder: Decoder,
  onRead: (text: string, at: number) => void,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    await nextFrame(video, stop);
    if (stop.aborted) return;
    if (video.readyState < 2 || video.videoWidth === 0) {
      await pause(PACE_MS, stop);
      continue;
    }
    const began = performance.now();
    const text = await decoder.read(video);
    if (stop.aborted) return;
    if (text) onRead(text, began);
    await pause(PACE_MS - (performance.now() - began), stop);
  }
}

/**
 * The camera's next picture. A page that paints nothing is not told of one: then it is looked at all
 * the same, only more rarely.
 */
function nextFrame(video: HTMLVideoElement, stop: AbortSignal): Promise<void> {
  if (!("requestVideoFrameCallback" in video)) return Promise.resolve();
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      video.cancelVideoFrameCallback(asked);
      stop.removeEventListener("abort", end);
      done();
    };
    const asked = video.requestVideoFrameCallback(end);
    const timer = setTimeout(end, UNPAINTED_MS);
    stop.addEventListener("abort", end, { once: true });
  });
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  if (ms <= 0 || stop.aborted) return Promise.resolve();
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      stop.removeEventListener("abort", end);
      done();
    };
    const timer = setTimeout(end, ms);
    stop.addEventListener("abort", end, { once: true });
  });
}

/** The same code does not count again for so long, unless another was read in between. */
export const AGAIN_MS = 4000;
/** Out of sight for so long, a code that is seen again was held up again. */
export const GONE_MS = 1000;
const REMEMBERED = 50;

interface Sight {
  countedAt: number;
  seenAt: number;
  /** It may count again though it never left the camera. */
  isReleased: boolean;
}

/**
 * Makes readings of what a camera sees ten times a second.
 *
 * A code that is held still is one reading, however long a child stands there: a second would only
 * be answered "already scanned". Two cards side by side are seen in turns and are two readings, not
 * twenty. Times are milliseconds of one monotonic clock.
 */
export class Readings {
  private readonly sights = new Map<string, Sight>();
  private last: string | null = null;

  /** Whether this sight of a code is a new reading. */
  counts(key: string, at: number): boolean {
    const known = this.sights.get(key);
    if (!known) return this.count(key, at);
    const isHeld = at - known.seenAt < GONE_MS && !known.isReleased;
    const isLongAgo = at - known.countedAt >= AGAIN_MS;
    // Back after another, or still there while that one has gone: not both at once in the picture.
    const isAlone = at - known.seenAt >= GONE_MS || this.goneSince(key, at) >= GONE_MS;
    const isAfterAnother = this.last !== key && isAlone;
    known.seenAt = at;
    return (isLongAgo && !isHeld) || isAfterAnother ? this.count(key, at) : false;
  }

  /** Let a code count again in `AGAIN_MS` though it is still held up: it was refused, and what was
   * wrong may have been mended. */
  release(key: string): void {
    const known = this.sights.get(key);
    if (known) known.isReleased = true;
  }

  /**
   * A code counts again as soon as it is held up again, without the wait; null: every code does. What
   * is before the camera at this moment does not: an undone scan would be made anew at once.
   */
  forget(key: string | null): void {
    for (const [each, sight] of this.sights)
      if (key === null || each === key) sight.countedAt = Number.NEGATIVE_INFINITY;
  }

  /** How long no other code was seen, ms. */
  private goneSince(key: string, at: number): number {
    let last = Number.NEGATIVE_INFINITY;
    for (const [other, { seenAt }] of this.sights) if (other !== key) last = Math.max(last, seenAt);
    return at - last;
  }

  private count(key: string, at: number): true {
    this.sights.delete(key);
    this.sights.set(key, { countedAt: at, seenAt: at, isReleased: false });
    this.last = key;
    if (this.sights.size > REMEMBERED) {
      const [oldest] = this.sights.keys();
      if (oldest !== undefined) this.sights.delete(oldest);
    }
    return true;
  }
}
