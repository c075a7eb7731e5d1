/** The leave that the school's staff ask for, as its principal reads it. */

import { useEffect } from "preact/hooks";
import { api, of } from "../../api";
import { onItem, onReset } from "../../live";
import { type Query, useQuery } from "../../query";
import type { LeaveRequest } from "../leave/requests";

const MOST = 200;

async function ask(school: number, state?: LeaveRequest["state"]): Promise<LeaveRequest[]> {
  const query = { school_id: school, kind: "staff" as const, limit: MOST, ...(state && { state }) };
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
export function useStaffLeave(school: number): Query<LeaveRequest[]> {
  const query = useQuery(`don-thay-co/${school}`, async () => {
    const [all, waiting] = await Promise.all([ask(school), ask(school, "pending")]);
    const known = new Set(all.map((each) => each.id));
    return [...all, ...waiting.filter((each) => !known.has(each.id))];
  });
  useNews(query);
  return query;
}

/** How many wait for the principal; 0 until that is known. */
export function useWaitingLeave(school: number): number {
  const query = useQuery(
    `don-thay-co-cho/${school}`,
    async () => (await ask(school, "pending")).filter(isForMe).length,
  );
  useNews(query);
  return query.data.value ?? 0;
}

/** One's own request waits for somebody else. */
export const isForMe = (request: LeaveRequest): boolean =>
  request.state === "pending" && request.may_decide;
