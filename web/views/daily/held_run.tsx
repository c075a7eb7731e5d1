/** One shift's cut-off: what it found, what waits, and what became of the rest. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { Badge, Button, Card } from "../../components/ui";
import { clock, count, moment } from "../../format";
import { D } from "../../i18n/daily";
import { stateName, toneOf } from "../classes/words";
import { type Case, type Decision, ownDoubts, type Run, waits } from "./day";

interface Props {
  school: number;
  day: string;
  run: Run;
  cases: readonly Case[];
  onDecided: (words: string) => Promise<void>;
}

export function HeldRun({ school, day, run, cases, onDecided }: Props) {
  const waiting = cases.filter(waits);
  const done = cases.filter((each) => !waits(each));
  const parts = D.runParts(count(run.told), count(run.held), count(run.on_leave));
  return (
    <Card class={waiting.length ? "held-run" : ""} aria-label={run.shift_name}>
      <header class="across">
        <h2 class="grow">{run.shift_name}</h2>
        <span class="muted">{D.ranAt(clock(run.ran_at))}</span>
      </header>
      {run.missing === 0 && cases.length === 0 ? (
        <p>{D.nobodyMissing()}</p>
      ) : (
        <p>
          <strong>{D.runNumbers(count(run.missing), count(run.enrolled))}</strong>
          <br />
          <span class="muted">{parts}</span>
        </p>
      )}
      {run.doubts.length > 0 && (
        <section class="stack-small">
          <h3>{D.whyAll()}</h3>
          <ul class="held-why">
            {run.doubts.map((doubt) => (
              <li key={doubt.code}>{doubt.words}</li>
            ))}
          </ul>
        </section>
      )}
      {waiting.length > 0 && (
        <Waiting school={school} day={day} run={run} cases={waiting} onDecided={onDecided} />
      )}
      {waiting.length === 0 && cases.some((each) => each.doubts.length > 0) && (
        <p class="muted">{D.nobodyWaits()}</p>
      )}
      {done.length > 0 && (
        <details open={waiting.length === 0 && done.length < 20}>
          <summary>{D.doneTitle(count(done.length))}</summary>
          <ul class="plain-list">
            {done.map((each) => (
              <li key={each.student_id} class="row">
                <span class="grow">
                  <strong>{[each.name, each.class_name].join(" · ")}</strong>
                  <span class="muted small">{outcomeWords(each)}</span>
                </span>
                <Badge tone={toneOf(each.state)}>{stateName(each.state)}</Badge>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}

/** “Đã báo lúc 07:46 · Cô Hạnh, 07:45” */
function outcomeWords({ told_at, decision, decided_by, decided_at }: Case): string {
  const what = told_at
    ? D.toldAt(clock(told_at))
    : decision === "drop"
      ? D.isDropped()
      : D.notNeeded();
  return decided_by && decided_at ? `${what} · ${D.by(decided_by, moment(decided_at))}` : what;
}

function Waiting({ school, day, run, cases, onDecided }: Props) {
  const left = useSignal<ReadonlySet<string>>(new Set());
  const asking = useSignal<Decision | null>(null);
  const chosen = cases.filter((each) => !left.value.has(each.student_id));
  const n = count(chosen.length);

  async function decide(decision: Decision): Promise<void> {
    const params = { path: { school_id: school, day } };
    const ids = chosen.map((each) => each.student_id);
    const body = { decision, shift_id: run.shift_id, student_ids: ids };
    const made = await of(
      api.POST("/v1/schools/{school_id}/absences/{day}/decisions", { params, body }),
    );
    left.value = new Set();
    const none = ids.length - made.told;
    await onDecided(
      decision === "drop"
        ? D.dropped(count(made.decided))
        : D.released(count(made.told), none > 0 ? D.releasedNone(count(none)) : ""),
    );
  }

  return (
    <section class="stack">
      <h3>{D.waitTitle(count(cases.length))}</h3>
      <p class="muted">{D.waitHint()}</p>
      <div>
        <label class="choice">
          <input
            type="checkbox"
            checked={chosen.length === cases.length}
            onChange={(event) => {
              const ids = event.currentTarget.checked ? [] : cases.map((each) => each.student_id);
              left.value = new Set(ids);
            }}
          />
          <strong>{D.pickAll(count(cases.length))}</strong>
        </label>
        <ul class="plain-list">
          {cases.map((each) => (
            <li key={each.student_id}>
              <Pick
                one={each}
                run={run}
                isChosen={!left.value.has(each.student_id)}
                onChange={(isChosen) => {
                  const after = new Set(left.peek());
                  if (isChosen) after.delete(each.student_id);
                  else after.add(each.student_id);
                  left.value = after;
                }}
              />
            </li>
          ))}
        </ul>
      </div>
      <div class="across end">
        <Button
          kind="danger"
          disabled={chosen.length === 0}
          onClick={() => {
            asking.value = "drop";
          }}
        >
          {D.drop(n)}
        </Button>
        <Button
          kind="main"
          disabled={chosen.length === 0}
          onClick={() => {
            asking.value = "release";
          }}
        >
          {D.release(n)}
        </Button>
      </div>
      {asking.value && (
        <Ask
          decision={asking.value}
          n={n}
          onYes={decide}
          onClose={() => {
            asking.value = null;
          }}
        />
      )}
    </section>
  );
}

interface PickProps {
  one: Case;
  run: Run;
  isChosen: boolean;
  onChange: (isChosen: boolean) => void;
}

function Pick({ one, run, isChosen, onChange }: PickProps) {
  const own = ownDoubts(one, run);
  return (
    <label class="choice">
      <input
        type="checkbox"
        checked={isChosen}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>
        {[one.name, one.class_name].join(" · ")}
        {own.map((doubt) => (
          <span key={doubt.code} class="muted small held-own">
            {doubt.words}
          </span>
        ))}
      </span>
    </label>
  );
}

interface AskProps {
  decision: Decision;
  n: string;
  onYes: (decision: Decision) => Promise<void>;
  onClose: () => void;
}

function Ask({ decision, n, onYes, onClose }: AskProps) {
  const isRelease = decision === "release";
  return (
    <Confirm
      title={isRelease ? D.releaseTitle(n) : D.dropTitle(n)}
      action={isRelease ? D.releaseDo() : D.dropDo()}
      kind={isRelease ? "main" : "danger"}
      onYes={() => onYes(decision)}
      onClose={onClose}
    >
      <p>{isRelease ? D.releaseHint() : D.dropHint()}</p>
    </Confirm>
  );
}
