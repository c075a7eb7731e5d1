/** Where a closure is, for whom, and how many hear of it. */

import { all, api, of, type Schemas } from "../../api";
import { clock, dayFromToday, dayName, schoolDay } from "../../format";
import { K } from "../../i18n/closing";
import { lengthOf } from "../office/days";

export type Closure = Schemas["Closure"];
export type ClosureKind = Closure["kind"];
export type OrgUnit = Schemas["OrgUnit"];
type SchoolProgress = Schemas["SchoolProgress"];

export const KINDS: readonly ClosureKind[] = ["storm", "flood", "other"];
const MOST_DAYS = 31;

/** One school, or a unit with all below it. */
export interface Place {
  readonly schoolId: number | null;
  readonly unitId: number | null;
  readonly name: string;
  readonly schools: number;
  readonly pupils: number;
}

export function closuresOf(school: number | null): Promise<Closure[]> {
  return all(
    (cursor) =>
      api.GET("/v1/closures", {
        params: { query: { school_id: school ?? undefined, cursor, limit: 50 } },
      }),
    100,
  );
}

export interface Draft {
  from: string;
  to: string;
  reason: string;
}

export interface Faults {
  days?: string;
  reason?: string;
}

export function faultsOf({ from, to, reason }: Draft): Faults {
  const found: Faults = {};
  const days = from && to ? lengthOf(from, to) : 0;
  if (days < 1) found.days = K.daysWrong();
  else if (days > MOST_DAYS) found.days = K.tooLong();
  if (!reason.trim()) found.reason = K.reasonMissing();
  return found;
}

/** No day of it is to come any more. */
export function isOver({ closed_to, from_day }: Closure, today: string): boolean {
  return closed_to < today || closed_to < from_day;
}

const OPENS_BY = "06:00";

/** Whether a day is left on which it could open again: today until six in the morning alone. */
export function canOpen({ closed_to, ended_at, may_end }: Closure, now: number): boolean {
  const today = schoolDay(now);
  const isLeft = closed_to > today || (closed_to === today && clock(now) < OPENS_BY);
  return may_end && !ended_at && isLeft;
}

export function daysWords({ from_day, to_day }: Pick<Closure, "from_day" | "to_day">): string {
  if (from_day === to_day) return dayFromToday(from_day);
  return K.days(dayName(from_day), dayName(to_day));
}

/** A unit and everything below it. */
export function below(units: readonly OrgUnit[], unitId: number): Set<number> {
  const found = new Set([unitId]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const { id, parent_id } of units) if (found.has(parent_id ?? -1)) found.add(id);
  }
  return found;
}

export interface Chart {
  units: OrgUnit[];
  schools: Schemas["School"][];
  progress: SchoolProgress[];
}

/** The department's units and schools, with how many pupils each school has. */
export async function chartOf(): Promise<Chart> {
  const limit = 200;
  const [units, schools, progress] = await Promise.all([
    all((cursor) => api.GET("/v1/org-units", { params: { query: { cursor, limit } } })),
    all((cursor) => api.GET("/v1/schools", { params: { query: { cursor, limit } } })),
    all((cursor) => api.GET("/v1/setup", { params: { query: { cursor, limit } } })),
  ]);
  const known = new Set(units.map((unit) => unit.id));
  return {
    units: units.filter((unit) => !unit.ended_at),
    // Not a school elsewhere that the caller's child goes to.
    schools: schools.filter((school) => !school.ended_at && known.has(school.org_unit_id)),
    progress,
  };
}

export function placesOf({ units, schools, progress }: Chart): Place[] {
  const pupils = new Map(progress.map((each) => [each.school_id, each.pupils]));
  const sum = (ids: readonly number[]) => ids.reduce((n, id) => n + (pupils.get(id) ?? 0), 0);
  const ofUnits = units.map((unit) => {
    const own = below(units, unit.id);
    const inside = schools.filter((school) => own.has(school.org_unit_id)).map(({ id }) => id);
    return {
      schoolId: null,
      unitId: unit.id,
      name: unit.name,
      schools: inside.length,
      pupils: sum(inside),
    };
  });
  const ofSchools = schools.map(({ id, name }) => ({
    schoolId: id,
    unitId: null,
    name,
    schools: 1,
    pupils: sum([id]),
  }));
  return [...ofUnits, ...ofSchools];
}

export function declare(place: Place, draft: Draft, kind: ClosureKind): Promise<Closure> {
  const body = {
    school_id: place.schoolId,
    org_unit_id: place.unitId,
    from_day: draft.from,
    to_day: draft.to,
    kind,
    reason: draft.reason.trim(),
  };
  return of(api.POST("/v1/closures", { body }));
}

export function open(closure: Closure): Promise<Closure> {
  const params = { path: { closure_id: closure.id } };
  return of(api.POST("/v1/closures/{closure_id}/end", { params, body: {} }));
}
