/** Behind each of the department's addresses: fetched when the first of them is opened. */

import type { Route } from "../../routes";

export const PAGES: Readonly<Record<string, Route["load"]>> = {
  tin: () => import("./deliveries"),
  ngay: () => import("./day"),
  "sua/:school": () => import("./corrections"),
  nghi: () => import("./closures"),
};
