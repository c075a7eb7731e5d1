/** Scans that wait for a word: what is asked of the server, and what is said of each. */

import { all, api, of, type Schemas } from "../../api";
import { clock, count, dayFromToday, moment } from "../../format";
import { R, REASONS } from "../../i18n/reviews";

export type Review = Schemas["Review"];
export type Reason = Review["reason"];
export type Group = Schemas["ObviousGroup"];
export type Summary = Schemas["ReviewSummary"];
export type Verdict = "confirm" | "reject";

/** "all": of every reason, phone, person. */
export interface Filter {
  readonly reason: Reason | "all";
  readonly device: string;
  readonly person: string;
}

export const UNFILTERED: Filter = { reason: "all", device: "all", person: "all" };

export const keyOf = ({ reason, device, person }: Filter): string =>
  [reason, device, person].join("/");

/** What is chosen and waits no more is chosen no more. */
export function stillThere(filter: Filter, summary: Summary): Filter {
  const { reason, device, person } = filter;
  const has = {
    reason: summary.reasons.some((each) => each.reason === reason),
    device: summary.scanners.some((each) => each.device_id === device),
    person: summary.people.some((each) => each.person_id === person),
  };
  return {
    reason: has.reason ? reason : "all",
    device: has.device ? device : "all",
    person: has.person ? person : "all",
  };
}

/** More than anybody decides in one sitting; the rest comes when these are done. */
const MOST = 400;
const AT_ONCE = 200;

export function summaryOf(school: number): Promise<Summary> {
  const params = { path: { school_id: school } };
  return of(api.GET("/v1/schools/{school_id}/reviews/summary", { params }));
}

export function reviewsOf(school: number, filter: Filter): Promise<Review[]> {
  const { reason, device, person } = filter;
  const wanted = {
    reason,
    ...(device !== "all" && { device_id: device }),
    ...(person !== "all" && { person_id: person }),
  };
  return all(
    (cursor) =>
      api.GET("/v1/schools/{school_id}/reviews", {
        params: { path: { school_id: school }, query: { ...wanted, cursor, limit: 200 } },
      }),
    MOST,
  );
}

/** The verdict on these, as many at once as the server takes. How many were decided. */
export async function decide(
  school: number,
  eventIds: readonly string[],
  decision: Verdict,
  reason: string,
): Promise<number> {
  const params = { path: { school_id: school } };
  let decided = 0;
  for (const part of inParts(eventIds, AT_ONCE)) {
    const body = { event_ids: part, decision, reason };
    const made = await of(api.POST("/v1/schools/{school_id}/reviews/decisions", { params, body }));
    decided += made.decided;
  }
  return decided;
}

export function inParts<T>(items: readonly T[], most: number): T[][] {
  const parts = Math.ceil(items.length / most);
  return Array.from({ length: parts }, (_, n) => items.slice(n * most, (n + 1) * most));
}

/** “Cổng chính · máy của Bác Tư · Hôm nay 06:40 – 07:12” */
export function groupWords(group: Group): string {
  return [
    group.station_name,
    group.person_name && R.phoneOf(group.person_name),
    `${dayFromToday(group.day)} ${clock(group.first_at)} – ${clock(group.last_at)}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** What they have in common in figures; empty where the reason says it all. */
export function figuresOf(group: Group): string {
  if (group.reason === "clock_suspect") {
    const most = Math.max(Math.abs(group.min_clock_offset_s), Math.abs(group.max_clock_offset_s));
    return R.clockOff(count(Math.max(1, Math.round(most / 60))));
  }
  return group.max_distance_m !== null && group.max_distance_m > 0
    ? R.upToMetres(count(Math.round(group.max_distance_m)))
    : "";
}

/** “Vào 06:52 · Cổng chính · Bác Tư quét” */
export function scanWords(review: Review): string {
  return [
    `${review.direction === "in" ? R.in() : R.out()} ${moment(review.occurred_at)}`,
    review.station_name ?? review.campus_name,
    review.scanned_by ? R.scannedBy(review.scanned_by) : R.self(),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** “Lượt kia: Vào 06:31 · Cơ sở 2, cách 4.300 m” */
export function otherWords({ other }: Review): string {
  if (!other) return "";
  const where = other.station_name ?? other.campus_name;
  const what = `${other.direction === "in" ? R.in() : R.out()} ${clock(other.occurred_at)}`;
  const apart = other.distance_m ? R.apart(count(other.distance_m)) : "";
  return R.other([[what, where].filter(Boolean).join(" · "), apart].filter(Boolean).join(", "));
}

export const reasonName = (reason: Reason): string => REASONS[reason]();
