/** Behind each address of the daily work: fetched when the first of them is opened. */

import type { Pages } from "../../behind";

export const PAGES: Pages = {
  "hom-nay": () => import("../board/board"),
  "tin-vang": () => import("./held"),
  "can-xem": () => import("./reviews"),
  "nghi-dot-xuat": () => import("./closures"),
  "don-nghi": () => import("./staff_leave_page"),
  "gio-cong": () => import("./hours"),
  "gio-cong/:staff/:month": () => import("./hours_of"),
  "tin-da-gui": () => import("./deliveries"),
  "sua-diem-danh": () => import("./corrections"),
  "quy-tac": () => import("./rules"),
  "chua-den": () => import("../classes/missing_page"),
  "so-lien-lac": () => import("../desk/completeness"),
  "thong-bao": () => import("../desk/notices"),
  "bao-cao-tin-nhan": () => import("../desk/reports"),
  "cau-mau": () => import("../desk/phrases"),
};
