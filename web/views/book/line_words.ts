/** What a line of the feed says of an entry, beside the entry's own words. */

import { B } from "../../i18n/book";
import type { FeedItem } from "./feed_model";

const TONES = { praise: B.praise, needs_work: B.needsWork, neutral: B.neutral } as const;

interface Said {
  readonly kind: keyof typeof TONES;
  readonly about: string;
  readonly subject?: string | null;
}

/** A health note neither praises nor blames. */
export function remarkTone({ kind, about }: Said): string {
  return about === "health" ? "" : kind;
}

/** Nền nếp · Khen · Toán */
export function remarkWords({ kind, about, subject }: Said): string {
  const what = about === "health" ? B.health() : about === "conduct" ? B.conduct() : null;
  const isPlain = kind === "neutral" || about === "health";
  return [what, what && isPlain ? null : TONES[kind](), subject].filter(Boolean).join(" · ");
}

export function titleOf(item: FeedItem): string {
  switch (item.kind) {
    case "homework":
      return B.homeworkOf(item.title);
    case "lesson":
      return B.lessonOf(item.title);
    case "remark":
      return remarkWords({
        kind: item.tone ?? "neutral",
        about: item.about ?? "remark",
        subject: item.title,
      });
    case "care":
      return B.careOf();
    case "summary":
      return B.summary();
    default:
      return item.title;
  }
}

export interface Figure {
  readonly name: string;
  readonly value: string;
}

const EATEN: Readonly<Record<string, () => string>> = {
  all: B.eatenAll,
  most: B.eatenMost,
  some: B.eatenSome,
  none: B.eatenNone,
};

export function sleepWords(minutes: number): string {
  return minutes < 60 ? B.minutes(minutes) : B.hours(Math.floor(minutes / 60), minutes % 60);
}

/** A small child's day: what was said of it, and no more. */
export function careFigures(data: Readonly<Record<string, unknown>>): Figure[] {
  const meals = [
    ["breakfast", B.breakfast()],
    ["lunch", B.lunch()],
    ["snack", B.snack()],
  ] as const;
  const found: Figure[] = [];
  for (const [key, name] of meals) {
    const eaten = EATEN[String(data[key])];
    if (eaten) found.push({ name, value: eaten() });
  }
  if (typeof data.sleep_min === "number")
    found.push({ name: B.sleep(), value: sleepWords(data.sleep_min) });
  return found;
}

/** A week in numbers; what did not happen is not counted out, but for homework. */
export function weekFigures(data: Readonly<Record<string, unknown>>): Figure[] {
  const n = (key: string): number => Number(data[key] ?? 0);
  const figures: (Figure | false)[] = [
    { name: B.present(), value: B.days(n("present_days") + n("late_days")) },
    n("late_days") > 0 && { name: B.late(), value: B.days(n("late_days")) },
    n("absent_days") > 0 && { name: B.absences(), value: B.days(n("absent_days")) },
    n("praise") > 0 && { name: B.praised(), value: String(n("praise")) },
    n("needs_work") > 0 && { name: B.toImprove(), value: String(n("needs_work")) },
    n("homework_set") > 0 && {
      name: B.homeworkDone(),
      value: B.outOf(n("homework_done"), n("homework_set")),
    },
  ];
  return figures.filter((each) => each !== false);
}

export function figuresOf({ kind, data }: FeedItem): Figure[] {
  if (kind === "care") return careFigures(data ?? {});
  return kind === "summary" ? weekFigures(data ?? {}) : [];
}
