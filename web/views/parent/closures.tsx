/** What closes the children's schools, today or soon. */

import { useEffect } from "preact/hooks";
import { api, of, type Schemas } from "../../api";
import { Icon } from "../../components/icons";
import { Note } from "../../components/ui";
import { dayName } from "../../format";
import { P } from "../../i18n/parent";
import { onItem } from "../../live";
import { useQuery } from "../../query";
import { dayWords, today } from "./day";

type Closure = Schemas["Closure"];

const WORDS: Record<Closure["kind"], () => string> = {
  storm: P.closedStorm,
  flood: P.closedFlood,
  other: P.closedOther,
};

/** Those that still close something; one that was ended before it began closes nothing. */
export function thatHold(found: readonly Closure[], day: string): Closure[] {
  return found.filter((each) => each.closed_to >= day && each.closed_to >= each.from_day);
}

export default function Closures({ schoolId }: { schoolId?: number }) {
  const day = today.value;
  const query = useQuery(`nghi-hoc/${schoolId ?? ""}`, async () => {
    const params = { query: { school_id: schoolId, from: day, limit: 20 } };
    return (await of(api.GET("/v1/closures", { params }))).items;
  });
  useEffect(() => onItem((item) => item.kind === "closure" && void query.reload()), [query]);
  return (
    <>
      {thatHold(query.data.value ?? [], day).map((each) => (
        <Note key={each.id} tone="late">
          <p class="strong across">
            <Icon name="storm" />
            <span class="grow">{WORDS[each.kind]()}</span>
          </p>
          <p>
            {each.from_day === each.closed_to
              ? dayWords(each.from_day)
              : P.closedUntil(dayWords(each.from_day), dayName(each.closed_to).toLowerCase())}
            {`. ${each.reason}`}
          </p>
          <p class="small">{each.place}</p>
        </Note>
      ))}
    </>
  );
}
