/** What the phone of somebody who scans does on every screen: send what waits, be ready to scan. */

import { effect } from "@preact/signals";
import { hats } from "./hats";
import { SCANNERS } from "./routes";
import { phase } from "./session";

const scans = (role: string) => (SCANNERS as readonly string[]).includes(role);

/** Nobody else loads any of it. */
export function linkScanning(): void {
  let isLinked = false;
  effect(() => {
    if (isLinked || phase.value !== "in" || !hats.value.some((hat) => scans(hat.role))) return;
    isLinked = true;
    void link().catch(() => {
      // A chunk that cannot be had now; the scanner's own screen says so.
      isLinked = false;
    });
  });
}

async function link(): Promise<void> {
  const { keepSending } = await import("./scans");
  keepSending();
  // The scanner and its reader of codes, before the signal at the gate is needed for them.
  await import("./views/scan/scan");
  const { fetchDecoderAhead } = await import("./decoders");
  await fetchDecoderAhead();
}
