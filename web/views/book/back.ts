/** Where the arrow of a page leads that several others lead to. */

import { hat } from "../../hats";

/** To the page for families; staff read the same pages and begin elsewhere. */
export function backOf(home: string): string {
  const role = hat.value?.role;
  if (role === "guardian") return home;
  if (role === "student") return `/con/${hat.value?.personId}/so`;
  if (role === "homeroom_teacher" || role === "subject_teacher") return "/so-lop";
  if (role === "principal") return `/truong/${hat.value?.schoolId}/so-lien-lac`;
  return "/tin";
}
