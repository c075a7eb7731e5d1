/** The addresses of a teacher's desk: the contact book, and what is asked for less than each morning. */

import { behind } from "../../behind";

const pages = () => import("./pages");

export const DESK = [
  // Also from a push while another hat is on: the server says whose class it is.
  ...behind({ under: "/lop/:school/:class/", paths: ["", "vang", "don", "so", "so/:day"], pages }),
  ...behind({
    under: "/",
    paths: [
      "cham-cong/gio-cong",
      "cham-cong/xin-nghi",
      "so-lop",
      "thong-bao",
      "thong-bao/soan",
      "thong-bao/:school/:id/tra-loi",
      "nhom",
      "gio-lien-lac",
    ],
    roles: ["guard", "homeroom_teacher", "subject_teacher", "principal", "accountant"],
    pages,
  }),
];
