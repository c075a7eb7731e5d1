/** The family's day: one request for all children, again whenever something was told. */

import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { api, of, type Schemas } from "../../api";
import { clockAhead } from "../../clock_ahead";
import { schoolDay } from "../../format";
import { onItem, onReset } from "../../live";
import { now } from "../../now";
import { type Query, useQuery } from "../../query";

export type FamilyDay = Schemas["FamilyDay"] & {
  /** How far the server's clock was ahead of this phone's, ms. */
  ahead_ms: number;
};

export interface Today extends Query<FamilyDay> {
  /** What is known is of another day, and says nothing of this one. */
  readonly isOld: ReadonlySignal<boolean>;
}

/**
 * Whether it is another day at the school by now, `at` by this phone's clock. The phone may live in
 * another year, or a second ahead of the school's midnight: what counts is the server's clock.
 */
export function isOfAnotherDay(found: FamilyDay | null, at: number): boolean {
  return found !== null && schoolDay(at + (found.ahead_ms || 0)) !== found.day;
}

const STALE_MS = 5_000;
/** The clocks agree to a second or two: at midnight the server may still tell of yesterday. */
const AGAIN_MS = 5_000;

async function load(): Promise<FamilyDay> {
  const sent = Date.now();
  const asked = api.GET("/v1/me/today");
  const found = await of(asked);
  const date = (await asked).response.headers.get("Date");
  return { ...found, ahead_ms: clockAhead(date, sent, Date.now()) };
}

export function useToday(): Today {
  const query = useQuery("today", load);
  const isOld = useMemo(() => computed(() => isOfAnotherDay(query.data.value, now.value)), [query]);
  useEffect(() => {
    const again = () => void query.reload();
    const greeted = signal(0);
    const onSight = () => {
      const isOld = Date.now() - (query.at.peek() ?? 0) > STALE_MS;
      if (document.visibilityState === "visible" && isOld) again();
    };
    const stops = [
      onItem((item) => item.student_id && again()),
      onReset((seq) => {
        if (seq === null) again();
        else greeted.value = seq;
      }),
      // The page was left open over midnight.
      effect(() => {
        if (!isOld.value || query.busy.value || query.failure.value !== null) return undefined;
        const timer = setTimeout(again, AGAIN_MS);
        return () => clearTimeout(timer);
      }),
      // What was told between the load and the first stream is not in either.
      effect(() => {
        const isSettled = !query.busy.value && query.failure.value === null;
        if (!isSettled || greeted.value <= (query.data.value?.seq ?? 0)) return;
        greeted.value = 0;
        untracked(again);
      }),
    ];
    document.addEventListener("visibilitychange", onSight);
    return () => {
      for (const stop of stops) stop();
      document.removeEventListener("visibilitychange", onSight);
    };
  }, [query, isOld]);
  return useMemo(() => ({ ...query, isOld }), [query, isOld]);
}
