/** A class's day as its teacher is filling it in, and the one request that it becomes. */

import type { Schemas } from "../../api";
import type { Attached } from "../../attaching";
import { Y } from "../../i18n/class_day";
import { uuid7 } from "../../ids";
import { addDays, weekdayOf } from "../office/days";

export type ClassDay = Schemas["ClassDay"];
export type PupilDay = Schemas["PupilDay"];
export type Phrase = Schemas["Phrase"];
export type Kind = Schemas["Remark"]["kind"];
export type About = Schemas["Remark"]["about"];
export type Eaten = NonNullable<Schemas["Care"]["lunch"]>;

export const KINDS: readonly Kind[] = ["praise", "needs_work", "neutral"];
export const ABOUTS: readonly About[] = ["remark", "conduct", "health"];
export const EATEN: readonly Eaten[] = ["all", "most", "some", "none"];
export const MEALS = ["breakfast", "lunch", "snack"] as const;

/** `id`: made here, so that what is sent again after a lost answer is the same entry. */
export interface LessonDraft {
  readonly id: string;
  readonly subject: string;
  readonly text: string;
}

export interface HomeworkDraft extends LessonDraft {
  /** YYYY-MM-DD; "": not chosen. */
  readonly due: string;
  readonly files: readonly Attached[];
}

export interface RemarkDraft {
  readonly id: string;
  readonly kind: Kind;
  readonly about: About;
  readonly text: string;
}

/** What is said of everybody is about nobody's health. */
export interface ForAllDraft extends RemarkDraft {
  readonly about: Phrase["about"];
}

export interface CareDraft {
  readonly breakfast: Eaten | null;
  readonly lunch: Eaten | null;
  readonly snack: Eaten | null;
  /** Minutes, as the field has them; "": not noted. */
  readonly sleep: string;
  readonly note: string;
}

export interface Draft {
  readonly lessons: readonly LessonDraft[];
  readonly homework: readonly HomeworkDraft[];
  readonly forAll: ForAllDraft;
  /** By pupil. */
  readonly own: Readonly<Record<string, readonly RemarkDraft[]>>;
  /** Pupils who do not get the words for all, though they have none of their own. */
  readonly without: readonly string[];
  readonly careAll: CareDraft | null;
  readonly care: Readonly<Record<string, CareDraft>>;
}

export const NO_CARE: CareDraft = {
  breakfast: null,
  lunch: null,
  snack: null,
  sleep: "",
  note: "",
};

/** The next day on which there is school: Sunday is none anywhere. */
export function nextSchoolDay(day: string): string {
  const next = addDays(day, 1);
  return weekdayOf(next) === 7 ? addDays(next, 1) : next;
}

export function newLesson(subject = ""): LessonDraft {
  return { id: uuid7(), subject, text: "" };
}

export function newHomework(day: string, subject = ""): HomeworkDraft {
  return { ...newLesson(subject), due: nextSchoolDay(day), files: [] };
}

export function newRemark(kind: Kind = "neutral", about: About = "remark", text = ""): RemarkDraft {
  return { id: uuid7(), kind, about, text };
}

export function careDraft(care: Schemas["Care"]): CareDraft {
  const { breakfast, lunch, snack, sleep_min, note } = care;
  return {
    breakfast,
    lunch,
    snack,
    sleep: sleep_min === null ? "" : `${sleep_min}`,
    note: note ?? "",
  };
}

/** What is there to go on from: own entries can be changed, those of others stay as they are. */
export function draftOf(day: ClassDay): Draft {
  const only = day.subjects?.length === 1 ? (day.subjects[0] ?? "") : "";
  const lessons = day.lessons
    .filter((each) => each.may_change)
    .map(({ id, subject, text }) => ({ id, subject, text }));
  const homework = day.homework
    .filter((each) => each.may_change && each.text !== null && !each.withdrawn_at)
    .map(({ id, subject, text, due_day, attachments }) => ({
      id,
      subject,
      text: text ?? "",
      due: due_day,
      files: attachments,
    }));
  const cared = day.pupils.filter((each) => each.care !== null);
  return {
    lessons: lessons.length ? lessons : [newLesson(only)],
    homework,
    forAll: { ...newRemark(), about: "remark" },
    own: {},
    without: [],
    careAll: null,
    care: Object.fromEntries(
      cared.flatMap(({ student_id, care }) => (care ? [[student_id, careDraft(care)]] : [])),
    ),
  };
}

function same(one: RemarkDraft, other: Pick<RemarkDraft, "kind" | "about" | "text">): boolean {
  return one.kind === other.kind && one.about === other.about && one.text === other.text;
}

