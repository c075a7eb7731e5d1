/** A list that a part changes by itself, told to whoever holds it. */

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export function useListSignal<T>(
  list: readonly T[],
  onChange: (list: readonly T[]) => void,
): Signal<readonly T[]> {
  const own = useSignal(list);
  useEffect(
    () =>
      own.subscribe((now) => {
        if (now !== list) onChange(now);
      }),
    [own, list, onChange],
  );
  return own;
}
