/** The department's addresses. */

import type { Route, View } from "../../routes";

const PATHS = ["tin", "ngay", "sua/:school", "nghi"];

/** One fetch more for the department, and nothing of it on anybody else's pages. */
async function load(path: string): Promise<{ default: View }> {
  const { PAGES } = await import("./pages");
  const page = PAGES[path];
  if (!page) throw new Error(path);
  return page();
}

export const DEPARTMENT: readonly Route[] = PATHS.map((path) => ({
  pattern: `/so/${path}`,
  load: () => load(path),
  roles: ["department_admin"],
}));
