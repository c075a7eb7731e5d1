/** A screen that nobody touches for months takes each new version by itself. */

import { useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { newVersion, takeNewVersion } from "../../offers";

const EVERY_MS = 60 * 60_000;

export function useNewest(): void {
  useEffect(() => {
    const look = async () => {
      const registration = await navigator.serviceWorker?.getRegistration();
      await registration?.update();
    };
    // Without a network there is none to be had.
    const timer = setInterval(() => void look().catch(() => undefined), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  // Loading anew takes a second, and the keys are kept.
  useSignalEffect(() => {
    if (newVersion.value) takeNewVersion();
  });
}
