/** What families say is wrong, and the school's answer to it. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Form, useSending } from "../../components/form";
import { Badge, Button, Card, Dialog } from "../../components/ui";
import { clock, dayFromToday, moment, schoolDay } from "../../format";
import { hats } from "../../hats";
import { L } from "../../i18n/classes";
import { C } from "../../i18n/common";
import { type Query, useQuery } from "../../query";
import { AlsoCorrect } from "./also_correct";
import { type Draft, faultsOf, sendCorrection } from "./correcting";
import { usePolling } from "./polling";

type Dispute = Schemas["SchoolDispute"];
type Verdict = Schemas["AnswerGiven"]["answer"];

const KINDS: Record<Dispute["kind"], () => string> = {
  not_there: L.notThere,
  was_there: L.wasThere,
  wrong_time: L.wrongTime,
  wrong_direction: L.wrongDirection,
  other: L.otherWrong,
};

/** Whether the caller answers for the class (null: for any class of the school). */
export function answersFor(schoolId: number, classId: string | null): boolean {
  return hats.value.some(
    (each) =>
      each.schoolId === schoolId &&
      (each.role === "principal" ||
        (each.role === "homeroom_teacher" &&
          (classId === null || each.classIds.includes(classId)))),
  );
}

interface Props {
  schoolId: number;
  /** null: every class of the caller's. */
  classId: string | null;
  onAnswered?: () => void;
}

/** The open ones, of a class or of all that the caller answers for; nothing where there are none. */
export function Disputes(props: Props) {
  return answersFor(props.schoolId, props.classId) ? <Open {...props} /> : null;
}

function Open({ schoolId, classId, onAnswered }: Props) {
  const query = useQuery(`bao-sai/${schoolId}/${classId ?? ""}`, async () => {
    const found = await of(
      api.GET("/v1/schools/{school_id}/disputes", {
        params: {
          path: { school_id: schoolId },
          query: { state: "open", limit: 200, class_id: classId ?? undefined },
        },
      }),
    );
    return found.items;
  });
  usePolling(query, 60_000);
  const answering = useSignal<Dispute | null>(null);
  const open = query.data.value ?? [];
  // What is being typed stays, also when somebody else was faster: sending says so.
  if (open.length === 0 && answering.value === null) return null;
  return (
    <Card class="class-disputes" aria-label={L.disputes()}>
      <h2 class="across">
        {L.disputes()} <Badge tone="late">{open.length}</Badge>
      </h2>
      <ul class="plain-list">
        {open.map((each) => (
          <li key={each.id}>
            <OpenDispute
              dispute={each}
              withClass={classId === null}
              onAnswer={() => {
                answering.value = each;
              }}
            />
          </li>
        ))}
      </ul>
      {answering.value && (
        <Answer
          dispute={answering.value}
          schoolId={schoolId}
          query={query}
          onAnswered={() => onAnswered?.()}
          onClose={() => {
            answering.value = null;
          }}
        />
      )}
    </Card>
  );
}

function askedBy({ asked_as, asked_by }: Dispute): string {
  if (asked_as === "student") return L.pupilSelf();
  return asked_by ?? L.family();
}

function scanOf({ scan_at, scan_direction, station_name }: Dispute): string | null {
  if (!scan_at) return null;
  const at = clock(scan_at);
  const way = scan_direction === "out" ? L.outAt(at) : L.inAt(at);
  return L.about([way, station_name].filter(Boolean).join(" · "));
}

function Words({ dispute }: { dispute: Dispute }) {
  const scan = scanOf(dispute);
  return (
    <>
      <span>
        {dayFromToday(dispute.day)}: {KINDS[dispute.kind]()}
      </span>
      {scan && <span class="muted">{scan}</span>}
      {dispute.note && <q class="class-said">{dispute.note}</q>}
      <span class="muted small">
        {askedBy(dispute)}, {moment(dispute.created_at)}
      </span>
    </>
  );
}

interface OpenProps {
  dispute: Dispute;
  withClass: boolean;
  onAnswer: () => void;
}

function OpenDispute({ dispute, withClass, onAnswer }: OpenProps) {
  const name = [dispute.student_name, withClass ? dispute.class_name : null];
  return (
    <div class="row class-dispute">
      <span class="grow">
        <strong>{name.filter(Boolean).join(" · ")}</strong>
        <Words dispute={dispute} />
      </span>
      <Button onClick={onAnswer} aria-label={L.answerTo(dispute.student_name)}>
        {L.answer()}
      </Button>
    </div>
  );
}

