/**
 * The contact book's addresses, for all who read it; also from a push while another hat is on. And
 * what a family asks for less than each morning.
 */

import { behind } from "../../behind";

export const BOOK = behind({
  under: "/",
  paths: [
    "so-lien-lac",
    "so-lien-lac/tim",
    "con/:student/ma",
    "con/:student/don",
    "con/:student/xin-nghi",
    "con/:student/so",
    "con/:student/so/:kind/:id",
    "thong-bao/:school/:id",
    "tin-nhan",
    "tin-nhan/:school/:id",
  ],
  pages: () => import("./pages"),
});
