/** The one request that a class's day becomes. */

import type { Schemas } from "../../api";
import {
  type CareDraft,
  caresOf,
  type Draft,
  hasOtherFiles,
  isCared,
  isNewHomework,
  isNewLesson,
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

/** Which state of the row this was made from: the server writes over no newer one. */
const readAt = (was: { changed_at: string } | undefined) => was && { changed_at: was.changed_at };

/** The newest of what was there of the children; null: nothing. */
function newestOf(before: Draft["caredBefore"]): string | null {
  return Object.values(before).reduce<string | null>(
    (newest, { changed_at: at }) => (newest === null || at > newest ? at : newest),
    null,
  );
}

/**
 * Empty rows go nowhere, and what is as it was loaded is not said again: somebody may have changed
 * it since.
 */
export function bodyOf(draft: Draft): Body {
  const { forAll } = draft;
  return {
    // One that is there already and was emptied is taken back.
    lessons: draft.lessons.filter(isNewLesson).map(({ id, subject, text, was }) => ({
      id,
      subject: subject.trim(),
      text: text.trim(),
      ...readAt(was),
    })),
    homework: draft.homework.filter(isNewHomework).map((each) => ({
      id: each.id,
      subject: each.subject.trim(),
      text: each.text.trim(),
      due_day: each.due,
      ...(hasOtherFiles(each) && { attachment_ids: each.files.map((file) => file.id) }),
      ...readAt(each.was),
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
    care: isCared(draft.careAll)
      ? { ...careOf(draft.careAll), changed_at: newestOf(draft.caredBefore) }
      : null,
    care_exceptions: caresOf(draft).map(([student_id, care]) => ({
      student_id,
      ...careOf(care),
      ...readAt(draft.caredBefore[student_id]),
    })),
  };
}
