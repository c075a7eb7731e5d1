/** Amounts of money as people here write and say them: whole đồng, never a fraction. */

import { count } from "./format";
import { lang } from "./lang";

/** 1.250.000 đ, never broken over two lines. */
export function dong(amount: number): string {
  return `${count(amount)}\u00a0đ`;
}

/** Beyond any amount of one entry; a longer row of digits is a slip of the hand. */
const MOST_DIGITS = 12;

/** What somebody has typed, whatever stands between the digits; null: no digit at all. */
export function amountOf(typed: string): number | null {
  const digits = typed.replace(/\D/g, "").slice(0, MOST_DIGITS);
  return digits ? Number(digits) : null;
}

/** Where the caret belongs in `text` so that as many digits stand after it as before. */
export function caretIn(text: string, digitsAfter: number): number {
  let left = digitsAfter;
  let at = text.length;
  while (at > 0 && left > 0) {
    at -= 1;
    if (/\d/.test(text[at] ?? "")) left -= 1;
  }
  return at;
}

const SHORT = [
  [1_000_000_000, " tỷ", "b"],
  [1_000_000, " tr", "m"],
  [1_000, " ng", "k"],
] as const;

/** For a chart's axis: 1,2 tr. */
export function shortly(amount: number): string {
  const isEnglish = lang.value === "en";
  for (const [unit, vi, en] of SHORT) {
    if (Math.abs(amount) < unit) continue;
    const n = Math.round((10 * amount) / unit) / 10;
    return isEnglish ? `${n}${en}` : `${`${n}`.replace(".", ",")}${vi}`;
  }
  return `${amount}`;
}

/** Whole percent, rounded down: 99.9% is not all. Nothing to reach is no rate: null. */
export function percentOf(part: number, whole: number): number | null {
  return whole > 0 ? Math.floor((100 * part) / whole) : null;
}

/** As it is printed on the paper: BL2026/000012. */
export function receiptNumber(series: string, number: number): string {
  return `${series}/${`${number}`.padStart(6, "0")}`;
}

/** No name of a file has a slash. */
export function fileName(number: string): string {
  return `${number.replace("/", "-")}.pdf`;
}
