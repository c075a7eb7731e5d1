/** Noting a pupil by hand: which way, where and why; then once more in words before it is told. */

import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { all, api, type Schemas } from "../../api";
import { Form, useSending } from "../../components/form";
import { Reason } from "../../components/reason";
import { Button, Fault, Loaded, Note } from "../../components/ui";
import { Refusal } from "../../failure";
import { L } from "../../i18n/classes";
import { C } from "../../i18n/common";
import { now } from "../../now";
import { watchPlace } from "../../place";
import { useQuery } from "../../query";
import { useClasses } from "./classes";
import {
  type Draft,
  isRecorded,
  LEAST_REASON,
  type Mark,
  type Marked,
  makeMark,
  sendMark,
  takeBack,
  UNDO_MS,
  wordsOfMark,
} from "./marking";
import { gatesFor, nextDirection, type Pupil } from "./register";

type Station = Schemas["Station"];

interface Props {
  pupil: Pupil;
  schoolId: number;
  onMarked: () => Promise<void>;
  onClose: () => void;
}

function useGates(schoolId: number) {
  return useQuery(`diem-quet/${schoolId}`, () =>
    all((cursor) =>
      api.GET("/v1/schools/{school_id}/stations", {
        params: { path: { school_id: schoolId }, query: { limit: 200, cursor } },
      }),
    ),
  );
}

export function MarkByHand({ pupil, schoolId, onMarked, onClose }: Props) {
  const stations = useGates(schoolId);
  const classes = useClasses(schoolId);
  const campus = classes.data.value?.find((each) => each.id === pupil.class_id)?.campus_id ?? null;
  // Where the phone is goes with the mark: without it the school has to look at each.
  useEffect(() => watchPlace(), []);
  return (
    <section class="stack" aria-label={L.markTitle()}>
      <h3>{L.markTitle()}</h3>
      <Loaded query={stations}>
        {(found) => {
          const gates = gatesFor(found, campus);
          if (gates.length === 0) return <Note>{L.noGate()}</Note>;
          return <Steps pupil={pupil} gates={gates} onMarked={onMarked} onClose={onClose} />;
        }}
      </Loaded>
    </section>
  );
}

interface StepsProps {
  pupil: Pupil;
  gates: readonly Station[];
  onMarked: () => Promise<void>;
  onClose: () => void;
}

interface Sent {
  mark: Mark;
  marked: Marked;
  at: number;
}

function Steps({ pupil, gates, onMarked, onClose }: StepsProps) {
  const draft = useSignal<Draft>({
    direction: nextDirection(pupil),
    stationId: gates[0]?.id ?? "",
    reason: "",
  });
  const isChecking = useSignal(false);
  const sent = useSignal<Sent | null>(null);
  const change = (isNow: boolean) => () => {
    sent.value = null;
    isChecking.value = isNow;
  };
  if (sent.value)
    return (
      <Answer sent={sent.value} onUndone={onMarked} onAgain={change(false)} onClose={onClose} />
    );
  const gate = gates.find((each) => each.id === draft.value.stationId);
  if (isChecking.value && gate)
    return (
      <Check
        pupil={pupil}
        draft={draft.value}
        where={gate.name}
        onBack={change(false)}
        onSent={(mark, marked) => {
          sent.value = { mark, marked, at: Date.now() };
          void onMarked();
        }}
      />
    );
  return (
    <Ask
      draft={draft.value}
      gates={gates}
      onChange={(changed) => {
        draft.value = { ...draft.peek(), ...changed };
      }}
      onDone={change(true)}
    />
  );
}

interface AskProps {
  draft: Draft;
  gates: readonly Station[];
  onChange: (change: Partial<Draft>) => void;
  onDone: () => void;
}

