/**
 * The phone's clocks, as app/attendance/clockwork.py wants to hear them.
 *
 * The server places a scan by the difference of two monotonic readings if both are of one boot, and
 * believes that difference over any wall clock. So a boot here is a stretch in which
 * `performance.now()` has counted without a gap:
 *
 * - A page load is a boot of its own: the counter begins anew at `performance.timeOrigin`, and only
 *   wall clocks join two loads. With one id for all loads, a scan kept over a reload would seem made
 *   at any moment at all. With its own it is placed by its wall clock and the offset that the server
 *   last heard under that boot.
 * - A phone that slept begins another one. Android stops the counter in sleep, so the difference
 *   would be short by the nap: a scan of 6:50 sent at 7:30 would become one of 7:10, and late. A nap
 *   shows as a wall clock ahead of the counter after the page was hidden. The same lead while the
 *   page was seen is a clock that was set, and then the counter is the better witness.
 */

/** Less than a clock's adjustment can matter to a minute of lateness, more than timers are off. */
const GAP_MS = 2000;

export interface Reading {
  boot_id: string;
  /** Since the boot, whole and never falling. */
  mono_ms: number;
  /** The wall clock, RFC 3339 in UTC. */
  at: string;
  /** The wall clock, ms since 1970. */
  wall_ms: number;
}

export interface Clocks {
  wall(): number;
  mono(): number;
  newId(): string;
}

/** Reads both clocks and knows when a boot has ended. */
export class Clockwork {
  private bootId: string;
  private lead: number;
  private wasHidden = false;

  constructor(private readonly clocks: Clocks) {
    this.bootId = clocks.newId();
    this.lead = clocks.wall() - clocks.mono();
  }

  /** The page is not seen from now on; the phone may sleep. */
  hidden(): void {
    this.read();
    this.wasHidden = true;
  }

  read(): Reading {
    const wall = this.clocks.wall();
    const mono = this.clocks.mono();
    const lead = wall - mono;
    if (this.wasHidden && lead - this.lead > GAP_MS) this.bootId = this.clocks.newId();
    this.lead = lead;
    if (!isHidden()) this.wasHidden = false;
    return {
      boot_id: this.bootId,
      mono_ms: Math.floor(mono),
      at: new Date(wall).toISOString(),
      wall_ms: wall,
    };
  }
}

function isHidden(): boolean {
  return typeof document !== "undefined" && document.visibilityState === "hidden";
}

let own: Clockwork | null = null;

/** Both clocks now. */
export function readClocks(): Reading {
  if (!own) {
    const made = new Clockwork({
      wall: () => Date.now(),
      mono: () => performance.now(),
      newId: () => crypto.randomUUID(),
    });
    document.addEventListener("visibilitychange", () => isHidden() && made.hidden());
    own = made;
  }
  return own.read();
}

const COUNTER = "ct.device-seq";

/** Counts this browser's scans, over reloads and accounts. */
export function nextSequence(): number {
  const last = Number(localStorage.getItem(COUNTER));
  const next = Number.isSafeInteger(last) && last >= 0 ? last + 1 : 1;
  localStorage.setItem(COUNTER, String(next));
  return next;
}
