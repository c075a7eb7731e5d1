/** The time, for what changes by itself on a screen; and whether there is a network. */

import { signal } from "@preact/signals";

/** Every second while the page is seen, ms since 1970 by this phone's clock. */
export const now = signal(Date.now());

let timer: ReturnType<typeof setTimeout> | undefined;

function tick(): void {
  now.value = Date.now();
  clearTimeout(timer);
  if (document.visibilityState === "visible") timer = setTimeout(tick, 1000 - (now.value % 1000));
}

document.addEventListener("visibilitychange", tick);
tick();

/** What the phone believes; a request that fails knows better. */
export const online = signal(navigator.onLine);
for (const name of ["online", "offline"] as const) {
  window.addEventListener(name, () => {
    online.value = navigator.onLine;
  });
}
