/** Behind each of the department's addresses: fetched when the first of them is opened. */

import type { Pages } from "../../behind";

export const PAGES: Pages = {
  tin: () => import("./deliveries"),
  ngay: () => import("./day"),
  "sua/:school": () => import("./corrections"),
  "don/:school": () => import("./leave"),
  nghi: () => import("./closures"),
  "thong-bao": () => import("../desk/department_notices"),
  "thong-bao/:id": () => import("../desk/department_notice"),
  "so-lien-lac": () => import("../desk/department_rates"),
  thu: () => import("../till/department_rates"),
  "khong-duoc-thu": () => import("../till/department_forbidden"),
};
