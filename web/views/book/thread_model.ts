/** Messages in the order they were written, and what is known of each. */

import type { Schemas } from "../../api";
import { schoolDay } from "../../format";
import { T } from "../../i18n/book_threads";

export type Thread = Schemas["Thread"];
export type ThreadSummary = Schemas["ThreadSummary"];
export type Message = Schemas["Message"];
export type Partner = Schemas["Partner"];

/** A message that is not known to be there yet. Sent again it is the same one. */
export interface Unsent {
  readonly id: string;
  readonly text: string;
  readonly attachments: readonly Schemas["AttachmentShown"][];
  readonly state: "sending" | "failed";
}

/** The oldest first, each once; of two copies the later batch's holds. */
export function inOrder(...batches: readonly (readonly Message[])[]): Message[] {
  const found = new Map<string, Message>();
  for (const message of batches.flat()) found.set(message.id, message);
  return [...found.values()].sort((a, b) => a.seq - b.seq);
}

export interface MessageDay {
  readonly day: string;
  readonly messages: Message[];
}

export function byDay(messages: readonly Message[]): MessageDay[] {
  const days: MessageDay[] = [];
  for (const message of messages) {
    const day = schoolDay(message.sent_at);
    const last = days.at(-1);
    if (last?.day === day) last.messages.push(message);
    else days.push({ day, messages: [message] });
  }
  return days;
}

/** What waits is gone from the list once the server knows it. */
export function stillUnsent(waiting: readonly Unsent[], there: readonly Message[]): Unsent[] {
  const known = new Set(there.map(({ id }) => id));
  return waiting.filter(({ id }) => !known.has(id));
}

export function isRead({ seq, is_own }: Message, thread: Thread): boolean {
  return is_own && seq <= thread.read_by_other_side;
}

type Seat = Pick<ThreadSummary, "kind" | "subject">;

export function seatName({ kind, subject }: Seat): string {
  return kind === "homeroom" ? T.homeroom() : T.subjectTeacher(subject ?? "");
}

/** Whom a thread is with, as its reader calls them. */
export function titleOf(thread: Seat & Pick<ThreadSummary, "side" | "student_name">): string {
  return thread.side === "guardian" ? seatName(thread) : T.family(thread.student_name);
}

/** The latest message in a line. */
export function gistOf({ last_message: last, side }: ThreadSummary): string {
  if (!last) return "";
  const text = last.text || T.noWords();
  const isOurs = last.author_kind === side;
  return isOurs ? text : `${last.author_name}: ${text}`;
}
