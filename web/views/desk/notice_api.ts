/** Announcements as the API has them, for those who send them. */

import { signal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import type { Attached } from "../../attaching";
import { L } from "../../i18n/classes";
import { N } from "../../i18n/notices";
import {
  type Draft,
  EMPTY,
  instantOf,
  needsWhom,
  optionsOf,
  type Part,
  whenOf,
} from "./notice_draft";

export type Notice = Schemas["AnnouncementShown"];
export type Line = Schemas["AnnouncementLine"];
export type Reach = Schemas["Reach"];
export type State = Line["state"];

/** What was just done, said on the page that comes next. */
export const justDone = signal("");

/** On whose behalf it is written: a school, or the department to a unit's or to single schools. */
export interface Sender {
  readonly school: number | null;
  readonly unit: number | null;
  readonly schools: readonly number[];
}

export function ofSchool(school: number): Sender {
  return { school, unit: null, schools: [] };
}

function whomOf({ parts, toFamilies, toStaff, toLeaders }: Draft, { school }: Sender) {
  const isAsked = needsWhom(parts);
  const has = (kind: Part["kind"]) => parts.some((each) => each.kind === kind);
  return {
    to_families: (isAsked && toFamilies) || has("student"),
    to_staff: (isAsked && toStaff) || has("staff"),
    to_leaders: toLeaders,
    // The department writes to whole schools.
    audience: school === null ? [] : parts.map(({ kind, ref }) => ({ kind, ref })),
  };
}

function placeOf({ school, unit, schools }: Sender) {
  return { school_id: school, org_unit_id: unit, school_ids: [...schools] };
}

export function reachOf(sender: Sender, draft: Draft): Promise<Reach> {
  // It has a title as soon as it is kept; to be counted it needs none.
  const body = { ...placeOf(sender), ...whomOf(draft, sender), title: "-" };
  return of(api.POST("/v1/contact-book/announcements/preview", { body }));
}

function contentOf(draft: Draft, sender: Sender, files: readonly Attached[]) {
  return {
    ...whomOf(draft, sender),
    title: draft.title.trim(),
    body: draft.body.trim(),
    answer_kind: draft.answerKind,
    answer_options: optionsOf(draft),
    answer_until: draft.answerKind === "none" ? null : instantOf(draft.until),
    is_urgent: draft.isUrgent,
    attachment_ids: files.map((each) => each.id),
  };
}

/** `key` marks the first attempt: sent again after a lost answer it is the same draft. */
export function saveNotice(
  id: string | null,
  sender: Sender,
  draft: Draft,
  files: readonly Attached[],
  key: string,
): Promise<Notice> {
  const content = contentOf(draft, sender, files);
  if (id === null) {
    const body = { ...placeOf(sender), ...content };
    const header = { "Idempotency-Key": key };
    return of(api.POST("/v1/contact-book/announcements", { params: { header }, body }));
  }
  const params = { path: { announcement_id: id } };
  return of(
    api.PATCH("/v1/contact-book/announcements/{announcement_id}", { params, body: content }),
  );
}

export function publish(id: string, at: string | null): Promise<Notice> {
  const params = { path: { announcement_id: id } };
  const body = { publish_at: at };
  return of(api.POST("/v1/contact-book/announcements/{announcement_id}/publish", { params, body }));
}

export function noticeOf(id: string, school: number | null): Promise<Notice> {
  const params = {
    path: { announcement_id: id },
    query: { school_id: school ?? undefined },
  };
  return of(api.GET("/v1/contact-book/announcements/{announcement_id}", { params }));
}

type Audience = Notice["audience"][number];

/** Whom a part of the audience is, in words. */
export function partWords({ kind, ref, name }: Audience): string {
  switch (kind) {
    case "school":
      return N.toSchool();
    case "grade":
      return L.grade(Number(ref));
    case "class":
      return N.classOf(name);
    case "group":
      return N.group(name);
    default:
      return name;
  }
}

/** A draft as the form has it. */
export function draftOf(notice: Notice): Draft {
  return {
    ...EMPTY,
    parts: notice.audience.map((part) => ({
      kind: part.kind,
      ref: part.kind === "school" ? "" : part.ref,
      name: partWords(part),
    })),
    toFamilies: notice.to_families,
    toStaff: notice.to_staff,
    toLeaders: notice.to_leaders,
    title: notice.title,
    body: notice.body,
    answerKind: notice.answer_kind,
    options: notice.answer_options.length ? notice.answer_options : EMPTY.options,
    until: whenOf(notice.answer_until),
    isUrgent: notice.is_urgent,
    isLater: notice.publish_at !== null,
    goesAt: whenOf(notice.publish_at),
  };
}
