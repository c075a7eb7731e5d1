/** Addresses. Links are plain `<a href>`; what is ours is taken without loading the page anew. */

import { signal } from "@preact/signals";

export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
  /** Without the `#`; never sent to a server. */
  readonly hash: string;
}

function here(): Place {
  return {
    path: location.pathname,
    query: new URLSearchParams(location.search),
    hash: location.hash.slice(1),
  };
}

export const place = signal<Place>(here());

export function go(to: string, { replace = false } = {}): void {
  if (to !== location.pathname + location.search + location.hash) {
    if (replace) history.replaceState(null, "", to);
    else history.pushState(null, "", to);
  }
  place.value = here();
  if (!replace) window.scrollTo(0, 0);
}

window.addEventListener("popstate", () => {
  place.value = here();
});

document.addEventListener("click", (event) => {
  const link = (event.target as Element | null)?.closest?.("a");
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  // Within this very page, as to its content: the browser moves there, and the focus with it.
  if (link.hash && link.pathname + link.search === location.pathname + location.search) return;
  // The server's own pages are no screens of the client.
  if (/^\/(v1|schema|health|metrics|\.well-known|a)(\/|$)/.test(link.pathname)) return;
  event.preventDefault();
  go(link.pathname + link.search + link.hash);
});

export type Parameters = Readonly<Record<string, string>>;

/**
 * The parameters of `path` under `pattern`, or null: `/truong/:school/lop` names one part, a last
 * `*` the rest.
 */
export function match(pattern: string, path: string): Parameters | null {
  const wanted = pattern.split("/").filter(Boolean);
  const given = path.split("/").filter(Boolean);
  const found: Record<string, string> = {};
  for (const [n, part] of wanted.entries()) {
    if (part === "*") {
      found.rest = given.slice(n).join("/");
      return found;
    }
    const word = given[n];
    if (word === undefined) return null;
    if (part.startsWith(":")) {
      const text = decoded(word);
      if (text === null) return null;
      found[part.slice(1)] = text;
    } else if (part !== word) return null;
  }
  return given.length === wanted.length ? found : null;
}

export function decoded(word: string): string | null {
  try {
    return decodeURIComponent(word);
  } catch {
    return null;
  }
}
