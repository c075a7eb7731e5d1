/** One class: what is printed for it, and its pupils. */

import "./classes.css";
import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { Icon } from "../../components/icons";
import { Avatar, Badge, Button, Card, Empty, Loaded } from "../../components/ui";
import { C } from "../../i18n/common";
import { K } from "../../i18n/office_classes";
import { go, type Parameters, place } from "../../router";
import { ClassForm } from "./class_form";
import { CardsPaper, SheetPaper } from "./class_papers";
import { Homeroom, pathOfClass } from "./classes";
import { type Pupil, type SchoolClass, useClasses, usePupils, useShifts, useStaff } from "./lists";
import { OfficePage, pathOf } from "./office";
import { PupilDialog } from "./pupil";

export default function ClassPage({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const id = params.class ?? "";
  const query = useClasses(school);
  const found = query.data.value?.find((each) => each.id === id);
  const title = found ? K.classTitle(found.name) : K.title();
  return (
    <OfficePage school={school} here="lop" title={title} back={pathOf(school, "lop")}>
      <Loaded query={query}>
        {(classes) =>
          found ? (
            <One
              key={id}
              school={school}
              own={found}
              next={classes[classes.indexOf(found) + 1]}
              reload={() => query.reload()}
            />
          ) : (
            <Empty icon="search" title={C.notFound()} />
          )
        }
      </Loaded>
    </OfficePage>
  );
}

interface OneProps {
  school: number;
  own: SchoolClass;
  /** The class after this one, for whoever prints them all. */
  next: SchoolClass | undefined;
  reload: () => Promise<void>;
}

function One({ school, own, next, reload }: OneProps) {
  return (
    <div class="class-page">
      <div class="stack">
        <CardsPaper school={school} of={own} />
        <SheetPaper school={school} of={own} />
        {next && (
          <a class="button" href={pathOfClass(school, next.id)}>
            {K.next(next.name)}
            <Icon name="next" />
          </a>
        )}
        <About school={school} own={own} reload={reload} />
      </div>
      <Pupils school={school} classId={own.id} />
    </div>
  );
}

function About({ school, own, reload }: Omit<OneProps, "next">) {
  const staff = useStaff(school).data.value;
  const shifts = useShifts(school).data.value ?? [];
  const edits = useSignal(false);
  const ends = useSignal(false);
  const names = shifts.filter(({ id }) => own.shift_ids.includes(id)).map(({ name }) => name);
  return (
    <Card>
      <dl class="class-facts">
        <div>
          <dt>{K.homeroom()}</dt>
          <dd>{staff && <Homeroom staff={staff} id={own.homeroom_staff_id} />}</dd>
        </div>
        <div>
          <dt>{K.shifts()}</dt>
          <dd>{names.join(", ") || K.noShift()}</dd>
        </div>
        <div>
          <dt>{K.year()}</dt>
          <dd>{own.school_year}</dd>
        </div>
      </dl>
      <div class="across">
        <Button onClick={() => (edits.value = true)}>{K.edit()}</Button>
        <Button kind="quiet" onClick={() => (ends.value = true)}>
          {K.endClass()}
        </Button>
      </div>
      {edits.value && (
        <ClassForm
          school={school}
          changed={own}
          onClose={() => (edits.value = false)}
          onSaved={reload}
        />
      )}
      {ends.value && (
        <Confirm
          title={K.endClassTitle(own.name)}
          action={K.endClass()}
          onClose={() => (ends.value = false)}
          onYes={async () => {
            const path = { school_id: school, class_id: own.id };
            await of(
              api.DELETE("/v1/schools/{school_id}/classes/{class_id}", { params: { path } }),
            );
            go(pathOf(school, "lop"), { replace: true });
          }}
        >
          <p>{K.endClassHint()}</p>
        </Confirm>
      )}
    </Card>
  );
}

function Pupils({ school, classId }: { school: number; classId: string }) {
  const query = usePupils(school, classId);
  // `?em=` opens one, as from a search over the school.
  const chosen = useSignal(place.value.query.get("em"));
  const open = query.data.value?.find((pupil) => pupil.id === chosen.value);
  return (
    <section class="stack">
      <h2>{K.pupils()}</h2>
      <Loaded query={query}>
        {(pupils) => (
          <ul class="plain-list pupil-list">
            {pupils.map((pupil) => (
              <li key={pupil.id}>
                <Row pupil={pupil} onOpen={() => (chosen.value = pupil.id)} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {open && (
        <PupilDialog
          school={school}
          pupil={open}
          onClose={() => (chosen.value = null)}
          onChanged={() => query.reload()}
        />
      )}
    </section>
  );
}

function Row({ pupil, onOpen }: { pupil: Pupil; onOpen: () => void }) {
  return (
    <button type="button" class="row" onClick={onOpen}>
      <Avatar name={pupil.name} url={pupil.photo_url} />
      <span class="grow">
        <strong>{pupil.name}</strong>
        {pupil.moet_code && <span class="muted small">{pupil.moet_code}</span>}
      </span>
      {pupil.has_card === false && <Badge tone="late">{K.hasNoCard()}</Badge>}
      <Icon name="next" />
    </button>
  );
}
