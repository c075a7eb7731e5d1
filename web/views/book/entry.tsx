/** One entry of a child's book, whole: homework, a remark, what was taught. */

import { api, of, type Schemas } from "../../api";
import { Icon } from "../../components/icons";
import { Badge, Card, Empty, Loaded, Note, Page } from "../../components/ui";
import { dayName, moment } from "../../format";
import { B } from "../../i18n/book";
import { C } from "../../i18n/common";
import { type Query, useQuery } from "../../query";
import type { Parameters } from "../../router";
import { kin } from "../parent/kin";
import { Attachments } from "./attachments";
import { DoneMark } from "./done_mark";
import { remarkTone, remarkWords } from "./line_words";
import { Prose } from "./prose";
import { iconOfKind } from "./words";
import "../parent/inbox.css";
import "./book.css";

type Homework = Schemas["Homework"];
type Remark = Schemas["Remark"];
type Lesson = Schemas["Lesson"];

interface Props {
  student: string;
  id: string;
}

export default function EntryPage({ params }: { params: Parameters }) {
  const student = params.student ?? "";
  const props = { key: params.id, student, id: params.id ?? "" };
  if (!kin(student)) return <Unknown title={C.notYours()} />;
  switch (params.kind) {
    case "homework":
      return <HomeworkPage {...props} />;
    case "remark":
      return <RemarkPage {...props} />;
    case "lesson":
      return <LessonPage {...props} />;
    default:
      return <Unknown title={B.notHere()} />;
  }
}

function Unknown({ title }: { title: string }) {
  return (
    <Page title={title} back="/so-lien-lac">
      <Empty icon="book" title={title}>
        <p>{B.notHereHint()}</p>
      </Empty>
    </Page>
  );
}

function HomeworkPage({ student, id }: Props) {
  const params = { path: { homework_id: id }, query: { student_id: student } };
  const query = useQuery(`so/homework/${student}/${id}`, () =>
    of(api.GET("/v1/contact-book/homework/{homework_id}", { params })),
  );
  const title = query.data.value ? B.homeworkOf(query.data.value.subject) : B.homework();
  return (
    <Page title={title} back={`/con/${student}/so`}>
      <Loaded query={query}>
        {(found) => <HomeworkSheet query={query} found={found} student={student} />}
      </Loaded>
    </Page>
  );
}

interface HomeworkProps {
  query: Query<Homework>;
  found: Homework;
  student: string;
}

function HomeworkSheet({ query, found, student }: HomeworkProps) {
  if (found.text === null) return <Note tone="late">{B.withdrawnNote()}</Note>;
  return (
    <Card class="sheet">
      <From kind="homework" author={found.author_name} at={found.created_at} student={student} />
      <p>
        <Badge tone={found.done ? "plain" : "late"}>{B.due(dayName(found.due_day))}</Badge>
      </p>
      <Prose text={found.text} />
      <Attachments items={found.attachments} onStale={query.reload} />
      <DoneMark
        homework={{ id: found.id, name: B.homeworkOf(found.subject) }}
        studentId={student}
        isDone={found.done ?? false}
        onChanged={(done) => {
          query.data.value = { ...found, done };
        }}
      />
    </Card>
  );
}

function RemarkPage({ student, id }: Props) {
  const params = { path: { remark_id: id } };
  const query = useQuery(`so/remark/${student}/${id}`, () =>
    of(api.GET("/v1/contact-book/remarks/{remark_id}", { params })),
  );
  const found = query.data.value;
  return (
    <Page title={found ? remarkWords(found) : B.remark()} back={`/con/${student}/so`}>
      <Loaded query={query}>{(remark) => <RemarkSheet remark={remark} />}</Loaded>
    </Page>
  );
}

function RemarkSheet({ remark }: { remark: Remark }) {
  if (remark.text === null) {
    const why = remark.withdrawn_reason;
    return <Note tone="late">{why ? B.withdrawnWhy(why) : B.withdrawnNote()}</Note>;
  }
  return (
    <Card class="sheet">
      <From
        kind="remark"
        tone={remarkTone(remark)}
        author={remark.author_name}
        at={remark.created_at}
        student={remark.student_id}
      />
      <Prose text={remark.text} />
      <Attachments items={remark.attachments} />
      {remark.edited_at && <p class="muted small">{B.editedAt(moment(remark.edited_at))}</p>}
    </Card>
  );
}

function LessonPage({ student, id }: Props) {
  const params = { path: { lesson_id: id }, query: { student_id: student } };
  const query = useQuery(`so/lesson/${student}/${id}`, () =>
    of(api.GET("/v1/contact-book/lessons/{lesson_id}", { params })),
  );
  const found = query.data.value;
  return (
    <Page title={found ? B.lessonOf(found.subject) : B.lesson()} back={`/con/${student}/so`}>
      <Loaded query={query}>
        {(lesson: Lesson) => (
          <Card class="sheet">
            <From
              kind="lesson"
              author={lesson.author_name}
              at={lesson.created_at}
              student={student}
            />
            <Prose text={lesson.text} />
          </Card>
        )}
      </Loaded>
    </Page>
  );
}

interface FromProps {
  kind: "homework" | "remark" | "lesson";
  tone?: string;
  author: string;
  at: string;
  student: string;
}

function From({ kind, tone = "", author, at, student }: FromProps) {
  return (
    <p class="sheet-from">
      <span class={`mark-of ${tone}`}>
        <Icon name={iconOfKind(kind)} />
      </span>
      <span class="grow">
        <strong>{author}</strong>
        <span class="muted small">
          {[kin(student)?.name, moment(at)].filter(Boolean).join(" · ")}
        </span>
      </span>
    </p>
  );
}
