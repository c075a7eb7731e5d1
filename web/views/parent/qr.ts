/** A QR code as the path of an SVG. */

import { encode } from "uqr";

export interface Qr {
  /** Modules on a side, without the quiet zone. */
  readonly size: number;
  readonly version: number;
  readonly path: string;
}

/** `text` in version 3 or below, error correction M, as all our codes; throws if it does not fit. */
export function qrOf(text: string): Qr {
  const { data, size, version } = encode(text, { ecc: "M", border: 0, maxVersion: 3 });
  let path = "";
  data.forEach((row, y) => {
    for (let x = 0; x < size; x++) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x++;
      path += `M${from} ${y}h${x + 1 - from}v1H${from}z`;
    }
  });
  return { size, version, path };
}
