/** The addresses of a school's daily work: below /truong/:school, for principals. */

import type { Route, View } from "../../routes";

const PATHS = [
  "tin-vang",
  "can-xem",
  "nghi-dot-xuat",
  "don-nghi",
  "gio-cong",
  "gio-cong/:staff/:month",
  "tin-da-gui",
  "sua-diem-danh",
  "quy-tac",
  "chua-den",
];

/** One fetch more for a principal, and nothing of it on anybody else's pages. */
async function load(path: string): Promise<{ default: View }> {
  const { PAGES } = await import("./pages");
  const page = PAGES[path];
  if (!page) throw new Error(path);
  return page();
}

export const DAILY: readonly Route[] = PATHS.map((path) => ({
  pattern: `/truong/:school/${path}`,
  load: () => load(path),
  roles: ["principal"],
}));