export function hasPhrase(draft: Draft, studentId: string, phrase: Phrase): boolean {
  return (draft.own[studentId] ?? []).some((each) => same(each, phrase));
}

/** A tap on a name: the phrase is there, or gone again. */
export function tapped(draft: Draft, studentId: string, phrase: Phrase): Draft {
  const before = draft.own[studentId] ?? [];
  const rest = before.filter((each) => !same(each, phrase));
  const after =
    rest.length < before.length
      ? rest
      : [...before, newRemark(phrase.kind, phrase.about, phrase.text)];
  return withOwn(draft, studentId, after);
}

export function withOwn(draft: Draft, studentId: string, own: readonly RemarkDraft[]): Draft {
  const { [studentId]: _, ...others } = draft.own;
  return { ...draft, own: own.length ? { ...others, [studentId]: own } : others };
}

function isWritten({ text }: Pick<LessonDraft, "text">): boolean {
  return text.trim() !== "";
}

export interface Faults {
  /** By the row's id. */
  readonly [id: string]: { subject?: string; text?: string; due?: string };
}

/**
 * What keeps the day from being sent, by row. An empty row is none, and a lesson that was sent and
 * emptied is taken back.
 */
export function faultsOf(draft: Draft, day: ClassDay): Faults {
  const found: Record<string, Faults[string]> = {};
  const known = new Set(day.homework.map((each) => each.id));
  for (const each of draft.lessons) {
    if (isWritten(each) && !each.subject.trim()) found[each.id] = { subject: Y.subjectMissing() };
  }
  for (const each of draft.homework) {
    if (!isWritten(each) && !known.has(each.id) && each.files.length === 0) continue;
    if (!each.subject.trim()) found[each.id] = { subject: Y.subjectMissing() };
    else if (!isWritten(each)) found[each.id] = { text: Y.homeworkMissing() };
    else if (!each.due || each.due < day.day) found[each.id] = { due: Y.dueMissing() };
  }
  return found;
}

export interface Counts {
  readonly lessons: number;
  readonly homework: number;
  /** Pupils who get a remark by this. */
  readonly remarks: number;
  /** Whether meals and sleep are written. */
  readonly hasCare: boolean;
}

/** Whom the words for all go to: who is here, has none of their own about the same and is not left out. */
export function reachedByAll(draft: Draft, pupils: readonly PupilDay[]): PupilDay[] {
  if (!isWritten(draft.forAll)) return [];
  return pupils.filter(
    ({ student_id: id, is_absent }) =>
      !is_absent &&
      !draft.own[id]?.some((each) => each.about === draft.forAll.about) &&
      !draft.without.includes(id),
  );
}

/** Whether anything is noted. */
export function isCared(care: CareDraft | null): care is CareDraft {
  return care !== null && Object.values(care).some(Boolean);
}

/** Pupils whose day is said apart: changed, or to stand beside words for all. */
export function caresOf(draft: Draft, day: ClassDay): [string, CareDraft][] {
  const before = new Map(day.pupils.map((each) => [each.student_id, each.care]));
  return Object.entries(draft.care).filter(([id, care]) => {
    const sent = before.get(id);
    const isSame = sent && JSON.stringify(careDraft(sent)) === JSON.stringify(care);
    return isCared(draft.careAll) || !isSame;
  });
}

/** What is new or changed against what the server has. */
export function countsOf(draft: Draft, day: ClassDay): Counts {
  const lessons = new Map(day.lessons.map((each) => [each.id, each]));
  const homework = new Map(day.homework.map((each) => [each.id, each]));
  const own = Object.values(draft.own).reduce((n, each) => n + each.length, 0);
  return {
    lessons: draft.lessons.filter((each) => {
      const before = lessons.get(each.id);
      return (before?.text ?? "") !== each.text || (before && before.subject !== each.subject);
    }).length,
    homework: draft.homework.filter((each) => {
      const before = homework.get(each.id);
      const isSame =
        before?.text === each.text &&
        before.subject === each.subject &&
        before.due_day === each.due &&
        before.attachments.length === each.files.length;
      return isWritten(each) && !isSame;
    }).length,
    remarks: own + reachedByAll(draft, day.pupils).length,
    hasCare: caresOf(draft, day).length > 0 || isCared(draft.careAll),
  };
}

/** What was typed and has not gone: without what is about health, which stays on no phone. */
export function keepable(draft: Draft): Draft {
  const own = Object.entries(draft.own).map(
    ([id, remarks]) => [id, remarks.filter((each) => each.about !== "health")] as const,
  );
  return {
    ...draft,
    own: Object.fromEntries(own.filter(([, remarks]) => remarks.length)),
    care: {},
  };
}
