/** Kinds, answers and sizes in words and signs. */

import type { IconName } from "../../components/icons";
import { B } from "../../i18n/book";

/** What the feed is made of, and what a search may find beside it. */
export const KINDS = ["announcement", "homework", "remark", "lesson", "care", "summary"] as const;
export type Kind = (typeof KINDS)[number];

export function isKind(word: string | undefined | null): word is Kind {
  return (KINDS as readonly string[]).includes(word ?? "");
}

const ICONS: Readonly<Record<Kind | "message", IconName>> = {
  announcement: "bell",
  homework: "list",
  remark: "flag",
  lesson: "book",
  care: "sun",
  summary: "chart",
  message: "chat",
};

export const iconOfKind = (kind: Kind | "message"): IconName => ICONS[kind];

const ONE: Readonly<Record<Kind | "message", () => string>> = {
  announcement: B.announcement,
  homework: B.homework,
  remark: B.remark,
  lesson: B.lesson,
  care: B.care,
  summary: B.summary,
  message: B.message,
};
const MANY: Readonly<Record<Kind, () => string>> = {
  announcement: B.announcements,
  homework: B.homework,
  remark: B.remarks,
  lesson: B.lessons,
  care: B.care,
  summary: B.summaries,
};

export const kindName = (kind: Kind | "message"): string => ONE[kind]();
export const kindsName = (kind: Kind): string => MANY[kind]();
