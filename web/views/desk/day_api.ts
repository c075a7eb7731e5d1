/** A class's day as the API has it, and what of it waits on this phone. */

import { api, of } from "../../api";
import { accountId } from "../../session";
import { keepSeen, seen } from "../../store";
import { bodyOf } from "./day_body";
import { type ClassDay, type Draft, keepable, type Phrase } from "./day_draft";

export function dayOf(classId: string, day: string): Promise<ClassDay> {
  const params = { path: { class_id: classId, day } };
  return of(api.GET("/v1/contact-book/classes/{class_id}/days/{day}", { params }));
}

/** The school's own phrases, or those that every school is offered. */
export async function phrasesOf(school: number): Promise<Phrase[]> {
  const params = { path: { school_id: school } };
  return (await of(api.GET("/v1/schools/{school_id}/phrases", { params }))).items;
}

/** All of it in one request, which may be sent twice: the ids were made here. */
export function sendDay(day: ClassDay, draft: Draft): Promise<ClassDay> {
  const params = { path: { class_id: day.class_id, day: day.day } };
  const body = bodyOf(draft);
  return of(api.PUT("/v1/contact-book/classes/{class_id}/days/{day}", { params, body }));
}

/** Uploaded files that nothing was sent with are swept after a day. */
const OLDEST_MS = 20 * 3600 * 1000;

function keyOf({ class_id, day }: ClassDay): string {
  return `${accountId.peek()}/so-nhap/${class_id}/${day}`;
}

export async function kept(day: ClassDay): Promise<Draft | null> {
  const found = await seen<Draft | null>(keyOf(day));
  return found?.data && Date.now() - found.at < OLDEST_MS ? found.data : null;
}

export async function keep(day: ClassDay, draft: Draft): Promise<void> {
  await keepSeen(keyOf(day), keepable(draft));
}

export async function forget(day: ClassDay): Promise<void> {
  await keepSeen(keyOf(day), null);
}
