/** An announcement as it is being written: what may be asked, and what is still missing. */

import { clock, schoolDay } from "../../format";
import { N } from "../../i18n/notices";

export type AnswerKind = "none" | "acknowledge" | "rsvp" | "yes_no" | "choice" | "text";
export type AudienceKind = "school" | "grade" | "class" | "group" | "student" | "staff";

export const ANSWER_KINDS: readonly AnswerKind[] = [
  "none",
  "acknowledge",
  "rsvp",
  "yes_no",
  "choice",
  "text",
];
export const LEAST_OPTIONS = 2;
export const MOST_OPTIONS = 10;

/** A part of whom it is for; `name` for the screen alone. */
export interface Part {
  readonly kind: AudienceKind;
  readonly ref: string;
  readonly name: string;
}

/** A day and an hour of the school, as two fields hold them; "": not chosen. */
export interface When {
  readonly day: string;
  readonly time: string;
}

export interface Draft {
  readonly parts: readonly Part[];
  readonly toFamilies: boolean;
  readonly toStaff: boolean;
  /** The principals alone; of the department's. */
  readonly toLeaders: boolean;
  readonly title: string;
  readonly body: string;
  readonly answerKind: AnswerKind;
  readonly options: readonly string[];
  readonly until: When;
  readonly isUrgent: boolean;
  readonly isLater: boolean;
  readonly goesAt: When;
}

export const NEVER: When = { day: "", time: "" };

export const EMPTY: Draft = {
  parts: [],
  toFamilies: true,
  toStaff: false,
  toLeaders: false,
  title: "",
  body: "",
  answerKind: "none",
  options: ["", ""],
  until: NEVER,
  isUrgent: false,
  isLater: false,
  goesAt: NEVER,
};

/** The instant of a day and an hour in the school's zone; null: one is missing. */
export function instantOf({ day, time }: When): string | null {
  if (!day || !time) return null;
  return new Date(`${day}T${time.slice(0, 5)}:00+07:00`).toISOString();
}

export function whenOf(instant: string | null): When {
  return instant ? { day: schoolDay(instant), time: clock(instant) } : NEVER;
}

export function has(parts: readonly Part[], { kind, ref }: Pick<Part, "kind" | "ref">): boolean {
  return parts.some((each) => each.kind === kind && each.ref === ref);
}

/** With it, or without it if it was there; the whole school makes all other pupils needless. */
export function toggled(parts: readonly Part[], part: Part): Part[] {
  const others = parts.filter((each) => !(each.kind === part.kind && each.ref === part.ref));
  if (others.length < parts.length) return others;
  if (part.kind === "school") return [part, ...others.filter((each) => each.kind === "staff")];
  const rest = part.kind === "staff" ? others : others.filter((each) => each.kind !== "school");
  return [...rest, part];
}

/** Single people are meant themselves: whether families or staff is asked of the rest alone. */
export function needsWhom(parts: readonly Part[]): boolean {
  return parts.some((each) => each.kind !== "student" && each.kind !== "staff");
}

/** The choices that were given, once each. */
export function optionsOf({ answerKind, options }: Draft): string[] {
  if (answerKind !== "choice") return [];
  return [...new Set(options.map((each) => each.trim()).filter(Boolean))];
}

export interface Faults {
  audience?: string;
  title?: string;
  body?: string;
  options?: string;
  until?: string;
  goesAt?: string;
}

/** What keeps it from being sent, said at its field. */
export function faultsOf(draft: Draft, now: number): Faults {
  const found: Faults = {};
  if (draft.parts.length === 0) found.audience = N.audienceMissing();
  else if (needsWhom(draft.parts) && !draft.toFamilies && !draft.toStaff && !draft.toLeaders)
    found.audience = N.whomMissing();
  if (!draft.title.trim()) found.title = N.headingMissing();
  if (!draft.body.trim()) found.body = N.bodyMissing();
  if (draft.answerKind === "choice" && optionsOf(draft).length < LEAST_OPTIONS)
    found.options = N.optionsMissing();
  const goesAt = draft.isLater ? instantOf(draft.goesAt) : new Date(now).toISOString();
  if (goesAt === null || Date.parse(goesAt) < now) found.goesAt = N.timePast();
  if (draft.answerKind !== "none") {
    const until = instantOf(draft.until);
    if (until === null) found.until = N.untilMissing();
    else if (until <= (goesAt ?? "")) found.until = N.untilPast();
  }
  return found;
}

/** In three days at five in the afternoon: a weekend later for what is asked on a Thursday. */
export function usualDeadline(today: string): When {
  const noon = Date.parse(`${today}T12:00:00+07:00`);
  return { day: schoolDay(noon + 3 * 24 * 3600 * 1000), time: "17:00" };
}
