/** The addresses of a school's money, for its accountants and its principal: named in pages.ts. */

import type { Route } from "../../routes";

export const TILL: readonly Route[] = [
  {
    pattern: "/truong/:school/thu/*",
    load: () => import("./till"),
    roles: ["accountant", "principal"],
  },
];
