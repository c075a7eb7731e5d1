/** A day's cut-offs and cases, by shift. */

import { api, of, type Schemas } from "../../api";

export type Run = Schemas["RunShown"];
export type Case = Schemas["CaseShown"];
export type Decision = NonNullable<Case["decision"]>;

export interface Absences {
  runs: Run[];
  cases: Case[];
}

/** The day's runs and all of its cases. */
export async function absencesOf(school: number, day: string): Promise<Absences> {
  const cases: Case[] = [];
  let runs: Run[] = [];
  let cursor: string | undefined;
  do {
    const params = { path: { school_id: school, day }, query: { cursor, limit: 200 } };
    const page = await of(api.GET("/v1/schools/{school_id}/absences/{day}", { params }));
    runs = page.runs;
    cases.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return { runs, cases };
}

/** Held, and nobody has said what becomes of it. */
export function waits({ doubts, decision, told_at }: Case): boolean {
  return doubts.length > 0 && decision === null && told_at === null;
}

/** The doubts that these share are said once, above; each keeps its own. */
export function ownDoubts(one: Case, run: Run): Case["doubts"] {
  const shared = new Set(run.doubts.map((doubt) => doubt.code));
  return one.doubts.filter((doubt) => !shared.has(doubt.code));
}
