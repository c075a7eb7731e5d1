/** What a checked or imported file comes to: figures, what to mend, and the step after. */

import { useSignal } from "@preact/signals";
import { Button, Card, Note } from "../../components/ui";
import { count, moment } from "../../format";
import { I } from "../../i18n/office_import";
import { Faults } from "./import_faults";
import { type Kind, missingClasses, type Outcome, toWrite } from "./import_model";
import type { Stage, Work } from "./import_work";
import { pathOf } from "./office";

/** The server lists so many of them; the last says how many there are besides. */
const LISTED = 500;

type Done = Extract<Stage, { at: "answered" }>;

export function Answered({ work, stage }: { work: Work; stage: Done }) {
  const { outcome, isDry, when } = stage;
  return (
    <>
      <Verdict work={work} stage={stage} />
      <Figures kind={work.kind} outcome={outcome} isDry={isDry} />
      <p class="muted small">{I.fileWas(work.fileName.value, moment(when))}</p>
      {isDry && <Ready work={work} outcome={outcome} />}
      {!isDry && <After work={work} />}
    </>
  );
}

/** The longer part, which on a phone stands below the choice of the next file. */
export function Lists({ work, stage: { outcome } }: { work: Work; stage: Done }) {
  return (
    <>
      {outcome.errors.length > 0 && (
        <Faults kind={work.kind} title={I.errorsTable()} faults={outcome.errors} />
      )}
      {outcome.warnings.length > 0 && (
        <Faults kind={work.kind} title={I.warnings()} faults={outcome.warnings} areNotes />
      )}
      {outcome.ignoredColumns.length > 0 && (
        <p class="muted">{I.ignored(outcome.ignoredColumns.join(", "))}</p>
      )}
    </>
  );
}

function Verdict({ work, stage }: { work: Work; stage: Done }) {
  const { outcome, isDry } = stage;
  const faults = outcome.errors.length;
  const many = faults < LISTED ? count(faults) : `${count(LISTED)}+`;
  const isSheet = work.kind !== "photos";
  if (faults > 0 && (isDry || isSheet)) {
    return (
      <Note tone="bad">
        <strong>{isSheet ? I.faulty(many) : I.photosFaulty(many)}</strong>
        <p>{isSheet ? I.faultyHint() : I.photosFaultyHint()}</p>
        <Missing work={work} outcome={outcome} />
      </Note>
    );
  }
  if (!isDry) {
    return (
      <Note tone="good">
        <strong>{I.done()}</strong>
      </Note>
    );
  }
  return (
    <Note tone="good">
      <strong>{I.clean()}</strong>
      <p>{toWrite(work.kind, outcome) === null ? I.nothing() : I.cleanHint()}</p>
    </Note>
  );
}

/** Classes that are not there: one tap makes them, for a school that begins. */
function Missing({ work, outcome }: { work: Work; outcome: Outcome }) {
  const names = missingClasses(outcome.errors);
  if (!names.length || work.createClasses.value || !work.file.value) return null;
  return (
    <>
      <p>{I.missing(names.join(", "))}</p>
      <Button
        onClick={() => {
          work.createClasses.value = true;
          void work.checkAgain();
        }}
      >
        {I.makeThem()}
      </Button>
    </>
  );
}

interface FiguresProps {
  kind: Kind;
  outcome: Outcome;
  isDry: boolean;
}

function Figures({ kind, outcome, isDry }: FiguresProps) {
  const figures = [
    [outcome.created, isDry ? I.wouldCreate() : I.created()],
    [outcome.updated, isDry ? I.wouldUpdate() : I.updated()],
    [outcome.unchanged, I.unchanged()],
    [outcome.rows, kind === "photos" ? I.files() : I.rows()],
  ] as const;
  return (
    <dl class="figures">
      {figures.map(([figure, name]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{count(figure)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Ready({ work, outcome }: { work: Work; outcome: Outcome }) {
  const rows = toWrite(work.kind, outcome);
  const pressed = useSignal(false);
  if (rows === null) return null;
  if (!work.file.value) return <Note tone="wait">{I.chooseToImport()}</Note>;
  const words = work.kind === "photos" ? I.importPhotos : I.importNow;
  return (
    <Button
      kind="main"
      class="fill"
      busy={pressed.value}
      onClick={() => {
        pressed.value = true;
        void work.importNow();
      }}
    >
      {words(count(rows))}
    </Button>
  );
}

function After({ work }: { work: Work }) {
  return (
    <Card>
      <div class="across">
        <a class="button main" href={pathOf(work.school, "chuan-bi")}>
          {I.next()}
        </a>
        <Button onClick={() => work.forget()}>{I.another()}</Button>
      </div>
    </Card>
  );
}
