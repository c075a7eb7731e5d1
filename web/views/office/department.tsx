/** The department's first page: its schools, those that lag behind first. */

import "./office.css";
import "./department.css";
import { useSignal } from "@preact/signals";
import { all, api, type Schemas } from "../../api";
import { Icon } from "../../components/icons";
import { Progress } from "../../components/progress";
import { Badge, Button, Empty, Field, Loaded, Note, Page } from "../../components/ui";
import { count, moment, plain } from "../../format";
import { P } from "../../i18n/office_department";
import { useQuery } from "../../query";
import { DepartmentLinks } from "../department/frame";
import { SchoolForm } from "./school_form";
import { SchoolSteps } from "./school_steps";

type SchoolProgress = Schemas["SchoolProgress"];

export default function Department() {
  const query = useQuery("setup", () =>
    all((cursor) => api.GET("/v1/setup", { params: { query: { cursor, limit: 200 } } })),
  );
  const adding = useSignal(false);
  const added = useSignal("");
  const add = (
    <Button kind="main" icon="plus" onClick={() => (adding.value = true)}>
      {P.add()}
    </Button>
  );
  return (
    <Page title={P.title()} wide actions={query.data.value?.length ? add : null}>
      <DepartmentLinks />
      {added.value && <Note tone="good">{P.created(added.value)}</Note>}
      <Loaded query={query}>
        {(schools) =>
          schools.length ? (
            <Schools schools={schools} />
          ) : (
            <Empty icon="home" title={P.none()}>
              <p>{P.noneHint()}</p>
              {add}
            </Empty>
          )
        }
      </Loaded>
      {adding.value && (
        <SchoolForm
          onClose={() => (adding.value = false)}
          onSaved={async (name) => {
            added.value = name;
            await query.reload();
          }}
        />
      )}
    </Page>
  );
}

/** More rows than anybody reads at once wait for the search. */
const SHOWN = 100;

function Schools({ schools }: { schools: SchoolProgress[] }) {
  const typed = useSignal("");
  const opened = useSignal<SchoolProgress | null>(null);
  const wanted = plain(typed.value.trim());
  const found = schools.filter((school) => plain(school.name).includes(wanted));
  return (
    <>
      <Figures schools={schools} />
      <Field
        label={P.find()}
        type="search"
        name="find"
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
      />
      {!found.length && <p class="muted">{P.noneFound()}</p>}
      <ul class="plain-list school-list">
        {found.slice(0, SHOWN).map((school) => (
          <li key={school.school_id}>
            <Row school={school} onOpen={() => (opened.value = school)} />
          </li>
        ))}
      </ul>
      {opened.value && <SchoolSteps school={opened.value} onClose={() => (opened.value = null)} />}
    </>
  );
}

function Figures({ schools }: { schools: SchoolProgress[] }) {
  const sum = (of: (school: SchoolProgress) => number) =>
    schools.reduce((total, school) => total + of(school), 0);
  const pupils = sum((school) => school.pupils);
  const reached = sum((school) => school.pupils_reached);
  const ready = schools.filter((school) => school.done === school.total).length;
  const share = pupils ? ` (${Math.floor((100 * reached) / pupils)}%)` : "";
  const figures = [
    [count(schools.length), P.schools()],
    [count(ready), P.ready()],
    [count(pupils), P.pupils()],
    [count(reached), P.reached() + share],
  ] as const;
  return (
    <dl class="figures">
      {figures.map(([figure, name]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  );
}

function Row({ school, onOpen }: { school: SchoolProgress; onOpen: () => void }) {
  const steps = P.steps(count(school.done), count(school.total));
  const missing = school.missing.map((key) => P[key]()).join(", ");
  return (
    <button type="button" class="row school-row" onClick={onOpen}>
      <span class="grow">
        <strong>{school.name}</strong>
        <span class="muted small">
          {school.counted_at === null
            ? P.neverCounted()
            : missing
              ? `${P.missing()}: ${missing}`
              : P.asOf(moment(school.counted_at))}
        </span>
      </span>
      <span class="school-progress">
        <span class="across">
          <strong>{steps}</strong>
          {school.pupils > 0 && (
            <span class="muted small">
              {P.told()}: {count(school.pupils_reached)}/{count(school.pupils)}
            </span>
          )}
          {!missing && <Badge tone="good">{P.nothingMissing()}</Badge>}
        </span>
        <Progress done={school.done} total={school.total} label={steps} tone="good" />
      </span>
      <Icon name="next" />
    </button>
  );
}
