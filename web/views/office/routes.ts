/** The office's addresses: below /truong/:school, for principals. */

import { behind } from "../../behind";

export const OFFICE = behind({
  under: "/truong/:school/",
  paths: [
    "chuan-bi",
    "co-so",
    "co-so/:campus",
    "diem-quet",
    "ca-hoc",
    "lich",
    "can-bo",
    "nhap",
    "nhap/:kind",
    "lop",
    "the/:class",
  ],
  roles: ["principal"],
  pages: () => import("./pages"),
});
