/** Behind each address of a teacher's desk: fetched when the first of them is opened. */

import type { Pages } from "../../behind";

export const PAGES: Pages = {
  "": () => import("../classes/class"),
  vang: () => import("../classes/missing_page"),
  don: () => import("../classes/leave_page"),
  so: () => import("./class_day"),
  "so/:day": () => import("./class_day"),
  "cham-cong/gio-cong": () => import("../checkin/hours"),
  "cham-cong/xin-nghi": () => import("../leave/own"),
  "so-lop": () => import("./hub"),
  "thong-bao": () => import("./notices"),
  "thong-bao/soan": () => import("./compose"),
  "thong-bao/:school/:id/tra-loi": () => import("./chase"),
  nhom: () => import("./groups"),
  "gio-lien-lac": () => import("./hours"),
};
