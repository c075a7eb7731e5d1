/** What is done once: the first password, and another one in place of a forgotten one. */

import { behind } from "../../behind";

export const ENTRY = behind({
  under: "/",
  paths: ["kich-hoat", "quen-mat-khau"],
  open: true,
  pages: () => import("./pages"),
});
