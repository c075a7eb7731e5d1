/** Addresses whose screens are named apart: nobody else's pages carry the names. */

import type { Route, View } from "./routes";

export type Pages = Readonly<Record<string, Route["load"]>>;

interface Behind {
  /** Where all of them begin, with the last slash. */
  under: string;
  paths: readonly string[];
  roles?: Route["roles"];
  open?: boolean;
  /** What names the screen of each path: one fetch more, at the first of them. */
  pages: () => Promise<{ PAGES: Pages }>;
}

export function behind({ under, paths, pages, ...who }: Behind): readonly Route[] {
  const load = async (path: string): Promise<{ default: View }> => {
    const page = (await pages()).PAGES[path];
    if (!page) throw new Error(path);
    return page();
  };
  return paths.map((path) => ({
    pattern: under + path,
    load: () => load(path),
    ...who,
  }));
}
