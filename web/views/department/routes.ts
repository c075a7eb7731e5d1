/** The department's addresses. */

import { behind } from "../../behind";

export const DEPARTMENT = behind({
  under: "/so/",
  paths: [
    "tin",
    "ngay",
    "sua/:school",
    "don/:school",
    "nghi",
    "thong-bao",
    "thong-bao/:id",
    "so-lien-lac",
    "thu",
    "khong-duoc-thu",
  ],
  roles: ["department_admin"],
  pages: () => import("./pages"),
});
