/** Keeps the panel lit for as long as the page is seen. */

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** False: this browser cannot, or would not; its own settings must. */
export function useAwake(): Signal<boolean> {
  const stays = useSignal(true);
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    let isWanted = true;
    const take = async () => {
      // The system takes it away whenever the page is hidden.
      if (document.visibilityState !== "visible" || (lock && !lock.released)) return;
      try {
        lock = await navigator.wakeLock.request("screen");
        stays.value = true;
        if (!isWanted) await lock.release();
      } catch {
        // Not there (Firefox before 126), or a battery that runs low.
        stays.value = document.visibilityState !== "visible";
      }
    };
    const again = () => void take();
    void take();
    document.addEventListener("visibilitychange", again);
    const timer = setInterval(again, 60_000);
    return () => {
      isWanted = false;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", again);
      void lock?.release();
    };
  }, [stays]);
  return stays;
}
