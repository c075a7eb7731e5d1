/** Behind each of the addresses of a school's money: fetched when the first of them is opened. */

import type { Pages } from "../../behind";

export const PAGES: Pages = {
  thu: () => import("./home"),
};
