/** Times and days as people here write them, in the school's zone wherever the phone is. */

import { C } from "./i18n/common";
import { lang } from "./lang";

export const ZONE = "Asia/Ho_Chi_Minh";

const made = new Map<string, Intl.DateTimeFormat>();

function formatter(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${lang.value}.${name}`;
  let found = made.get(key);
  if (!found) {
    const locale = lang.value === "en" ? "en-GB" : "vi-VN";
    found = new Intl.DateTimeFormat(locale, { timeZone: ZONE, ...options });
    made.set(key, found);
  }
  return found;
}

type Instant = string | number | Date;

/** 06:52 */
export function clock(at: Instant): string {
  return formatter("clock", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(
    new Date(at),
  );
}

/** 06:52:07 */
export function clockWithSeconds(at: Instant): string {
  return formatter("seconds", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(new Date(at));
}

const ISO_DAY = new Intl.DateTimeFormat("en-CA", {
  timeZone: ZONE,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
});

/** The school's day of an instant as YYYY-MM-DD. */
export function schoolDay(at: Instant = Date.now()): string {
  return ISO_DAY.format(new Date(at));
}

/** Thứ Hai, 16/11; `day` is YYYY-MM-DD. */
export function dayName(day: string): string {
  const noon = new Date(`${day}T12:00:00+07:00`);
  return formatter("day", { weekday: "long", day: "2-digit", month: "2-digit" }).format(noon);
}

/** Hôm nay, Hôm qua, else the day's name. */
export function dayFromToday(day: string, now: number = Date.now()): string {
  if (day === schoolDay(now)) return C.today();
  if (day === schoolDay(now - 24 * 3600 * 1000)) return C.yesterday();
  return dayName(day);
}

/** 06:52 today, 16/11 06:52 before: Intl would part day and month by a dash here alone. */
export function moment(at: Instant, now: number = Date.now()): string {
  const [, month, day] = schoolDay(at).split("-");
  return schoolDay(at) === schoolDay(now) ? clock(at) : `${day}/${month} ${clock(at)}`;
}

export function count(n: number): string {
  return new Intl.NumberFormat(lang.value === "en" ? "en-GB" : "vi-VN").format(n);
}

/** The letters of a missing picture: the given name's first and the family name's. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = words[0]?.[0] ?? "";
  const last = words.length > 1 ? (words[words.length - 1]?.[0] ?? "") : "";
  return (first + last).toUpperCase();
}

/** For searching: no diacritics, no case; đ is d. */
export function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replaceAll("đ", "d");
}
