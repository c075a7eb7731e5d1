/** Bytes and days long ago, as people write them. */

import { ZONE } from "../../format";
import { lang } from "../../lang";

/** 340 KB, 1,2 MB. */
export function sizeWords(bytes: number): string {
  const [n, unit] = bytes < 1_000_000 ? [Math.ceil(bytes / 1000), "KB"] : [bytes / 1_000_000, "MB"];
  const locale = lang.value === "en" ? "en-GB" : "vi-VN";
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(n)} ${unit}`;
}

const days = new Map<string, Intl.DateTimeFormat>();

/** 16/11/2026: what is found may be years old. */
export function fullDay(at: string): string {
  const locale = lang.value === "en" ? "en-GB" : "vi-VN";
  let made = days.get(locale);
  if (!made) {
    made = new Intl.DateTimeFormat(locale, {
      timeZone: ZONE,
      day: "2-digit",
      month: "2-digit",
      year: "numeric",
    });
    days.set(locale, made);
  }
  return made.format(new Date(at));
}
