/** Behind each of the office's addresses: fetched when the first of them is opened. */

import type { Pages } from "../../behind";

export const PAGES: Pages = {
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
