/** A school's groups as the API has them. */

import { api, of, type Schemas } from "../../api";
import { type Query, useQuery } from "../../query";

export type Group = Schemas["Group"];
export type Member = Schemas["GroupMember"];

export function useGroups(school: number): Query<Group[]> {
  return useQuery(`nhom/${school}`, async () => {
    const params = { path: { school_id: school } };
    return (await of(api.GET("/v1/schools/{school_id}/groups", { params }))).items;
  });
}
