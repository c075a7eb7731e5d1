/** What each outcome means to who checks in: said in words, with what to do next. */

import type { IconName } from "../../components/icons";
import { clock } from "../../format";
import { O } from "../../i18n/checkin";
import type { Answer, CheckIn } from "./sending";

export interface Said {
  tone: "good" | "late" | "bad" | "wait";
  icon: IconName;
  words: string;
  hint: string;
  /** Scanning again may help. */
  again?: boolean;
}

type Words = readonly [() => string, () => string, again?: boolean];

const REVIEWED: Words = [O.review, O.reviewHint];
const FAKE: Words = [O.fake, O.fakeHint, true];
const NOT_ALLOWED: Words = [O.notAllowed, O.notAllowedHint];
const FAILED: Words = [O.failed, O.failedHint, true];

const RECORDED: Partial<Record<Answer["outcome"], Words>> = {
  pending_review: REVIEWED,
  geo_uncertain: REVIEWED,
  clock_suspect: REVIEWED,
  clone_suspect: REVIEWED,
  impossible_travel: REVIEWED,
  duplicate: [O.again, O.againHint],
};

const REFUSED: Partial<Record<Answer["outcome"], Words>> = {
  geo_outside: [O.outside, O.outsideHint, true],
  need_better_fix: [O.needFix, O.needFixHint, true],
  mock_suspect: [O.mock, O.mockHint, true],
  code_expired: [O.expired, O.expiredHint, true],
  code_future: [O.future, O.futureHint],
  bad_mac: FAKE,
  unknown_key: FAKE,
  wrong_school: [O.otherSchool, O.otherSchoolHint, true],
  not_enrolled: NOT_ALLOWED,
  forbidden: NOT_ALLOWED,
  device_unbound: [O.unbound, O.unboundHint],
  device_revoked: [O.revoked, O.revokedHint],
  stale_event: [O.expired, O.expiredHint, true],
  invalid: FAILED,
  conflict: FAILED,
};

export function said(answer: Answer, direction: CheckIn["direction"]): Said {
  const at = clock(answer.recorded_at ?? Date.now());
  if (answer.outcome === "ok" || answer.outcome === "late") {
    const words = direction === "in" ? O.inAt(at) : O.outAt(at);
    const isLate = answer.outcome === "late";
    return {
      tone: isLate ? "late" : "good",
      icon: "check",
      words,
      hint: isLate ? O.late() : O.goodDay(),
    };
  }
  const recorded = RECORDED[answer.outcome];
  const [words, hint, again] = recorded ?? REFUSED[answer.outcome] ?? FAILED;
  return {
    tone: recorded ? "wait" : "bad",
    icon: recorded ? "check" : "cross",
    words: words(),
    hint: hint(),
    again,
  };
}

export function saidWaiting(): Said {
  return { tone: "wait", icon: "wait", words: O.waiting(), hint: O.waitingHint() };
}
