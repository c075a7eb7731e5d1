/** The school's classes with their homeroom teachers, pupils and missing cards. */

import "./classes.css";
import { useSignal } from "@preact/signals";
import { Icon } from "../../components/icons";
import { Badge, Button, Empty, Field, Loaded } from "../../components/ui";
import { count, plain } from "../../format";
import { K } from "../../i18n/office_classes";
import type { Parameters } from "../../router";
import { ClassForm } from "./class_form";
import {
  type Pupil,
  type SchoolClass,
  type Staff,
  useClasses,
  usePupils,
  useShifts,
  useStaff,
} from "./lists";
import { OfficePage, pathOf } from "./office";

export const pathOfClass = (school: number, id: string) => `/truong/${school}/the/${id}`;

export default function Classes({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const classes = useClasses(school);
  const pupils = usePupils(school);
  const adding = useSignal(false);
  const add = (
    <Button icon="plus" onClick={() => (adding.value = true)}>
      {K.addClass()}
    </Button>
  );
  return (
    <OfficePage school={school} here="lop" title={K.title()}>
      <p class="muted">{K.lead()}</p>
      <Loaded query={classes}>
        {(found) =>
          found.length ? (
            <>
              <Find school={school} pupils={pupils.data.value} />
              <Table school={school} classes={found} pupils={pupils.data.value} />
              <div class="across">{add}</div>
            </>
          ) : (
            <Empty icon="people" title={K.none()}>
              <p>{K.noneHint()}</p>
              <div class="stack">
                <a class="button main" href={pathOf(school, "nhap", "hoc-sinh")}>
                  {K.importPupils()}
                </a>
                {add}
              </div>
            </Empty>
          )
        }
      </Loaded>
      {adding.value && (
        <ClassForm
          school={school}
          onClose={() => (adding.value = false)}
          onSaved={() => classes.reload()}
        />
      )}
    </OfficePage>
  );
}

const FOUND_AT_MOST = 8;

function Find({ school, pupils }: { school: number; pupils: Pupil[] | null }) {
  const typed = useSignal("");
  const wanted = plain(typed.value.trim());
  const found = wanted ? (pupils ?? []).filter((each) => plain(each.name).includes(wanted)) : [];
  return (
    <div class="stack">
      <Field
        label={K.find()}
        hint={K.findHint()}
        type="search"
        name="find"
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
      />
      <ul class="plain-list" aria-live="polite">
        {found.slice(0, FOUND_AT_MOST).map((pupil) => (
          <li key={pupil.id}>
            <a class="row" href={`${pathOfClass(school, pupil.class_id ?? "")}?em=${pupil.id}`}>
              <span class="grow">
                <strong>{pupil.name}</strong>
                <span class="muted">{pupil.class_name}</span>
              </span>
              <Icon name="next" />
            </a>
          </li>
        ))}
        {wanted && pupils && !found.length && <li class="muted">{K.noneFound()}</li>}
      </ul>
    </div>
  );
}

interface TableProps {
  school: number;
  classes: SchoolClass[];
  pupils: Pupil[] | null;
}

function Table({ school, classes, pupils }: TableProps) {
  const staff = useStaff(school).data.value;
  const shifts = useShifts(school).data.value;
  const byClass = new Map<string, Pupil[]>();
  for (const pupil of pupils ?? []) {
    const own = byClass.get(pupil.class_id ?? "");
    if (own) own.push(pupil);
    else byClass.set(pupil.class_id ?? "", [pupil]);
  }
  return (
    <table class="class-table">
      <thead>
        <tr>
          <th scope="col">{K.className()}</th>
          <th scope="col">{K.homeroom()}</th>
          <th scope="col">{K.shifts()}</th>
          <th scope="col">{K.pupils()}</th>
          <th scope="col">{K.card()}</th>
        </tr>
      </thead>
      <tbody>
        {classes.map((each) => (
          <tr key={each.id}>
            <th scope="row">
              <a class="class-link" href={pathOfClass(school, each.id)}>
                {each.name}
              </a>
            </th>
            <td>{staff && <Homeroom staff={staff} id={each.homeroom_staff_id} />}</td>
            <td>
              {shifts &&
                (each.shift_ids.length ? (
                  shifts
                    .filter(({ id }) => each.shift_ids.includes(id))
                    .map(({ name }) => name)
                    .join(", ")
                ) : (
                  <Badge tone="late">{K.noShift()}</Badge>
                ))}
            </td>
            <td>{pupils && K.pupilsCount(count(byClass.get(each.id)?.length ?? 0))}</td>
            <td>{pupils && <Cards pupils={byClass.get(each.id) ?? []} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Homeroom({ staff, id }: { staff: Staff[]; id: string | null }) {
  const found = staff.find((each) => each.id === id);
  return found ? <span>{found.name}</span> : <Badge tone="late">{K.noHomeroom()}</Badge>;
}

function Cards({ pupils }: { pupils: Pupil[] }) {
  const without = pupils.filter((pupil) => pupil.has_card === false).length;
  if (!pupils.length) return null;
  if (!without) return <span class="muted">{K.allCards()}</span>;
  return <Badge tone="late">{K.noCards(count(without))}</Badge>;
}
