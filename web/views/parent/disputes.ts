/** What the family has said is wrong about this pupil, and what the school answered. */

import { useEffect } from "preact/hooks";
import { api, of, type Schemas } from "../../api";
import { D } from "../../i18n/child";
import { onItem, onReset } from "../../live";
import { type Query, useQuery } from "../../query";
import type { Scan } from "./standing";

export type Dispute = Schemas["Dispute"];
export type DisputeKind = Dispute["kind"];

/** What is said to be wrong. `day` null: the family chooses it. */
export interface About {
  day: string | null;
  scan: Scan | null;
}

const WORDS: Record<DisputeKind, () => string> = {
  not_there: D.notThere,
  was_there: D.wasThere,
  wrong_time: D.wrongTime,
  wrong_direction: D.wrongDirection,
  other: D.otherWrong,
};

export function kindWords(kind: DisputeKind): string {
  return WORDS[kind]();
}

/** What can be wrong about a scan, and about a day as such. */
export function kindsFor(scan: Scan | null): readonly DisputeKind[] {
  return scan
    ? ["not_there", "wrong_time", "wrong_direction", "other"]
    : ["was_there", "not_there", "other"];
}

/** The school answers one at a time: what is open is answered before the next is asked. */
export function openOn(disputes: readonly Dispute[], day: string): boolean {
  return disputes.some((each) => each.day === day && each.state === "open");
}

const MOST = 100;

export function useDisputes(studentId: string): Query<Dispute[]> {
  const params = { path: { student_id: studentId }, query: { limit: MOST } };
  const query = useQuery(
    `disputes/${studentId}`,
    async () => (await of(api.GET("/v1/students/{student_id}/disputes", { params }))).items,
  );
  useEffect(() => {
    const again = () => void query.reload();
    const stops = [
      onItem((item) => item.kind === "dispute_answered" && again()),
      onReset((seq) => seq === null && again()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [query]);
  return query;
}
