/** The addresses of a school's daily work: below /truong/:school, for principals. */

import { behind } from "../../behind";

export const DAILY = behind({
  under: "/truong/:school/",
  paths: [
    "hom-nay",
    "tin-vang",
    "can-xem",
    "nghi-dot-xuat",
    "don-nghi",
    "gio-cong",
    "gio-cong/:staff/:month",
    "tin-da-gui",
    "sua-diem-danh",
    "quy-tac",
    "chua-den",
    "so-lien-lac",
    "thong-bao",
    "bao-cao-tin-nhan",
    "cau-mau",
  ],
  roles: ["principal"],
  pages: () => import("./pages"),
});
