/** What this phone still owes the server, for the badge on every screen. */

import { signal } from "@preact/signals";

export interface Pending {
  /** Scans that are not answered yet. */
  waiting: number;
  /** ms since 1970: when the oldest of them was made. */
  oldest: number | null;
  /** Refused while nobody looked. */
  refused: number;
}

export const pending = signal<Pending>({ waiting: 0, oldest: null, refused: 0 });
