/** The addresses of a school's daily work: below /truong/:school, for principals. */

import type { Route } from "../../routes";

const LOADS: Readonly<Record<string, Route["load"]>> = {
  "tin-vang": () => import("./held"),
  "can-xem": () => import("./reviews"),
  "nghi-dot-xuat": () => import("./closures"),
  "gio-cong": () => import("./hours"),
  "gio-cong/:staff/:month": () => import("./hours_of"),
  "tin-da-gui": () => import("./deliveries"),
  "sua-diem-danh": () => import("./corrections"),
  "quy-tac": () => import("./rules"),
  "chua-den": () => import("../classes/missing_page"),
};

export const DAILY: readonly Route[] = Object.entries(LOADS).map(([path, load]) => ({
  pattern: `/truong/:school/${path}`,
  load,
  roles: ["principal"],
}));
