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
  closure_ended: "in",
  leave_asked: "file",
  leave_decided: "file",
  announcement: "bell",
  answer_wanted: "wait",
  remark: "flag",
  homework: "list",
  daily_book: "book",
  weekly_summary: "chart",
  message: "chat",
  message_report: "flag",
  report_decided: "flag",
};

/** What is in a child's book without a page of its own. */
const BOOK: ReadonlySet<string> = new Set(["remark", "homework", "daily_book", "weekly_summary"]);

const isOfFees = (item: InboxItem) => item.kind.startsWith("fee_");

export function iconOf(item: InboxItem): IconName {
  if (isOfFees(item)) return "money";
  return ICONS[item.kind] ?? (toneOf(item) === "alarm" ? "warn" : "bell");
}

/** The day that an item is about, YYYY-MM-DD; where it does not say, the day it came. */
export function dayOf(item: InboxItem): string {
  const { day } = dataOf(item);
  return typeof day === "string" ? day : schoolDay(item.created_at);
}

/** Whether somebody waits for the family's word: an absence of the day that still stands. */
export function asksToAct(item: InboxItem, isReplaced: boolean, now = Date.now()): boolean {
  return item.kind === "absence" && !isReplaced && dayOf(item) === schoolDay(now);
}

/** The page of the contact book that an item is about; null: it is about none. */
function inBook(item: InboxItem, child: string | null): string | null {
  const { announcement_id, thread_id, remark_id, homework_id } = dataOf(item);
  if (announcement_id) return `/thong-bao/${item.school_id}/${announcement_id}`;
  if (thread_id) return `/tin-nhan/${item.school_id}/${thread_id}`;
  if (!child) return null;
  const book = `/con/${child}/so`;
  if (remark_id) return `${book}/remark/${remark_id}`;
  if (homework_id) return `${book}/homework/${homework_id}`;
  return BOOK.has(item.kind) ? book : null;
}

/** Where an item leads; null: it says all there is. */
export function leadsTo(
  item: InboxItem,
  isKin: (studentId: string) => boolean,
  isPrincipalOf: (schoolId: number | null) => boolean,
  isDepartment: boolean,
): string | null {
  const { class_id: classId, decision } = dataOf(item);
  const school = item.school_id;
  const child = item.student_id && isKin(item.student_id) ? item.student_id : null;
  /** Where it waits: in the school for its principal, or at the department. */
  const deciding = (ofSchool: string, ofDepartment: string) => {
    if (isPrincipalOf(school)) return `/truong/${school}/${ofSchool}`;
    return isDepartment ? `/so/${ofDepartment}/${school}` : null;
  };
  switch (item.kind) {
    case "message_report":
      return `/truong/${item.school_id}/bao-cao-tin-nhan`;
    case "dispute_asked":
      return typeof classId === "string" ? `/lop/${school}/${classId}` : "/lop";
    case "leave_asked":
      if (typeof classId === "string") return `/lop/${school}/${classId}`;
      return item.student_id === null ? deciding("don-nghi", "don") : "/lop";
    case "leave_decided":
      if (item.student_id) return child && `/con/${child}/xin-nghi`;
      // Staff's own; taken back it is told to who had decided.
      return (decision === "withdrawn" && deciding("don-nghi", "don")) || "/cham-cong/xin-nghi";
    case "correction_asked":
    case "correction_decided":
      return deciding("sua-diem-danh", "sua");
    case "fee_review":
      return `/truong/${school}/thu/tien-ve`;
    case "fee_account":
      return `/truong/${school}/thu/tai-khoan`;
    case "fee_second_person":
      return `/truong/${school}/thu`;
    case "fee_paid":
      return "/khoan-thu/bien-lai";
    case "absence_held":
      return `/truong/${school}/tin-vang`;
    default:
      if (isOfFees(item)) return "/khoan-thu";
      return inBook(item, child) ?? (child && `/con/${child}`);
  }
}
