/** The answer to an announcement, for one of those it came to: given, and changed until the deadline. */

import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { Button, Card, Fault, Field } from "../../components/ui";
import { moment } from "../../format";
import { B } from "../../i18n/book";
import { Q } from "../../i18n/book_answers";
import { C } from "../../i18n/common";
import { now } from "../../now";
import {
  type Announcement,
  answerWords,
  choicesOf,
  isOpen,
  type Mine,
  questionOf,
} from "./answers";

interface Props {
  announcement: Announcement;
  mine: Mine;
  /** How many answers are asked for here: more than one are told apart by name. */
  isOneOf: number;
  onAnswered: (after: Announcement) => void;
}

export function AnswerBox({ announcement, mine, isOneOf, onAnswered }: Props) {
  const id = useId();
  const changes = useSignal(false);
  const open = isOpen(announcement, now.value) && mine.may_answer;
  const { answer_until: until } = announcement;
  const isStaff = mine.person_kind === "staff";
  return (
    <Card class="answer-box" aria-labelledby={id}>
      <h2 id={id}>
        {isStaff ? Q.yourAnswerStaff() : Q.yourAnswer()}
        {isOneOf > 1 && !isStaff && `: ${mine.name}`}
      </h2>
      {mine.answer !== null && <Given announcement={announcement} mine={mine} />}
      {open && until && (
        <p class="hint">
          {mine.answer === null ? B.until(moment(until)) : Q.changeUntil(moment(until))}
        </p>
      )}
      {open && (mine.answer === null || changes.value) && (
        <Asking
          announcement={announcement}
          mine={mine}
          onAnswered={(after) => {
            changes.value = false;
            onAnswered(after);
          }}
          onClose={
            mine.answer === null
              ? null
              : () => {
                  changes.value = false;
                }
          }
        />
      )}
      {open &&
        mine.answer !== null &&
        !changes.value &&
        announcement.answer_kind !== "acknowledge" && (
          <Button
            class="start"
            icon="turn"
            onClick={() => {
              changes.value = true;
            }}
          >
            {Q.changeAnswer()}
          </Button>
        )}
      {!open && mine.answer === null && (
        <p class="muted">{isOpen(announcement, now.value) ? Q.onlyGuardians() : B.closed()}</p>
      )}
    </Card>
  );
}

function Given({ announcement, mine }: Pick<Props, "announcement" | "mine">) {
  return (
    <div class="given" role="status">
      <Icon name="check" />
      <span class="grow">
        <strong>{answerWords(announcement.answer_kind, mine.answer ?? "")}</strong>
        {mine.note && <q>{mine.note}</q>}
        {mine.answered_at && (
          <span class="muted small">
            {mine.is_answered_by_me
              ? Q.answeredByYou(moment(mine.answered_at))
              : Q.answeredByOther(moment(mine.answered_at))}
          </span>
        )}
      </span>
    </div>
  );
}

interface AskingProps extends Pick<Props, "announcement" | "mine" | "onAnswered"> {
  onClose: (() => void) | null;
}

function Asking({ announcement, mine, onAnswered, onClose }: AskingProps) {
  const { answer_kind: kind, answer_options: options } = announcement;
  const sending = useSending();
  const chosen = useSignal(mine.answer ?? "");
  const note = useSignal(mine.note ?? "");
  const fault = useSignal(false);

  async function send(answer: string): Promise<void> {
    const params = { path: { announcement_id: announcement.id } };
    const body = {
      student_id: mine.person_kind === "student" ? mine.person_id : null,
      answer,
      note: note.peek().trim(),
    };
    onAnswered(
      await of(
        api.PUT("/v1/contact-book/announcements/{announcement_id}/answer", { params, body }),
      ),
    );
  }

  if (kind === "acknowledge") {
    return (
      <>
        <Fault error={sending.failure.value} />
        <Button
          kind="main"
          class="fill"
          icon="check"
          busy={sending.busy.value}
          onClick={() => void sending.run(() => send("ok"))}
        >
          {Q.acknowledge()}
        </Button>
      </>
    );
  }
  const choose = (answer: string) => {
    chosen.value = answer;
    fault.value = false;
  };
  const choices = choicesOf(kind, options);
  return (
    <Form
      sending={sending}
      onSend={() => send(chosen.peek().trim())}
      check={() => {
        fault.value = chosen.peek().trim() === "";
        return !fault.peek();
      }}
    >
      {choices.length > 0 ? (
        <Choices
          kind={kind}
          choices={choices}
          chosen={chosen.value}
          fault={fault.value}
          onChoose={choose}
        />
      ) : (
        <Written value={chosen.value} fault={fault.value} onInput={choose} />
      )}
      {kind !== "text" && (
        <Field
          label={Q.note()}
          maxLength={500}
          value={note.value}
          onInput={(event) => {
            note.value = event.currentTarget.value;
          }}
        />
      )}
      <div class="across">
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {Q.sendAnswer()}
        </Button>
        {onClose && <Button onClick={onClose}>{C.cancel()}</Button>}
      </div>
    </Form>
  );
}

interface ChoicesProps {
  kind: Announcement["answer_kind"];
  choices: readonly string[];
  chosen: string;
  fault: boolean;
  onChoose: (answer: string) => void;
}

function Choices({ kind, choices, chosen, fault, onChoose }: ChoicesProps) {
  const name = useId();
  return (
    <fieldset class="choices">
      <legend>{questionOf(kind)}</legend>
      {choices.map((each) => (
        <label key={each} class="choice">
          <input
            type="radio"
            name={name}
            aria-invalid={fault}
            checked={chosen === each}
            onChange={() => onChoose(each)}
          />
          <span>{answerWords(kind, each)}</span>
        </label>
      ))}
      {fault && <p class="fault">{Q.answerMissing()}</p>}
    </fieldset>
  );
}

interface WrittenProps {
  value: string;
  fault: boolean;
  onInput: (answer: string) => void;
}

function Written({ value, fault, onInput }: WrittenProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{Q.write()}</label>
      <textarea
        id={id}
        rows={3}
        maxLength={1000}
        value={value}
        aria-invalid={fault}
        aria-describedby={`${id}-more`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <p id={`${id}-more`} class="fault">
        {fault && Q.answerMissing()}
      </p>
    </div>
  );
}
