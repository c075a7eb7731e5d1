/** Behind the addresses of what is done once. */

import type { Pages } from "../../behind";

export const PAGES: Pages = {
  "kich-hoat": () => import("./activate"),
  "quen-mat-khau": () => import("./reset"),
};
