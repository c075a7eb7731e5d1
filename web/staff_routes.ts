/** The addresses of those who work for a school or the department: no parent's page names them. */

import { type Route, SCANNERS } from "./routes";
import { DAILY } from "./views/daily/routes";
import { DEPARTMENT } from "./views/department/routes";
import { DESK } from "./views/desk/routes";
import { OFFICE } from "./views/office/routes";
import { TILL } from "./views/till/routes";

export const STAFF: readonly Route[] = [
  {
    pattern: "/lop",
    load: () => import("./views/classes/classes"),
    roles: ["homeroom_teacher", "subject_teacher", "principal"],
  },
  {
    pattern: "/cham-cong",
    load: () => import("./views/checkin/checkin"),
    roles: [...SCANNERS, "accountant", "student"],
  },
  ...DAILY,
  ...DEPARTMENT,
  ...DESK,
  ...OFFICE,
  ...TILL,
];
