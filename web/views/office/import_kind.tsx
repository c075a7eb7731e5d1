/** One kind of file: template, check, mend, import. */

import "./imports.css";
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { download } from "../../api";
import { useSending } from "../../components/form";
import { Progress } from "../../components/progress";
import { Button, Card, Fault, Note, Spinner } from "../../components/ui";
import { Upload } from "../../components/upload";
import { wordsOf } from "../../failure";
import { count } from "../../format";
import { I } from "../../i18n/office_import";
import { go, type Parameters } from "../../router";
import { type Kind, kindOf, SLUGS } from "./import_model";
import { Answered, Lists } from "./import_result";
import { NAMES } from "./import_running";
import { type Stage, type Work, workOf } from "./import_work";
import { WHAT } from "./imports";
import { OfficePage, pathOf } from "./office";

const MB = 1024 * 1024;

export default function ImportKind({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const kind = kindOf(params.kind);
  if (!kind) {
    queueMicrotask(() => go(pathOf(school, "nhap"), { replace: true }));
    return null;
  }
  return <One key={kind} work={workOf(school, kind)} />;
}

function One({ work }: { work: Work }) {
  const { school, kind } = work;
  const stage = work.stage.value;
  const isBusy = stage.at === "sending" || stage.at === "job";
  const isDone = stage.at === "answered" && !stage.isDry;
  return (
    <OfficePage school={school} here="nhap" title={NAMES[kind]()} back={pathOf(school, "nhap")}>
      <div class={stage.at === "empty" ? "stack" : "import-seen"}>
        <div class="stack import-now" aria-live="polite">
          <Now work={work} stage={stage} />
        </div>
        {!isBusy && !isDone && (
          <div class="stack import-choose">
            {stage.at === "empty" && <p class="muted">{WHAT[kind]()}</p>}
            {stage.at === "empty" && kind !== "photos" && <Template school={school} kind={kind} />}
            <Choose work={work} isAgain={stage.at !== "empty"} />
          </div>
        )}
        {stage.at === "answered" && (
          <div class="stack import-lists">
            <Lists work={work} stage={stage} />
          </div>
        )}
      </div>
    </OfficePage>
  );
}

function Template({ school, kind }: { school: number; kind: Kind }) {
  const sending = useSending();
  const name = `mau-${SLUGS[kind]}.xlsx`;
  const path = `/v1/schools/${school}/imports/${kind}/template.xlsx`;
  return (
    <Card>
      <h2>{I.step1()}</h2>
      <Button
        icon="file"
        busy={sending.busy.value}
        onClick={() => void sending.run(() => download(path, name))}
      >
        {I.template()}
      </Button>
      <Fault error={sending.failure.value} />
    </Card>
  );
}

function Choose({ work, isAgain }: { work: Work; isAgain: boolean }) {
  const isZip = work.kind === "photos";
  const most = isZip ? 100 : 10;
  const tooBig = useSignal(false);
  function take(file: File): void {
    tooBig.value = file.size > most * MB;
    if (!tooBig.value) void work.check(file);
  }
  return (
    <Card>
      {!isAgain && <h2>{I.step2()}</h2>}
      {work.kind === "roster" && <CreateClasses work={work} />}
      <Upload
        label={isAgain ? I.chooseAnother() : I.choose()}
        hint={isZip ? I.zipKinds() : I.sheetKinds()}
        orDrop={I.orDrop()}
        accept={isZip ? ".zip,application/zip" : ".xlsx,.csv,text/csv"}
        onFile={take}
      />
      {tooBig.value && <Note tone="bad">{I.tooBig(count(most))}</Note>}
    </Card>
  );
}

function CreateClasses({ work }: { work: Work }) {
  const id = useId();
  return (
    <div>
      <label class="choice" for={id}>
        <input
          id={id}
          type="checkbox"
          checked={work.createClasses.value}
          aria-describedby={`${id}-hint`}
          onChange={(event) => {
            work.createClasses.value = event.currentTarget.checked;
          }}
        />
        {I.createClasses()}
      </label>
      <p id={`${id}-hint`} class="hint">
        {I.createClassesHint()}
      </p>
    </div>
  );
}

function Now({ work, stage }: { work: Work; stage: Stage }) {
  switch (stage.at) {
    case "empty":
      return null;
    case "sending":
      return (
        <Card>
          <p class="strong">{stage.isDry ? I.checking() : I.sending()}</p>
          <Spinner />
        </Card>
      );
    case "job":
      return <Job stage={stage} />;
    case "changed":
      return <Note tone="late">{I.changed()}</Note>;
    case "failed":
      return (
        <Note tone="bad">
          <strong>{I.failed()}</strong>
          <p>{wordsOf(stage.error)}</p>
          {work.file.value && <Button onClick={() => void work.checkAgain()}>{I.again()}</Button>}
        </Note>
      );
    case "answered":
      return <Answered work={work} stage={stage} />;
  }
}

function Job({ stage }: { stage: Extract<Stage, { at: "job" }> }) {
  const said = stage.isDry ? I.jobChecking : I.jobWriting;
  // Its steps are no rows: each row is looked at more than once.
  const percent = stage.total ? Math.floor((100 * stage.done) / stage.total) : 0;
  const words = stage.isQueued ? I.waiting() : said(count(percent));
  return (
    <Card>
      <p class="strong">{words}</p>
      <Progress
        done={stage.done}
        total={stage.total}
        label={stage.isDry ? I.checking() : I.sending()}
      />
      <p class="muted">{I.mayLeave()}</p>
    </Card>
  );
}
