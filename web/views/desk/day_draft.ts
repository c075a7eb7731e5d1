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
  /** The row that it was loaded from, kept with it: left out, it is new. */
  readonly was?: Schemas["Lesson"];
}

export interface HomeworkDraft extends Omit<LessonDraft, "was"> {
  /** YYYY-MM-DD; "": not chosen. */
  readonly due: string;
  readonly files: readonly Attached[];
  readonly was?: Schemas["Homework"];
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
  /** What `care` was loaded from. */
  readonly caredBefore: Readonly<Record<string, Schemas["Care"]>>;
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
  return { id: uuid7(), subject, text: "", due: nextSchoolDay(day), files: [] };
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
    .map((was) => ({ id: was.id, subject: was.subject, text: was.text, was }));
  const homework = day.homework
    .filter((each) => each.may_change && each.text !== null && !each.withdrawn_at)
    .map((was) => ({
      id: was.id,
      subject: was.subject,
      text: was.text ?? "",
      due: was.due_day,
      files: was.attachments,
      was,
    }));
  const cared = day.pupils.flatMap(({ care }) => (care ? [care] : []));
  return {
    lessons: lessons.length ? lessons : [newLesson(only)],
    homework,
    forAll: { ...newRemark(), about: "remark" },
    own: {},
    without: [],
    careAll: null,
    care: Object.fromEntries(cared.map((each) => [each.student_id, careDraft(each)])),
    caredBefore: Object.fromEntries(cared.map((each) => [each.student_id, each])),
  };
}

/** Whether the lesson says something else than what it was loaded from. */
export function isNewLesson({ subject, text, was }: LessonDraft): boolean {
  if (!was) return text.trim() !== "";
  return was.subject !== subject.trim() || was.text !== text.trim();
}

export function hasOtherFiles({ files, was }: HomeworkDraft): boolean {
  const before = new Set(was?.attachments.map((each) => each.id));
  return files.length !== before.size || files.some((each) => !before.has(each.id));
}

/** Likewise; emptied it is not sent: homework is withdrawn by its own button. */
export function isNewHomework(draft: HomeworkDraft): boolean {
  const { subject, text, due, was } = draft;
  if (text.trim() === "") return false;
  const isSame = was?.subject === subject.trim() && was.text === text.trim() && was.due_day === due;
  return !isSame || hasOtherFiles(draft);
}

interface Line {
  readonly id: string;
  readonly was?: { readonly changed_at: string };
}

function renewedLines<L extends Line>(
  own: readonly L[],
  fresh: readonly L[],
  keeps: (line: L, now: L | undefined) => boolean,
): L[] {
  const there = new Map(fresh.map((each) => [each.id, each]));
  const kept = new Map(own.filter((each) => keeps(each, there.get(each.id))).map((l) => [l.id, l]));
  return [
    ...fresh.map((each) => kept.get(each.id) ?? each),
    ...[...kept.values()].filter((each) => !there.has(each.id)),
  ];
}

/**
 * What was typed, on the day as it is now: untouched lines follow the school's copy. With
 * `dropsStale` so do those that somebody else has changed since, or taken back.
 */
export function renewed(draft: Draft, day: ClassDay, dropsStale: boolean): Draft {
  const fresh = draftOf(day);
  const isLive = (line: Line, now: Line | undefined) =>
    !dropsStale || !line.was || line.was.changed_at === now?.was?.changed_at;
  const lessons = renewedLines(
    draft.lessons,
    fresh.lessons.filter((each) => each.was),
    (line, now) => isNewLesson(line) && isLive(line, now),
  );
  const homework = renewedLines(
    draft.homework,
    fresh.homework,
    (line, now) => (!line.was || isNewHomework(line)) && isLive(line, now),
  );
  const touched = Object.entries(draft.care).filter(
    ([id]) =>
      isOtherCare(draft, id) &&
      (!dropsStale || draft.caredBefore[id]?.changed_at === fresh.caredBefore[id]?.changed_at),
  );
  const before = touched.flatMap(([id]) => {
    const was = draft.caredBefore[id];
    return was ? [[id, was] as const] : [];
  });
  return {
    ...draft,
    lessons: lessons.length ? lessons : fresh.lessons,
    homework,
    care: { ...fresh.care, ...Object.fromEntries(touched) },
    caredBefore: { ...fresh.caredBefore, ...Object.fromEntries(before) },
  };
}

function isOtherCare({ care, caredBefore }: Draft, id: string): boolean {
  const was = caredBefore[id];
  return !was || JSON.stringify(careDraft(was)) !== JSON.stringify(care[id]);
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
export function caresOf(draft: Draft): [string, CareDraft][] {
  return Object.entries(draft.care).filter(
    ([id]) => isCared(draft.careAll) || isOtherCare(draft, id),
  );
}

/** What is new or changed against what it was loaded from. */
export function countsOf(draft: Draft, day: ClassDay): Counts {
  const own = Object.values(draft.own).reduce((n, each) => n + each.length, 0);
  return {
    lessons: draft.lessons.filter(isNewLesson).length,
    homework: draft.homework.filter(isNewHomework).length,
    remarks: own + reachedByAll(draft, day.pupils).length,
    hasCare: caresOf(draft).length > 0 || isCared(draft.careAll),
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
    caredBefore: {},
  };
}
