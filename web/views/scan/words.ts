/** What an answer means at the gate: its colour, its sign, and what to do. */

import type { IconName } from "../../components/icons";
import { clock } from "../../format";
import { S } from "../../i18n/scan";
import { NOT_UNDONE, type Scan, type ScanResult } from "../../outbox";

export type Tone = "good" | "care" | "bad" | "wait";

export interface Words {
  tone: Tone;
  icon: IconName;
  title: string;
  hint: string;
}

type Outcome = ScanResult["outcome"];
type Say = readonly [Tone, () => string, () => string];

// Suspects are recorded, but count for nothing until somebody has looked: a guard has to look now.
const SAID: Record<Exclude<Outcome, "ok" | "late" | "duplicate">, Say> = {
  pending_review: ["care", S.pendingReview, S.pendingReviewHint],
  geo_uncertain: ["care", S.geoUncertain, S.geoUncertainHint],
  clock_suspect: ["care", S.clockSuspect, S.clockSuspectHint],
  clone_suspect: ["bad", S.cloneSuspect, S.cloneSuspectHint],
  impossible_travel: ["bad", S.impossibleTravel, S.cloneSuspectHint],
  invalid: ["bad", S.invalid, S.invalidHint],
  geo_outside: ["bad", S.geoOutside, S.geoOutsideHint],
  need_better_fix: ["bad", S.needBetterFix, S.needBetterFixHint],
  mock_suspect: ["bad", S.mockSuspect, S.mockSuspectHint],
  code_expired: ["bad", S.codeExpired, S.codeExpiredHint],
  code_future: ["bad", S.codeFuture, S.codeFutureHint],
  bad_mac: ["bad", S.badMac, S.badMacHint],
  unknown_key: ["bad", S.unknownKey, S.unknownKeyHint],
  card_revoked: ["bad", S.cardRevoked, S.cardRevokedHint],
  wrong_school: ["bad", S.wrongSchool, S.wrongSchoolHint],
  not_enrolled: ["bad", S.notEnrolled, S.notEnrolledHint],
  forbidden: ["bad", S.forbidden, S.forbiddenHint],
  device_unbound: ["bad", S.deviceUnbound, S.deviceUnboundHint],
  device_revoked: ["bad", S.deviceRevoked, S.deviceRevokedHint],
  stale_event: ["bad", S.staleEvent, S.staleEventHint],
  conflict: ["bad", S.conflict, S.conflictHint],
};

const SIGNS: Record<Tone, IconName> = { good: "check", care: "warn", bad: "cross", wait: "wait" };

function words(tone: Tone, title: string, hint = "", icon: IconName = SIGNS[tone]): Words {
  return { tone, icon, title, hint };
}

/** What is wrong may have been mended a moment later: the same card may be read again. */
export const MENDABLE: ReadonlySet<string> = new Set<Outcome>([
  "geo_outside",
  "need_better_fix",
  "mock_suspect",
  "code_expired",
  "code_future",
  "invalid",
  "conflict",
]);

export function wordsOfOutcome(outcome: string): Words {
  if (outcome === NOT_UNDONE) return undoFailedWords();
  if (outcome.startsWith("unreadable")) return words("bad", S.unreadable(), S.unreadableHint());
  const said = SAID[outcome as keyof typeof SAID];
  if (said) return words(said[0], said[1](), said[2]());
  return words("bad", S.unknownOutcome(), S.unknownOutcomeHint());
}

export function wordsOfAnswer(result: ScanResult, direction: Scan["direction"]): Words {
  switch (result.outcome) {
    case "ok":
      return fine(result, direction);
    case "late":
      return words("care", lateness(result), "", "clock");
    case "duplicate": {
      const at = result.recorded_at;
      const title = at ? S.duplicateAt(clock(at)) : S.duplicate();
      return words("care", title, S.duplicateHint(), "turn");
    }
    default:
      return wordsOfOutcome(result.outcome);
  }
}

function lateness(result: ScanResult): string {
  return result.late_minutes ? S.late(result.late_minutes) : S.lateOnly();
}

function fine(result: ScanResult, direction: Scan["direction"]): Words {
  if (direction === "out") {
    if (result.exit_slip) return slipWords(result.exit_slip.at.slice(0, 5), result.recorded_at);
    return result.status === "left_early"
      ? words("care", S.leftEarly(), S.leftEarlyHint(), "out")
      : words("good", S.left(), "", "out");
  }
  // Who comes back in after the lesson has begun was late this morning, not now.
  return words("good", result.status === "present" ? S.onTime() : S.entered());
}

/** Approved is approved, but not an hour before its time. */
function slipWords(at: string, leftAt: string | null): Words {
  const isBefore = leftAt !== null && clock(leftAt) < at;
  return isBefore
    ? words("care", S.leftEarly(), S.slipLater(at), "out")
    : words("good", S.leftBySlip(), S.slipAt(at), "out");
}

export function waitingWords(isSending: boolean, isKnown: boolean): Words {
  if (isSending) return words("wait", S.sending());
  return words("wait", S.waiting(), isKnown ? S.waitingHint() : S.waitingUnknown());
}

export function undoneWords(): Words {
  return words("wait", S.undone(), "", "undo");
}

export function undoLaterWords(): Words {
  return words("wait", S.waiting(), S.undoLater(), "undo");
}

export function undoFailedWords(): Words {
  return words("bad", S.undoFailed(), S.undoFailedHint());
}

export function foreignWords(isStation: boolean): Words {
  return isStation
    ? words("bad", S.stationCode(), S.stationCodeHint())
    : words("bad", S.foreign(), S.foreignHint());
}

const RELATIONS: Record<string, () => string> = {
  mother: S.mother,
  father: S.father,
  grandparent: S.grandparent,
  aunt_or_uncle: S.auntOrUncle,
  sibling: S.sibling,
  neighbour: S.neighbour,
  nanny: S.nanny,
  driver: S.driver,
};

export function relationName(relation: string): string {
  return (RELATIONS[relation] ?? S.otherRelation)();
}
