/** What several of the office's screens load. */

import { all, api, type Schemas } from "../../api";
import { schoolDay } from "../../format";
import { type Options, type Query, useQuery } from "../../query";

export type SchoolClass = Schemas["SchoolClass"];
export type Pupil = Schemas["Student"];
export type Staff = Schemas["Staff"];
export type Shift = Schemas["ShiftView"];
export type Campus = Schemas["Campus"];

const MOST = 200;

/** `keeps: false` where they are changed, which must not begin with an old copy. */
export function useCampuses(school: number, options: Options = {}): Query<Campus[]> {
  const load = () =>
    all((cursor) =>
      api.GET("/v1/schools/{school_id}/campuses", {
        params: { path: { school_id: school }, query: { cursor, limit: MOST } },
      }),
    );
  return useQuery(`campuses/${school}`, load, options);
}

export function useShifts(school: number): Query<Shift[]> {
  return useQuery(`shifts/${school}`, () =>
    all((cursor) =>
      api.GET("/v1/schools/{school_id}/shifts", {
        params: { path: { school_id: school }, query: { cursor, limit: MOST } },
      }),
    ),
  );
}

export function useClasses(school: number): Query<SchoolClass[]> {
  return useQuery(`classes/${school}`, () =>
    all((cursor) =>
      api.GET("/v1/schools/{school_id}/classes", {
        params: { path: { school_id: school }, query: { cursor, limit: MOST } },
      }),
    ),
  );
}

/** Not kept on the phone: it is the list of everybody's names and numbers. */
export function useStaff(school: number): Query<Staff[]> {
  const load = () =>
    all((cursor) =>
      api.GET("/v1/schools/{school_id}/staff", {
        params: { path: { school_id: school }, query: { cursor, limit: MOST } },
      }),
    );
  return useQuery(`staff/${school}`, load, { keeps: false });
}

/** Of one class, or of the whole school; not kept on the phone. */
export function usePupils(school: number, classId?: string): Query<Pupil[]> {
  const load = () =>
    all((cursor) =>
      api.GET("/v1/schools/{school_id}/students", {
        params: {
          path: { school_id: school },
          query: { cursor, limit: MOST, class_id: classId },
        },
      }),
    );
  return useQuery(`pupils/${school}/${classId ?? ""}`, load, { keeps: false });
}

/** The school year of a day; from August on it is the next one. */
export function schoolYear(day: string = schoolDay()): string {
  const year = Number(day.slice(0, 4));
  const first = Number(day.slice(5, 7)) >= 8 ? year : year - 1;
  return `${first}-${first + 1}`;
}
