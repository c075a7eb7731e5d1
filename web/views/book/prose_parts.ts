/** Written text, parted at its web addresses. */

export interface Part {
  readonly text: string;
  /** Where it begins. */
  readonly at: number;
  /** Set: it is an address. Only of the web: no other scheme is ever made a link. */
  readonly href?: string;
}

const ADDRESS = /https?:\/\/[^\s<>"'“”]+/gi;
/** What ends a sentence, not an address. */
const TAIL = /[.,;:!?)\]}…]+$/;

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const address = found[0].replace(TAIL, "");
    if (!isAddress(address)) continue;
    if (found.index > from) parts.push({ at: from, text: text.slice(from, found.index) });
    parts.push({ at: found.index, text: address, href: address });
    from = found.index + address.length;
  }
  if (from < text.length) parts.push({ at: from, text: text.slice(from) });
  return parts;
}

function isAddress(word: string): boolean {
  try {
    return /^https?:$/.test(new URL(word).protocol);
  } catch {
    return false;
  }
}
