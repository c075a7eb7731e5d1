/** What was taught, and what is to be done at home. */

import { type Signal, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { api, of } from "../../api";
import type { Attached } from "../../attaching";
import { Attach } from "../../components/attach";
import { Confirm } from "../../components/confirm";
import { Button, Card, Field } from "../../components/ui";
import { dayFromToday } from "../../format";
import { Y } from "../../i18n/class_day";
import { Attachments } from "../book/attachments";
import { addDays } from "../office/days";
import {
  type Faults,
  type HomeworkDraft,
  type LessonDraft,
  newHomework,
  newLesson,
  nextSchoolDay,
} from "./day_draft";
import type { PartProps } from "./day_part";
import { useListSignal } from "./list_signal";

export function Lessons({ day, draft, put, faults }: PartProps) {
  const { lessons } = draft.value;
  const others = day.lessons.filter((each) => !each.may_change);
  const change = (id: string, changed: Partial<LessonDraft>) =>
    put({ lessons: lessons.map((each) => (each.id === id ? { ...each, ...changed } : each)) });
  return (
    <Card aria-label={Y.lessons()}>
      <h2>{Y.lessons()}</h2>
      {others.map((each) => (
        <p key={each.id}>
          <strong>{each.subject}:</strong> {each.text}{" "}
          <span class="muted small">{Y.by(each.author_name)}</span>
        </p>
      ))}
      {day.may_write &&
        lessons.map((lesson, n) => (
          <fieldset key={lesson.id} class="day-row">
            <legend class="sr-only">{`${Y.lessons()} ${n + 1}`}</legend>
            <Subject
              subjects={day.subjects}
              value={lesson.subject}
              fault={faults[lesson.id]?.subject}
              onChange={(subject) => change(lesson.id, { subject })}
            />
            <Words
              label={Y.lessonText()}
              rows={2}
              value={lesson.text}
              fault={faults[lesson.id]?.text}
              onChange={(text) => change(lesson.id, { text })}
            />
            {lessons.length > 1 && !day.lessons.some((each) => each.id === lesson.id) && (
              <Button
                kind="quiet"
                icon="cross"
                class="desk-start"
                aria-label={Y.dropLesson(n + 1)}
                onClick={() => put({ lessons: lessons.filter((each) => each !== lesson) })}
              >
                {Y.drop()}
              </Button>
            )}
          </fieldset>
        ))}
      {day.may_write && (
        <Button
          kind="quiet"
          icon="plus"
          class="desk-start"
          onClick={() => put({ lessons: [...lessons, newLesson(only(day.subjects))] })}
        >
          {Y.addLesson()}
        </Button>
      )}
    </Card>
  );
}

function only(subjects: readonly string[] | null): string {
  return subjects?.length === 1 ? (subjects[0] ?? "") : "";
}

interface HomeworkProps extends PartProps {
  isBusy: Signal<boolean>;
  onChanged: () => Promise<void>;
}

export function Homework(props: HomeworkProps) {
  const { school, day, draft, put, faults, isBusy, onChanged } = props;
  const ending = useSignal<string | null>(null);
  const { homework } = draft.value;
  const others = day.homework.filter((each) => !each.may_change && each.text !== null);
  const change = (id: string, changed: Partial<HomeworkDraft>) => {
    const now = draft.peek().homework;
    put({ homework: now.map((each) => (each.id === id ? { ...each, ...changed } : each)) });
  };
  return (
    <Card aria-label={Y.homework()}>
      <h2>{Y.homework()}</h2>
      {others.map((each) => (
        <div key={each.id} class="stack-small">
          <p>
            <strong>{each.subject}:</strong> {each.text}{" "}
            <span class="muted small">
              {Y.due()} {dayFromToday(each.due_day)}, {Y.by(each.author_name)}
            </span>
          </p>
          <Attachments items={each.attachments} />
        </div>
      ))}
      {day.may_write &&
        homework.map((one, n) => (
          <OneHomework
            key={one.id}
            n={n}
            school={school}
            subjects={day.subjects}
            day={day.day}
            one={one}
            fault={faults[one.id]}
            isBusy={isBusy}
            onChange={(changed) => change(one.id, changed)}
            isSent={day.homework.some((each) => each.id === one.id)}
            onDrop={() => put({ homework: homework.filter((each) => each !== one) })}
            onEnd={() => {
              ending.value = one.id;
            }}
          />
        ))}
      {day.may_write && (
        <Button
          kind={homework.length ? "quiet" : "plain"}
          icon="plus"
          class="desk-start"
          onClick={() => put({ homework: [...homework, newHomework(day.day, only(day.subjects))] })}
        >
          {Y.addHomework()}
        </Button>
      )}
      {ending.value && (
        <Confirm
          title={Y.askEndHomework()}
          action={Y.withdraw()}
          onYes={async () => {
            const params = { path: { homework_id: ending.peek() ?? "" } };
            await of(api.POST("/v1/contact-book/homework/{homework_id}/withdrawal", { params }));
            put({ homework: homework.filter((each) => each.id !== ending.peek()) });
            await onChanged();
          }}
          onClose={() => {
            ending.value = null;
          }}
        >
          <p>{Y.endHomeworkHint()}</p>
        </Confirm>
      )}
    </Card>
  );
}

interface OneProps {
  n: number;
  school: number;
  subjects: readonly string[] | null;
  day: string;
  one: HomeworkDraft;
  fault: Faults[string] | undefined;
  isBusy: Signal<boolean>;
  onChange: (changed: Partial<HomeworkDraft>) => void;
  /** It has gone out already. */
  isSent: boolean;
  onDrop: () => void;
  onEnd: () => void;
}

function OneHomework(props: OneProps) {
  const { n, school, subjects, day, one, fault, isBusy, isSent, onChange } = props;
  const files = useListSignal<Attached>(one.files, (list) => onChange({ files: list }));
  const days = [
    [nextSchoolDay(day), Y.tomorrow()],
    [addDays(day, 7), Y.nextWeek()],
  ] as const;
  return (
    <fieldset class="day-row">
      <legend class="sr-only">{`${Y.homework()} ${n + 1}`}</legend>
      <Subject
        subjects={subjects}
        value={one.subject}
        fault={fault?.subject}
        onChange={(subject) => onChange({ subject })}
      />
      <Words
        label={Y.homeworkText()}
        rows={3}
        value={one.text}
        fault={fault?.text}
        onChange={(text) => onChange({ text })}
      />
      <div class="day-due">
        <Field
          label={Y.due()}
          type="date"
          min={day}
          value={one.due}
          fault={fault?.due ?? null}
          onInput={(event) => onChange({ due: event.currentTarget.value })}
        />
        <div class="desk-chips">
          {days.map(([due, name]) => (
            <Button key={name} aria-pressed={one.due === due} onClick={() => onChange({ due })}>
              {name}
            </Button>
          ))}
        </div>
      </div>
      <Attach store={school} list={files} busy={isBusy} />
      <Button
        kind={isSent ? "danger" : "quiet"}
        {...(!isSent && { icon: "cross" as const })}
        class="desk-start"
        aria-label={isSent ? Y.endHomework(n + 1) : Y.dropHomework(n + 1)}
        onClick={isSent ? props.onEnd : props.onDrop}
      >
        {isSent ? Y.withdraw() : Y.drop()}
      </Button>
    </fieldset>
  );
}

interface SubjectProps {
  /** null: any. */
  subjects: readonly string[] | null;
  value: string;
  fault: string | undefined;
  onChange: (subject: string) => void;
}

/** Who teaches one subject is not asked; several are taps; a homeroom teacher may write any. */
function Subject({ subjects, value, fault, onChange }: SubjectProps) {
  if (subjects === null)
    return (
      <Field
        label={Y.subject()}
        maxLength={50}
        value={value}
        fault={fault ?? null}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    );
  if (subjects.length === 1) return <p class="strong">{subjects[0]}</p>;
  return (
    <fieldset class="stack-small">
      <legend>{Y.subject()}</legend>
      <div class="desk-chips">
        {subjects.map((each) => (
          <Button key={each} aria-pressed={value === each} onClick={() => onChange(each)}>
            {each}
          </Button>
        ))}
      </div>
      {fault && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </fieldset>
  );
}

interface WordsProps {
  label: string;
  rows: number;
  value: string;
  fault: string | undefined;
  maxLength?: number;
  hint?: string;
  onChange: (text: string) => void;
}

export function Words({ label, rows, value, fault, maxLength = 2000, hint, onChange }: WordsProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        rows={rows}
        maxLength={maxLength}
        value={value}
        aria-invalid={Boolean(fault)}
        aria-describedby={`${id}-more`}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <p id={`${id}-more`} class={fault ? "fault" : "hint"}>
        {fault ?? hint}
      </p>
    </div>
  );
}
