/** The first page of a school: what is done, what is missing, and what to do next. */

import { useEffect } from "preact/hooks";
import { api, of, type Schemas } from "../../api";
import { Icon } from "../../components/icons";
import { Progress } from "../../components/progress";
import { Card, Loaded, Note } from "../../components/ui";
import { count } from "../../format";
import { O } from "../../i18n/office";
import { onJob } from "../../live";
import { type Query, useQuery } from "../../query";
import type { Parameters } from "../../router";
import { Contact } from "./contact";
import { RunningImports } from "./import_running";
import { OfficePage, Parts } from "./office";
import { countOf, meansOf, nextOf, placeOf, type Step } from "./steps";

type Setup = Schemas["Setup"];

export default function Checklist({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const query = useQuery(`setup/${school}`, () =>
    of(api.GET("/v1/schools/{school_id}/setup", { params: { path: { school_id: school } } })),
  );
  useFresh(query);
  return (
    <OfficePage school={school} here="chuan-bi" title={O.setup()} back={null}>
      <RunningImports school={school} />
      <Loaded query={query}>{(setup) => <Steps setup={setup} school={school} />}</Loaded>
      <Contact school={school} />
      <h2>{O.everything()}</h2>
      <Parts school={school} here="chuan-bi" tiles />
    </OfficePage>
  );
}

/** Anew whenever somebody comes back to this tab, or an import has ended. */
function useFresh(query: Query<Setup>): void {
  useEffect(() => {
    const again = () => {
      if (document.visibilityState === "visible") void query.reload();
    };
    document.addEventListener("visibilitychange", again);
    const stop = onJob((job) => {
      if (job.state === "done") again();
    });
    return () => {
      document.removeEventListener("visibilitychange", again);
      stop();
    };
  }, [query]);
}

function Steps({ setup, school }: { setup: Setup; school: number }) {
  const next = nextOf(setup.steps);
  const words = O.stepsDone(count(setup.done), count(setup.total));
  return (
    <>
      <div class="stack">
        <p class="strong">{words}</p>
        <Progress done={setup.done} total={setup.total} label={words} tone="good" />
      </div>
      {next ? <Next step={next} school={school} /> : <Ready />}
      <ol class="setup-steps">
        {setup.steps.map((step, n) => (
          <li key={step.key}>
            <StepRow step={step} number={n + 1} school={school} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Ready() {
  return (
    <Note tone="good">
      <strong>{O.allDone()}</strong>
      <p>{O.allDoneHint()}</p>
    </Note>
  );
}

function Next({ step, school }: { step: Step; school: number }) {
  return (
    <Card class="setup-now">
      <p class="muted">{O.nextStep()}</p>
      <h2>{step.title}</h2>
      <p>{step.next}</p>
      <a class="button main" href={placeOf(step, school)}>
        {O.goOn()}
        <Icon name="next" />
      </a>
    </Card>
  );
}

const STATES = { done: O.stateDone, started: O.stateStarted, todo: O.stateTodo };

function StepRow({ step, number, school }: { step: Step; number: number; school: number }) {
  const counted = countOf(step);
  return (
    <a class={`setup-step ${step.state}`} href={placeOf(step, school)}>
      <span class="setup-mark" aria-hidden="true">
        {step.state === "done" ? <Icon name="check" /> : number}
      </span>
      <span class="setup-words">
        <strong>{step.title}</strong>
        <span class="setup-means muted">{meansOf(step)}</span>
        <span class="small strong">{counted || STATES[step.state]()}</span>
        {counted && <span class="sr-only">{STATES[step.state]()}</span>}
      </span>
      <Icon name="next" class="go" />
    </a>
  );
}
