/** Loads again every so often while the screen is seen, and at once when it is seen again. */

import { useEffect } from "preact/hooks";
import type { Query } from "../../query";

export function usePolling(query: Query<unknown>, everyMs: number): void {
  useEffect(() => {
    const isSeen = () => document.visibilityState === "visible";
    const again = () => {
      if (isSeen()) void query.reload();
    };
    const timer = setInterval(again, everyMs);
    document.addEventListener("visibilitychange", again);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", again);
    };
  }, [query, everyMs]);
}