function Ask({ draft, gates, onChange, onDone }: AskProps) {
  const sending = useSending();
  const isChecked = useSignal(false);
  const isShort = draft.reason.trim().length < LEAST_REASON;
  return (
    <Form
      sending={sending}
      onSend={async () => onDone()}
      check={() => {
        isChecked.value = true;
        return !isShort;
      }}
    >
      <p class="hint">{L.markHint()}</p>
      <fieldset class="segments">
        <legend class="sr-only">{L.markTitle()}</legend>
        {(["in", "out"] as const).map((way) => (
          <Button
            key={way}
            icon={way}
            aria-pressed={draft.direction === way}
            onClick={() => onChange({ direction: way })}
          >
            {way === "in" ? C.directionIn() : C.directionOut()}
          </Button>
        ))}
      </fieldset>
      {gates.length > 1 && <Where draft={draft} gates={gates} onChange={onChange} />}
      <Reason
        class="mark-reasons"
        question={L.why()}
        label={L.reason()}
        usual={[L.whyForgot(), L.whyLost(), L.whyBroken(), L.whyInClass()]}
        value={draft.reason}
        maxLength={300}
        fault={isChecked.value && isShort ? L.whyShort() : null}
        onChange={(reason) => onChange({ reason })}
      />
      <Button type="submit" kind="main">
        {L.goOn()}
      </Button>
    </Form>
  );
}

function Where({ draft, gates, onChange }: Omit<AskProps, "onDone">) {
  return (
    <div class="field">
      <label for="diem-ghi">{L.where()}</label>
      <select
        id="diem-ghi"
        value={draft.stationId}
        onChange={(event) => onChange({ stationId: event.currentTarget.value })}
      >
        {gates.map((gate) => (
          <option key={gate.id} value={gate.id}>
            {gate.name}
          </option>
        ))}
      </select>
    </div>
  );
}

interface CheckProps {
  pupil: Pupil;
  draft: Draft;
  where: string;
  onBack: () => void;
  onSent: (mark: Mark, marked: Marked) => void;
}

function Check({ pupil, draft, where, onBack, onSent }: CheckProps) {
  const sending = useSending();
  const made = useRef<Mark | null>(null);
  const words = draft.direction === "in" ? L.confirmIn : L.confirmOut;
  async function send(): Promise<void> {
    made.current ??= await makeMark(pupil.student_id, draft);
    onSent(made.current, await sendMark(made.current));
  }
  return (
    <div class="stack" aria-live="polite">
      <p class="strong">{words(pupil.name, where)}</p>
      <p>{L.note(draft.reason.trim())}</p>
      <p class="hint">{L.confirmHint()}</p>
      <Fault error={sending.failure.value} />
      <div class="across end">
        <Button onClick={onBack} disabled={sending.busy.value}>
          {L.change()}
        </Button>
        <Button kind="main" busy={sending.busy.value} onClick={() => void sending.run(send)}>
          {L.markDo()}
        </Button>
      </div>
    </div>
  );
}

interface AnswerProps {
  sent: Sent;
  onUndone: () => Promise<void>;
  onAgain: () => void;
  onClose: () => void;
}

function Answer({ sent: { mark, marked, at }, onUndone, onAgain, onClose }: AnswerProps) {
  const sending = useSending();
  const said = useSignal<"done" | "late" | null>(null);
  const { tone, words } = wordsOfMark(mark, marked);
  async function undo(): Promise<void> {
    try {
      await takeBack(mark);
      said.value = "done";
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 409) throw error;
      said.value = "late";
    }
    await onUndone();
  }
  const mayUndo = isRecorded(marked) && said.value === null && now.value - at < UNDO_MS;
  return (
    <div class="stack">
      {said.value !== "done" && <Note tone={tone}>{words}</Note>}
      {said.value && (
        <Note tone={said.value === "done" ? "wait" : "bad"}>
          {said.value === "done" ? L.undoneNow() : L.tooLate()}
        </Note>
      )}
      <Fault error={sending.failure.value} />
      <div class="across end">
        {mayUndo && (
          <Button icon="undo" busy={sending.busy.value} onClick={() => void sending.run(undo)}>
            {L.undo()}
          </Button>
        )}
        {tone === "bad" && <Button onClick={onAgain}>{C.retry()}</Button>}
        <Button kind="main" onClick={onClose}>
          {L.done()}
        </Button>
      </div>
    </div>
  );
}
