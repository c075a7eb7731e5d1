/** Behind each address of the contact book: fetched when the first of them is opened. */

import type { Pages } from "../../behind";

export const PAGES: Pages = {
  "so-lien-lac": () => import("./book"),
  "so-lien-lac/tim": () => import("./search"),
  "con/:student/ma": () => import("../parent/code"),
  "con/:student/don": () => import("../parent/pickups"),
  "con/:student/xin-nghi": () => import("../leave/child"),
  "con/:student/so": () => import("./child_book"),
  "con/:student/so/:kind/:id": () => import("./entry"),
  "thong-bao/:school/:id": () => import("./announcement"),
  "tin-nhan": () => import("./threads"),
  "tin-nhan/:school/:id": () => import("./thread"),
};
