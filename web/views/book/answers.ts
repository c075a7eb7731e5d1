/** What an announcement asks for, and what was said to it. */

import type { Schemas } from "../../api";
import { Q } from "../../i18n/book_answers";

export type Announcement = Schemas["AnnouncementShown"];
export type Mine = Schemas["Mine"];
export type AnswerKind = Announcement["answer_kind"];

/** What may be tapped; empty: the answer is written, or nothing is asked. */
export function choicesOf(kind: AnswerKind, options: readonly string[]): readonly string[] {
  switch (kind) {
    case "rsvp":
      return ["yes", "no", "maybe"];
    case "yes_no":
      return ["yes", "no"];
    case "choice":
      return options;
    default:
      return [];
  }
}

const SAID: Partial<Record<AnswerKind, Readonly<Record<string, () => string>>>> = {
  acknowledge: { ok: Q.acknowledged },
  rsvp: { yes: Q.attending, no: Q.absent, maybe: Q.perhaps },
  yes_no: { yes: Q.yes, no: Q.no },
};

/** An answer in words; what a person wrote or chose stays as it is. */
export function answerWords(kind: AnswerKind, answer: string): string {
  return SAID[kind]?.[answer]?.() ?? answer;
}

export function questionOf(kind: AnswerKind): string {
  switch (kind) {
    case "rsvp":
      return Q.rsvp();
    case "yes_no":
      return Q.yesNo();
    case "choice":
      return Q.choose();
    default:
      return Q.write();
  }
}

/** Whether something may still be said to it. */
export function isOpen(
  {
    answer_kind,
    answer_until,
    state,
  }: Pick<Announcement, "answer_kind" | "answer_until" | "state">,
  now: number,
): boolean {
  if (answer_kind === "none" || state !== "published") return false;
  return answer_until === null || Date.parse(answer_until) > now;
}
