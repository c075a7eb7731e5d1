/** The inbox's items in the order they are read: the newest first, each once, by day. */

import type { IconName } from "../../components/icons";
import { schoolDay } from "../../format";
import type { InboxItem } from "../../live";

export type Tone = "good" | "alarm" | "plain";

export interface NewsDay {
  readonly day: string;
  readonly items: InboxItem[];
}

/** `batches` may overlap: pages, and what the stream brought meanwhile. */
export function newestFirst(...batches: readonly (readonly InboxItem[])[]): InboxItem[] {
  const found = new Map<string, InboxItem>();
  for (const item of batches.flat()) {
    const before = found.get(item.id);
    // Once read it stays read, whichever copy is older.
    if (!before || (before.read_at === null && item.read_at !== null)) found.set(item.id, item);
  }
  return [...found.values()].sort((a, b) => b.seq - a.seq);
}

export function byDay(items: readonly InboxItem[]): NewsDay[] {
  const days: NewsDay[] = [];
  for (const item of items) {
    const day = schoolDay(item.created_at);
    const last = days.at(-1);
    if (last?.day === day) last.items.push(item);
    else days.push({ day, items: [item] });
  }
  return days;
}

/** What a kind adds, by name; the document leaves it open. */
function dataOf(item: InboxItem): Readonly<Record<string, unknown>> {
  return item.data;
}

/** The items whose place a later one has taken. */
export function replacedIds(items: readonly InboxItem[]): ReadonlySet<string> {
  const ids = items.map((item) => dataOf(item).replaces);
  return new Set(ids.filter((id): id is string => typeof id === "string"));
}

export function toneOf(item: InboxItem): Tone {
  const { tone } = dataOf(item);
  return tone === "good" || tone === "alarm" ? tone : "plain";
}

const ICONS: Readonly<Record<string, IconName>> = {
  arrival: "in",
  arrival_late: "in",
  departure: "out",
  scan_unconfirmed: "search",
  scan_undone: "undo",
  correction: "turn",
  card_lost: "card",
  transferred: "share",
  pickup_approved: "people",
  dispute_asked: "flag",
  dispute_answered: "flag",
  absence: "absent",
  absence_held: "wait",
  closure: "storm",
  leave_asked: "file",
  leave_decided: "file",
};

export function iconOf(item: InboxItem): IconName {
  return ICONS[item.kind] ?? (toneOf(item) === "alarm" ? "warn" : "bell");
}
