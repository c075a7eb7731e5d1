/** The family's day: one request for all children, again whenever something was told. */

import { effect, signal, untracked } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, of, type Schemas } from "../../api";
import { schoolDay } from "../../format";
import { onItem, onReset } from "../../live";
import { type Query, useQuery } from "../../query";
import { me } from "../../session";
import { today } from "./day";
import { type Kin, kinOf } from "./kin";

export type FamilyDay = Schemas["FamilyDay"];

export function kin(studentId: string): Kin | null {
  return kinOf(me.value).find((each) => each.student_id === studentId) ?? null;
}

/**
 * Whether what was loaded `at` says nothing of `day`, both by this phone's clock: a phone may live
 * in another year, and what it has just loaded is today's all the same.
 */
export function isOfAnotherDay(day: string, at: number | null): boolean {
  return at !== null && schoolDay(at) !== day;
}

const STALE_MS = 5_000;

export function useToday(): Query<FamilyDay> {
  const query = useQuery("today", () => of(api.GET("/v1/me/today")));
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
        if (isOfAnotherDay(today.value, query.at.peek()) && !query.busy.peek()) untracked(again);
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
  }, [query]);
  return query;
}
