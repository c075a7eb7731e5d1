/** The family's day: one request for all children, again whenever something was told. */

import { useEffect } from "preact/hooks";
import { api, of, type Schemas } from "../../api";
import { schoolDay } from "../../format";
import { onItem, onReset } from "../../live";
import { now } from "../../now";
import { type Query, useQuery } from "../../query";
import { me } from "../../session";

export type FamilyDay = Schemas["FamilyDay"];

/** Who a pupil of the family is, known before the day is. */
export interface Kin {
  readonly student_id: string;
  readonly school_id: number;
  readonly name: string;
  readonly school_name: string;
  readonly class_name: string | null;
  readonly photo_url: string | null;
  /** The caller is the pupil. */
  readonly isSelf: boolean;
}

/** The account's children, and the account itself where it is a pupil's. */
export function kinOf(who: typeof me.value): Kin[] {
  if (!who) return [];
  const children = who.children.map((child) => ({ ...child, isSelf: false }));
  const selves = who.memberships.flatMap((link) =>
    link.role === "student" && link.person_id && link.school_id !== null
      ? [
          {
            student_id: link.person_id,
            school_id: link.school_id,
            name: link.name ?? "",
            school_name: link.school_name ?? "",
            class_name: null,
            photo_url: null,
            isSelf: true,
          },
        ]
      : [],
  );
  return [...children, ...selves];
}

export function kin(studentId: string): Kin | null {
  return kinOf(me.value).find((each) => each.student_id === studentId) ?? null;
}

const STALE_MS = 5_000;

export function useToday(): Query<FamilyDay> {
  const query = useQuery("today", () => of(api.GET("/v1/me/today")));
  const day = schoolDay(now.value);
  useEffect(() => {
    const again = () => void query.reload();
    const onSight = () => {
      const isOld = Date.now() - (query.at.peek() ?? 0) > STALE_MS;
      if (document.visibilityState === "visible" && isOld) again();
    };
    const stops = [onItem((item) => item.student_id && again()), onReset(again)];
    document.addEventListener("visibilitychange", onSight);
    return () => {
      for (const stop of stops) stop();
      document.removeEventListener("visibilitychange", onSight);
    };
  }, [query]);
  useEffect(() => {
    // The page was left open over midnight.
    const shown = query.data.peek();
    if (shown && shown.day !== day && !query.busy.peek()) void query.reload();
  }, [query, day]);
  return query;
}
