/** The leave that a school's principal decides, of staff, or its department, of anybody. */

import { useEffect } from "preact/hooks";
import { api, of } from "../../api";
import { onItem, onReset } from "../../live";
import { type Query, useQuery } from "../../query";
import type { LeaveRequest } from "./requests";

const MOST = 200;
type Kind = LeaveRequest["person_kind"];

async function ask(
  school: number,
  kind: Kind | "all",
  state?: LeaveRequest["state"],
): Promise<LeaveRequest[]> {
  const query = { school_id: school, kind, limit: MOST, ...(state && { state }) };
  return (await of(api.GET("/v1/leave-requests", { params: { query } }))).items;
}

function useNews(query: Query<unknown>): void {
  useEffect(() => {
    const again = () => void query.reload();
    const stops = [
      onItem((item) => (item.kind === "leave_asked" || item.kind === "leave_decided") && again()),
      onReset((seq) => seq === null && again()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [query]);
}

/** The newest of all, and whatever waits however old it is. */
export function useLeaveOf(school: number, kind: Kind | "all" = "all"): Query<LeaveRequest[]> {
  const query = useQuery(`don-truong/${school}/${kind}`, async () => {
    const [all, waiting] = await Promise.all([ask(school, kind), ask(school, kind, "pending")]);
    const known = new Set(all.map((each) => each.id));
    return [...all, ...waiting.filter((each) => !known.has(each.id))];
  });
  useNews(query);
  return query;
}

/** How many of the staff's wait for the principal; 0 until that is known. */
export function useWaitingLeave(school: number): number {
  const query = useQuery(
    `don-thay-co-cho/${school}`,
    async () => (await ask(school, "staff", "pending")).filter(isForMe).length,
  );
  useNews(query);
  return query.data.value ?? 0;
}

/** One's own request waits for somebody else. */
export const isForMe = (request: LeaveRequest): boolean =>
  request.state === "pending" && request.may_decide;
