/** The one request that a class's day becomes. */

import type { Schemas } from "../../api";
import {
  type CareDraft,
  type ClassDay,
  caresOf,
  type Draft,
  isCared,
  type LessonDraft,
} from "./day_draft";

type Body = Schemas["DayGiven"];

const isWritten = ({ text }: Pick<LessonDraft, "text">) => text.trim() !== "";

function careOf(care: CareDraft) {
  const { breakfast, lunch, snack, sleep, note } = care;
  const minutes = Number.parseInt(sleep, 10);
  return {
    breakfast,
    lunch,
    snack,
    sleep_min: Number.isNaN(minutes) ? null : minutes,
    note: note.trim(),
  };
}

/** Empty rows go nowhere, and what is as it was is not said again. */
export function bodyOf(draft: Draft, day: ClassDay): Body {
  const { forAll } = draft;
  const known = new Set(day.lessons.map((each) => each.id));
  return {
    // One that is there already and was emptied is taken back.
    lessons: draft.lessons
      .filter((each) => isWritten(each) || known.has(each.id))
      .map(({ id, subject, text }) => ({ id, subject: subject.trim(), text: text.trim() })),
    homework: draft.homework.filter(isWritten).map(({ id, subject, text, due, files }) => ({
      id,
      subject: subject.trim(),
      text: text.trim(),
      due_day: due,
      attachment_ids: files.map((each) => each.id),
    })),
    remark: isWritten(forAll)
      ? {
          id: forAll.id,
          kind: forAll.kind,
          about: forAll.about,
          text: forAll.text.trim(),
          but: [...draft.without],
        }
      : null,
    exceptions: Object.entries(draft.own).flatMap(([student_id, remarks]) =>
      remarks.map(({ id, kind, about, text }) => ({ id, student_id, kind, about, text })),
    ),
    care: isCared(draft.careAll) ? careOf(draft.careAll) : null,
    care_exceptions: caresOf(draft, day).map(([student_id, care]) => ({
      student_id,
      ...careOf(care),
    })),
  };
}
