/** The two ways to find a QR code in a running video: the phone's own, and ours. */

import type { Picture, Reading } from "./decoder.worker";
import workerAddress from "./decoder.worker.ts?address";

export interface Decoder {
  /** The code in the middle of the picture that the video shows now; null: there is none. */
  read(video: HTMLVideoElement): Promise<string | null>;
  close(): void;
}

/** Our reader could not be loaded: no network, and not kept on the phone yet. */
export class NoReader extends Error {}

interface NativeDetector {
  detect(source: ImageBitmapSource): Promise<readonly { rawValue: string }[]>;
}
interface NativeDetectors {
  new (options: { formats: string[] }): NativeDetector;
  getSupportedFormats(): Promise<string[]>;
}

/** The middle of a frame: what is aimed at, and a third fewer pixels to search. */
function middleOf(video: HTMLVideoElement): { x: number; y: number; side: number } {
  const { videoWidth: width, videoHeight: height } = video;
  const side = Math.min(width, height);
  return { x: (width - side) >> 1, y: (height - side) >> 1, side };
}

function nativeDetectors(): NativeDetectors | null {
  return (globalThis as { BarcodeDetector?: NativeDetectors }).BarcodeDetector ?? null;
}

async function nativeDetector(): Promise<NativeDetector | null> {
  const Detectors = nativeDetectors();
  if (!Detectors) return null;
  try {
    const formats = await Detectors.getSupportedFormats();
    return formats.includes("qr_code") ? new Detectors({ formats: ["qr_code"] }) : null;
  } catch {
    return null;
  }
}

/** By the phone; it works beside the page's thread by itself. */
class NativeDecoder implements Decoder {
  constructor(private readonly detector: NativeDetector) {}

  async read(video: HTMLVideoElement): Promise<string | null> {
    const { x, y, side } = middleOf(video);
    const picture = await createImageBitmap(video, x, y, side, side);
    try {
      const [found] = await this.detector.detect(picture);
      return found?.rawValue || null;
    } finally {
      picture.close();
    }
  }

  close(): void {}
}

/** Enough for a card at arm's length, and a quarter of a big camera's pixels. */
const SIDE = 600;
/** No picture is worth more, however slow the phone: the next one may be sharp. */
const LONGEST_MS = 3000;

class OwnDecoder implements Decoder {
  private readonly worker = takeSpare() ?? new Worker(workerAddress);
  private readonly canvas = document.createElement("canvas");
  private readonly context = this.canvas.getContext("2d", { willReadFrequently: true });
  private waiting: { done: (text: string | null) => void; fail: (error: Error) => void } | null =
    null;
  private turn = 0;

  constructor() {
    this.worker.onmessage = (event: MessageEvent<Reading>) => {
      if (event.data.id !== this.turn) return;
      if (event.data.failed) this.waiting?.fail(new NoReader());
      else this.waiting?.done(event.data.text);
    };
    this.worker.onerror = () => this.waiting?.fail(new NoReader());
  }

  async read(video: HTMLVideoElement): Promise<string | null> {
    const { x, y, side } = middleOf(video);
    const size = Math.min(side, SIDE);
    if (!this.context || !size) return null;
    // Setting a size clears the canvas: only when it changes.
    if (this.canvas.width !== size) this.canvas.width = this.canvas.height = size;
    this.context.drawImage(video, x, y, side, side, 0, 0, size, size);
    const { buffer } = this.context.getImageData(0, 0, size, size).data;
    const pixels = buffer as ArrayBuffer;
    const picture: Picture = { id: ++this.turn, pixels, width: size, height: size };
    return await new Promise((done, fail) => {
      this.waiting = { done, fail };
      this.worker.postMessage(picture, [pixels]);
      // The first one waits for the reader to arrive.
      if (this.turn > 1) setTimeout(() => picture.id === this.turn && done(null), LONGEST_MS);
    });
  }

  close(): void {
    this.worker.terminate();
    this.waiting?.done(null);
  }
}

/** The phone's own until it fails: on some phones it is offered but its service is not there. */
class EitherDecoder implements Decoder {
  private own: Decoder | null = null;

  constructor(private readonly native: Decoder) {}

  async read(video: HTMLVideoElement): Promise<string | null> {
    if (this.own) return await this.own.read(video);
    try {
      return await this.native.read(video);
    } catch {
      this.own = new OwnDecoder();
      return null;
    }
  }

  close(): void {
    this.own?.close();
  }
}

/** The best that this phone has. */
export async function decoder(): Promise<Decoder> {
  const detector = await nativeDetector();
  return detector ? new EitherDecoder(new NativeDecoder(detector)) : new OwnDecoder();
}

/** A worker with its reader inside, for whoever opens a camera soon; then its memory goes back. */
let spare: Worker | null = null;
const SPARE_MS = 120_000;

function takeSpare(): Worker | null {
  const taken = spare;
  spare = null;
  return taken;
}

/** Loads what a later scan needs: the reader is 400 KB, and a phone takes its time to compile it. */
export async function fetchDecoderAhead(): Promise<void> {
  if (spare || (await nativeDetector()) || spare) return;
  const worker = new Worker(workerAddress);
  spare = worker;
  const drop = () => {
    if (spare !== worker) return false;
    spare = null;
    worker.terminate();
    return true;
  };
  // It says nothing of itself but that its reader could not be had: then when the network is back.
  worker.onerror = worker.onmessage = () => {
    if (drop()) window.addEventListener("online", () => void fetchDecoderAhead(), { once: true });
  };
  setTimeout(drop, SPARE_MS);
}
