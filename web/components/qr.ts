/** A QR code as the path of a drawing, with the quiet margin that readers need. */

import { encode } from "uqr";

const QUIET = 4;

export interface Drawn {
  /** The modules of a side, margin included: the drawing's viewBox. */
  readonly size: number;
  readonly path: string;
}

/** Error correction M, as our printed codes; what fits the alphanumeric set becomes smaller. */
export function drawn(text: string): Drawn {
  const { data, size } = encode(text, { ecc: "M", boostEcc: false, border: 0 });
  let path = "";
  for (const [y, row] of data.entries()) {
    for (let x = 0; x < row.length; x++) {
      const from = x;
      while (row[x]) x++;
      if (x > from) path += `M${from + QUIET} ${y + QUIET}h${x - from}v1h${from - x}z`;
    }
  }
  return { size: size + 2 * QUIET, path };
}
