/** Where a family sees and pays fees; also from a push while another hat is on. */

import { behind } from "../../behind";

export const FEES = behind({
  under: "/khoan-thu",
  paths: ["", "/ma/:id", "/bien-lai"],
  pages: () => import("./pages"),
});