interface AnswerProps {
  dispute: Dispute;
  schoolId: number;
  query: Query<Dispute[]>;
  /** The record may have changed with it. */
  onAnswered: () => void;
  onClose: () => void;
}

/** The homeroom teacher sets today right, the principal any day. */
function mayCorrect(schoolId: number, day: string): boolean {
  const isPrincipal = hats.value.some(
    (each) => each.schoolId === schoolId && each.role === "principal",
  );
  return isPrincipal || day === schoolDay();
}

function Answer({ dispute, schoolId, query, onAnswered, onClose }: AnswerProps) {
  const sending = useSending();
  const verdict = useSignal<Verdict | null>(null);
  const message = useSignal("");
  const isChecked = useSignal(false);
  const draft = useSignal<Draft | null>(null);
  const maySet = mayCorrect(schoolId, dispute.day);
  const isSetting = verdict.value === "upheld" && draft.value !== null;

  async function send(): Promise<void> {
    if (!verdict.value) return;
    if (isSetting && draft.value) {
      // One word to the family: the correction is the answer.
      await sendCorrection(draft.value, {
        studentId: dispute.student_id,
        day: dispute.day,
        reason: message.value,
        disputeId: dispute.id,
      });
      close();
      return;
    }
    await of(
      api.POST("/v1/schools/{school_id}/disputes/{dispute_id}/answer", {
        params: { path: { school_id: schoolId, dispute_id: dispute.id } },
        body: { answer: verdict.value, message: message.value.trim() },
      }),
    );
    close();
  }

  function close(): void {
    query.data.value = (query.data.peek() ?? []).filter((each) => each.id !== dispute.id);
    onAnswered();
    onClose();
  }

  return (
    <Dialog title={dispute.student_name} onClose={onClose}>
      <div class="stack tight">
        <Words dispute={dispute} />
      </div>
      <Form
        sending={sending}
        onSend={send}
        check={() => {
          isChecked.value = true;
          const isSet = !isSetting || Object.keys(faultsOf(draft.value as Draft)).length === 0;
          return verdict.value !== null && message.value.trim() !== "" && isSet;
        }}
      >
        <Verdicts verdict={verdict.value} isMissing={isChecked.value && !verdict.value}>
          {(chosen) => {
            verdict.value = chosen;
          }}
        </Verdicts>
        {verdict.value === "upheld" &&
          (maySet ? (
            <AlsoCorrect
              dispute={dispute}
              schoolId={schoolId}
              draft={draft.value}
              isChecked={isChecked.value}
              onChange={(changed) => {
                draft.value = changed;
              }}
            />
          ) : (
            <p class="hint">{L.answerToday()}</p>
          ))}
        <Message
          text={message.value}
          isMissing={isChecked.value && !message.value.trim()}
          onText={(text) => {
            message.value = text;
          }}
        />
        <div class="across end">
          <Button onClick={onClose}>{C.cancel()}</Button>
          <Button type="submit" kind="main" busy={sending.busy.value}>
            {L.sendAnswer()}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

interface VerdictsProps {
  verdict: Verdict | null;
  isMissing: boolean;
  /** What to do with a choice. */
  children: (chosen: Verdict) => void;
}

function Verdicts({ verdict, isMissing, children: choose }: VerdictsProps) {
  const words: [Verdict, string][] = [
    ["upheld", L.uphold()],
    ["declined", L.decline()],
  ];
  return (
    <fieldset>
      <legend>{L.verdict()}</legend>
      {words.map(([value, label]) => (
        <label class="choice" key={value}>
          <input
            type="radio"
            name="verdict"
            checked={verdict === value}
            aria-invalid={isMissing}
            onChange={() => choose(value)}
          />
          <span>{label}</span>
        </label>
      ))}
      <p class="fault" role="alert">
        {isMissing && L.chooseVerdict()}
      </p>
    </fieldset>
  );
}

interface MessageProps {
  text: string;
  isMissing: boolean;
  onText: (text: string) => void;
}

function Message({ text, isMissing, onText }: MessageProps) {
  return (
    <div class="field">
      <label for="loi-nhan">{L.message()}</label>
      <textarea
        id="loi-nhan"
        rows={3}
        maxLength={500}
        value={text}
        aria-invalid={isMissing}
        aria-describedby="loi-nhan-thieu"
        onInput={(event) => onText(event.currentTarget.value)}
      />
      <p id="loi-nhan-thieu" class="fault">
        {isMissing && L.writeMessage()}
      </p>
    </div>
  );
}
