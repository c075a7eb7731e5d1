/** The language of everything on the screen, and of what the server answers. */

import { effect, signal } from "@preact/signals";

export type Lang = "vi" | "en";

const KEY = "ct.lang";

function remembered(): Lang {
  return localStorage.getItem(KEY) === "en" ? "en" : "vi";
}

/** Vietnamese until somebody chooses: a browser's own language says little about its owner here. */
export const lang = signal<Lang>(remembered());

effect(() => {
  document.documentElement.lang = lang.value;
});

// Chosen in another tab.
window.addEventListener("storage", (event) => {
  if (event.key === KEY) lang.value = remembered();
});

export function chooseLang(chosen: Lang): void {
  localStorage.setItem(KEY, chosen);
  lang.value = chosen;
}
