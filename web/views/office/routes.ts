/** The office's addresses: below /truong/:school, for principals. */

import type { Route } from "../../routes";

const LOADS: Readonly<Record<string, Route["load"]>> = {
  "chuan-bi": () => import("./checklist"),
  "co-so": () => import("./campuses"),
  "co-so/:campus": () => import("./campus"),
  "diem-quet": () => import("./stations"),
  "ca-hoc": () => import("./shifts"),
  lich: () => import("./calendar"),
  "can-bo": () => import("./staff"),
  nhap: () => import("./imports"),
  "nhap/:kind": () => import("./import_kind"),
  lop: () => import("./classes"),
  "the/:class": () => import("./class_page"),
};

export const OFFICE: readonly Route[] = Object.entries(LOADS).map(([path, load]) => ({
  pattern: `/truong/:school/${path}`,
  load,
  roles: ["principal"],
}));
