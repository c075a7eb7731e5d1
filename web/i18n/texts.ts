/**
 * Texts as pairs, Vietnamese first: `texts({ hello: ["Chào", "Hello"] })`, then `T.hello()`.
 *
 * A pair beside its twin cannot be forgotten, and a view brings its own texts with its own chunk.
 * Read inside a component, a text follows the language at once.
 */

import { lang } from "../lang";

// biome-ignore lint/suspicious/noExplicitAny: parameters are checked where the text is used
type Word = string | ((...values: any[]) => string);
export type Pair = readonly [vi: Word, en: Word];

type Said<W> = W extends (...values: infer A) => string ? (...values: A) => string : () => string;
export type Texts<P extends Record<string, Pair>> = { readonly [K in keyof P]: Said<P[K][0]> };

/** Every table that was made, for the test that holds both languages together. */
export const tables: Record<string, Pair>[] = [];

export function texts<const P extends Record<string, Pair>>(pairs: P): Texts<P> {
  tables.push(pairs);
  const said: Record<string, (...values: never[]) => string> = {};
  for (const [key, pair] of Object.entries(pairs)) {
    said[key] = (...values) => {
      const word = pair[lang.value === "en" ? 1 : 0];
      return typeof word === "string" ? word : word(...values);
    };
  }
  return said as Texts<P>;
}
