/** Months as YYYY-MM, and hours as people say them. */

import { ZONE } from "../../format";
import { H } from "../../i18n/hours";
import { lang } from "../../lang";

/** The month `by` months after. */
export function monthAfter(month: string, by: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const months = year * 12 + number - 1 + by;
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, "0")}`;
}

/** Tháng 11 năm 2026 */
export function monthName(month: string): string {
  const locale = lang.value === "en" ? "en-GB" : "vi-VN";
  const format = new Intl.DateTimeFormat(locale, {
    timeZone: ZONE,
    month: "long",
    year: "numeric",
  });
  const words = format.format(new Date(`${month}-15T12:00:00+07:00`));
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** 7 giờ 30 phút */
export function hoursWords(minutes: number): string {
  return H.hm(Math.floor(minutes / 60), minutes % 60);
}

interface Leave {
  readonly leave_days: number;
  readonly leave_mornings: number;
  readonly leave_afternoons: number;
}

/** In days; a half day is half a one. */
export function leaveDays({ leave_days, leave_mornings, leave_afternoons }: Leave): number {
  return leave_days + (leave_mornings + leave_afternoons) / 2;
}
