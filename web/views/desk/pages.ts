/** Behind each address of a teacher's desk: fetched when the first of them is opened. */

import type { Pages } from "../../behind";

export const PAGES: Pages = {
  vang: () => import("../classes/missing_page"),
  don: () => import("../classes/leave_page"),
  "cham-cong/gio-cong": () => import("../checkin/hours"),
  "cham-cong/xin-nghi": () => import("../leave/own"),
};
