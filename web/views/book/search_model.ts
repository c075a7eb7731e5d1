/** What a search brought, and where in it the words stand. */

import type { Schemas } from "../../api";
import { plain } from "../../format";
import { pageOf } from "./feed_model";

export type Hit = Schemas["Found"];

/** Fewer letters find everything and nothing. */
export function isWorthAsking(words: string): boolean {
  return words.trim().length >= 2;
}

export interface Piece {
  readonly text: string;
  /** Where it begins, in letters. */
  readonly at: number;
  readonly isHit: boolean;
}

/** The text parted where one of the words begins a word of it, diacritics aside. */
export function piecesOf(text: string, words: string): Piece[] {
  const wanted = plain(words).split(/\s+/).filter(Boolean);
  const letters = [...text.normalize("NFC")];
  // One plain letter stands for each written one, so the places agree.
  const plainLetters = letters.map((each) => {
    const letter = plain(each);
    return letter.length === 1 ? letter : " ";
  });
  if (wanted.length === 0) return [{ at: 0, text, isHit: false }];
  const searched = plainLetters.join("");
  const isHit = letters.map(() => false);
  for (const word of wanted) {
    for (let at = searched.indexOf(word); at >= 0; at = searched.indexOf(word, at + 1)) {
      if (at === 0 || !/[\p{L}\p{N}]/u.test(searched[at - 1] ?? ""))
        isHit.fill(true, at, at + word.length);
    }
  }
  const pieces: { at: number; text: string; isHit: boolean }[] = [];
  letters.forEach((letter, n) => {
    const last = pieces.at(-1);
    if (last && last.isHit === isHit[n]) last.text += letter;
    else pieces.push({ at: n, text: letter, isHit: isHit[n] ?? false });
  });
  return pieces;
}

/** The page of what was found; a message is in its thread. */
export function hitPage(hit: Hit): string | null {
  if (hit.kind === "message")
    return hit.thread_id ? `/tin-nhan/${hit.school_id}/${hit.thread_id}` : null;
  return pageOf(hit);
}
