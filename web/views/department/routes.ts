/** The department's addresses. */

import type { Route } from "../../routes";

const LOADS: Readonly<Record<string, Route["load"]>> = {
  tin: () => import("./deliveries"),
  ngay: () => import("./day"),
  "sua/:school": () => import("./corrections"),
  nghi: () => import("./closures"),
};

export const DEPARTMENT: readonly Route[] = Object.entries(LOADS).map(([path, load]) => ({
  pattern: `/so/${path}`,
  load,
  roles: ["department_admin"],
}));
