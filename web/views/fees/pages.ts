/** Behind each address of a family's fees: fetched when the first of them is opened. */

import type { Pages } from "../../behind";

export const PAGES: Pages = {
  "": () => import("./due"),
  "/ma/:id": () => import("./code"),
  "/bien-lai": () => import("./receipts"),
};
