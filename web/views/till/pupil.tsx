/** A pupil of whom only the id is known. */

import { api, of } from "../../api";
import { T } from "../../i18n/till";
import { useQuery } from "../../query";
import type { Chosen } from "./inputs";

export async function pupilOf(school: number, id: string): Promise<Chosen> {
  const params = { path: { school_id: school, student_id: id } };
  const found = await of(api.GET("/v1/schools/{school_id}/students/{student_id}", { params }));
  return { id, name: found.name, more: found.class_name };
}

export function PupilName({ school, id }: { school: number; id: string }) {
  const query = useQuery(`thu-em/${id}`, () => pupilOf(school, id), { keeps: false });
  return <>{query.data.value?.name ?? T.pupil()}</>;
}
