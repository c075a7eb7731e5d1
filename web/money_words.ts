/** An amount in words, for who types it: a zero too many is heard at once. */

import { lang } from "./lang";

const VI = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];
const VI_UNITS = ["", "nghìn", "triệu", "tỷ", "nghìn tỷ"];

/** `isWhole`: something stands before it, so that its empty hundreds are said. */
function viGroup(n: number, isWhole: boolean): string[] {
  const [hundreds, tens, ones] = [Math.floor(n / 100), Math.floor(n / 10) % 10, n % 10];
  const words: string[] = [];
  const hasHundreds = hundreds > 0 || isWhole;
  if (hasHundreds) words.push(VI[hundreds] ?? "", "trăm");
  if (tens === 0) {
    if (ones > 0) words.push(...(hasHundreds ? ["lẻ"] : []), VI[ones] ?? "");
    return words;
  }
  words.push(...(tens === 1 ? ["mười"] : [VI[tens] ?? "", "mươi"]));
  if (ones === 1 && tens > 1) words.push("mốt");
  else if (ones === 4 && tens > 1) words.push("tư");
  else if (ones === 5) words.push("lăm");
  else if (ones > 0) words.push(VI[ones] ?? "");
  return words;
}

const EN = (
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen " +
  "fifteen sixteen seventeen eighteen nineteen"
).split(" ");
const EN_TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const EN_UNITS = ["", "thousand", "million", "billion", "thousand billion"];

function enGroup(n: number): string[] {
  const words: string[] = [];
  if (n >= 100) words.push(EN[Math.floor(n / 100)] ?? "", "hundred");
  const rest = n % 100;
  if (rest >= 20) {
    const ones = rest % 10;
    words.push((EN_TENS[Math.floor(rest / 10)] ?? "") + (ones ? `-${EN[ones]}` : ""));
  } else if (rest > 0) words.push(EN[rest] ?? "");
  return words;
}

function said(amount: number, group: typeof viGroup, units: readonly string[]): string {
  const words: string[] = [];
  for (let place = units.length - 1; place >= 0; place--) {
    const n = Math.floor(amount / 1000 ** place) % 1000;
    if (n > 0) words.push(...group(n, words.length > 0), units[place] ?? "");
  }
  return words.filter(Boolean).join(" ");
}

/** một triệu hai trăm năm mươi nghìn đồng; for whole amounts of 0 to 10^15 - 1. */
export function inWords(amount: number): string {
  if (lang.value === "en") return `${said(amount, enGroup, EN_UNITS) || EN[0]} đồng`;
  return `${said(amount, viGroup, VI_UNITS) || VI[0]} đồng`;
}
