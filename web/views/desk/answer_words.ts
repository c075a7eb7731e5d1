/** An answer as people say it. */

import { N } from "../../i18n/notices";
import type { AnswerKind } from "./notice_draft";

const WORDS: Partial<Record<AnswerKind, Record<string, () => string>>> = {
  acknowledge: { ok: N.acknowledged },
  rsvp: { yes: N.coming, no: N.notComing, maybe: N.maybe },
  yes_no: { yes: N.yes, no: N.no },
};

/** Of a choice and a short text: what was chosen or written. */
export function answerWords(kind: AnswerKind, answer: string): string {
  return WORDS[kind]?.[answer]?.() ?? answer;
}
