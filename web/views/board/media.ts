/** Whether a media query holds, as a signal. */

import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export function useMedia(query: string): ReadonlySignal<boolean> {
  const holds = useSignal(matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const ask = () => {
      holds.value = list.matches;
    };
    ask();
    list.addEventListener("change", ask);
    return () => list.removeEventListener("change", ask);
  }, [query, holds]);
  return holds;
}
