/** The contact book's entries in the order they are read. */

import type { Schemas } from "../../api";
import { schoolDay } from "../../format";

export type FeedItem = Schemas["FeedItem"];
export type FeedPage = Schemas["FeedPage"];

export interface FeedDay {
  readonly day: string;
  readonly items: FeedItem[];
}

/** One entry may concern several children: each has it in the own book. */
export const keyOf = ({ kind, id, student_id }: FeedItem): string =>
  `${kind}/${id}/${student_id ?? ""}`;

/** `batches` may overlap: pages, and what was loaded anew. Of two copies the later one holds. */
export function newestFirst(...batches: readonly (readonly FeedItem[])[]): FeedItem[] {
  const found = new Map<string, FeedItem>();
  for (const item of batches.flat()) {
    const before = found.get(keyOf(item));
    if (!before || Date.parse(before.changed_at) <= Date.parse(item.changed_at))
      found.set(keyOf(item), item);
  }
  return [...found.values()].sort(
    (a, b) => Date.parse(b.at) - Date.parse(a.at) || (a.id < b.id ? 1 : -1),
  );
}

/**
 * `have` with what has changed since; what is gone is dropped. With `goesOn` there are older pages
 * to come: what changed there comes with them, and would stand at a wrong end now.
 */
export function caughtUp(
  have: readonly FeedItem[],
  changed: readonly FeedItem[],
  goesOn: boolean,
): FeedItem[] {
  const last = Math.min(...have.map(({ at }) => Date.parse(at)));
  const known = new Set(have.map(keyOf));
  const fits = (item: FeedItem) => !goesOn || known.has(keyOf(item)) || Date.parse(item.at) >= last;
  return newestFirst(have, changed.filter(fits)).filter(({ state }) => state !== "gone");
}

export function byDay(items: readonly FeedItem[]): FeedDay[] {
  const days: FeedDay[] = [];
  for (const item of items) {
    const day = schoolDay(item.at);
    const last = days.at(-1);
    if (last?.day === day) last.items.push(item);
    else days.push({ day, items: [item] });
  }
  return days;
}

interface Named {
  readonly kind: string;
  readonly id: string;
  readonly school_id: number;
  readonly student_id?: string | null;
}

const WITH_PAGE: ReadonlySet<string> = new Set(["homework", "remark", "lesson"]);

/** The page of an entry; null: it says all there is where it stands. */
export function pageOf({ kind, id, school_id, student_id }: Named): string | null {
  if (kind === "announcement") return `/thong-bao/${school_id}/${id}`;
  if (!student_id || !WITH_PAGE.has(kind)) return null;
  return `/con/${student_id}/so/${kind}/${id}`;
}

export type Asked = "open" | "answered" | "closed" | null;

/** Whether an answer is wanted; null: none is, or not of who reads it. */
export function askedOf(
  item: Pick<FeedItem, "state" | "answer_kind" | "answer" | "answer_until" | "needs_answer">,
  now: number,
): Asked {
  if (item.state === "withdrawn" || (item.answer_kind ?? "none") === "none") return null;
  if (item.answer != null) return "answered";
  if (item.answer_until != null && Date.parse(item.answer_until) <= now) return "closed";
  return item.needs_answer ? "open" : null;
}
