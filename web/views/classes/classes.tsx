/** The classes of a teacher, or of the whole school for its principal. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { all, api, type Schemas } from "../../api";
import { Icon } from "../../components/icons";
import { Card, Empty, Field, Loaded, Page } from "../../components/ui";
import { plain } from "../../format";
import { hat, hats } from "../../hats";
import { L } from "../../i18n/classes";
import { useQuery } from "../../query";
import { go } from "../../router";
import "./classes.css";
import { Disputes } from "./disputes";
import { ClassLeave } from "./leave";

type SchoolClass = Schemas["SchoolClass"];

/** More than these are searched, not looked through. */
const MANY = 12;

/** The classes that somebody teaches in a school, under whichever role; null: all of them. */
export function ownClasses(schoolId: number): ReadonlySet<string> | null {
  const here = hats.value.filter((each) => each.schoolId === schoolId);
  if (here.some((each) => each.role === "principal")) return null;
  return new Set(here.flatMap((each) => each.classIds));
}

export function useClasses(schoolId: number) {
  return useQuery(`lop/${schoolId}`, () =>
    all((cursor) =>
      api.GET("/v1/schools/{school_id}/classes", {
        params: { path: { school_id: schoolId }, query: { limit: 200, cursor } },
      }),
    ),
  );
}

export default function Classes() {
  const schoolId = hat.value?.schoolId ?? 0;
  const own = ownClasses(schoolId);
  const only = own?.size === 1 ? [...own][0] : null;
  useEffect(() => {
    if (only) go(`/lop/${schoolId}/${only}`, { replace: true });
  }, [only, schoolId]);
  if (only) return null;
  return <ClassList schoolId={schoolId} own={own} />;
}

function ClassList({ schoolId, own }: { schoolId: number; own: ReadonlySet<string> | null }) {
  const query = useClasses(schoolId);
  const wanted = useSignal("");
  return (
    <Page title={L.classes()}>
      <Disputes schoolId={schoolId} classId={null} />
      <ClassLeave schoolId={schoolId} classId={null} />
      <Loaded query={query}>
        {(classes) => {
          const mine = classes.filter((each) => !each.ended_at && (own?.has(each.id) ?? true));
          const found = mine.filter((each) =>
            plain(each.name).includes(plain(wanted.value.trim())),
          );
          if (mine.length === 0)
            return (
              <Empty icon="people" title={L.noClasses()}>
                {L.noClassesHint()}
              </Empty>
            );
          return (
            <>
              {mine.length > MANY && (
                <Field
                  type="search"
                  label={L.findClass()}
                  value={wanted.value}
                  onInput={(event) => {
                    wanted.value = event.currentTarget.value;
                  }}
                />
              )}
              {found.length === 0 && <Empty icon="search" title={L.noSuchClass()} />}
              {found.length > 0 && <Rows schoolId={schoolId} classes={found} />}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Rows({ schoolId, classes }: { schoolId: number; classes: readonly SchoolClass[] }) {
  const staffIds = new Set(
    hats.value.filter((each) => each.role === "homeroom_teacher").map((each) => each.personId),
  );
  return (
    <Card>
      <ul class="plain-list">
        {classes.map((each) => (
          <li key={each.id}>
            <a class="row" href={`/lop/${schoolId}/${each.id}`}>
              <span class="grow">
                <strong>{L.classOf(each.name)}</strong>
                <span class="muted">
                  {staffIds.has(each.homeroom_staff_id) ? L.homeroomClass() : L.grade(each.grade)}
                </span>
              </span>
              <Icon name="next" />
            </a>
          </li>
        ))}
      </ul>
    </Card>
  );
}
