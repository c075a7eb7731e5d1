/** The one request that a class's day becomes. */

import type { Schemas } from "../../api";
import {
  type CareDraft,
  type ClassDay,
  careDraft,
  type Draft,
  type LessonDraft,
  NO_CARE,
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

function isSame(one: CareDraft, other: CareDraft): boolean {
  return JSON.stringify(careOf(one)) === JSON.stringify(careOf(other));
}

/** Empty rows go nowhere, and what is as it was is not said again. */
export function bodyOf(draft: Draft, day: ClassDay): Body {
  const { forAll, careAll } = draft;
  const known = new Set(day.lessons.map((each) => each.id));
  const before = new Map(day.pupils.map((each) => [each.student_id, each.care]));
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
    care: careAll && !isSame(careAll, NO_CARE) ? careOf(careAll) : null,
    care_exceptions: Object.entries(draft.care)
      .filter(([id, care]) => {
        const sent = before.get(id);
        // Said again beside words for all, which would else take its place.
        return careAll !== null || !sent || !isSame(care, careDraft(sent));
      })
      .map(([student_id, care]) => ({ student_id, ...careOf(care) })),
  };
}
