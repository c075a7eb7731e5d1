/** What was typed, once nothing was for a moment. */

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

const PAUSE_MS = 300;

export function useLater(typed: Signal<string>): Signal<string> {
  const later = useSignal(typed.peek());
  const now = typed.value;
  useEffect(() => {
    const timer = setTimeout(() => {
      later.value = now;
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [now, later]);
  return later;
}
