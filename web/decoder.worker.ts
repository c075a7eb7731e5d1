/** Finds QR codes in pictures beside the page's own thread, which has to stay quick for fingers. */

import { prepareZXingModule, type ReaderOptions, readBarcodes } from "zxing-wasm/reader";
import wasm from "zxing-wasm/reader/zxing_reader.wasm";

export interface Picture {
  readonly id: number;
  /** RGBA. */
  readonly pixels: ArrayBuffer;
  readonly width: number;
  readonly height: number;
}

/** `failed`: the reader itself could not be had, as without a network. */
export interface Reading {
  readonly id: number;
  readonly text: string | null;
  readonly failed?: boolean;
}

// A code may be askew and in bad light, but it is dark on light: looking for the inverse of each
// picture without a code would double what the common frame costs.
const OPTIONS: ReaderOptions = {
  formats: ["QRCode"],
  tryHarder: true,
  tryRotate: false,
  tryInvert: false,
  tryDownscale: true,
  maxNumberOfSymbols: 1,
};

// What cannot be had for want of a network is said below, and not on the console as well.
const ready = prepareZXingModule({
  overrides: { locateFile: () => wasm, printErr: () => undefined },
  fireImmediately: true,
});

/** Not the answer to a picture: they count from one. */
const NO_PICTURE = 0;

ready.catch(() => {
  const said: Reading = { id: NO_PICTURE, text: null, failed: true };
  self.postMessage(said);
});

async function read({ id, pixels, width, height }: Picture): Promise<Reading> {
  try {
    await ready;
  } catch {
    return { id, text: null, failed: true };
  }
  try {
    const picture = new ImageData(new Uint8ClampedArray(pixels), width, height);
    const [found] = await readBarcodes(picture, OPTIONS);
    return { id, text: found?.text ?? null };
  } catch {
    // A picture that cannot be read is one without a code; the next one comes in a moment.
    return { id, text: null };
  }
}

self.onmessage = (event: MessageEvent<Picture>) => {
  void read(event.data).then((reading) => self.postMessage(reading));
};
