/**
 * Which screen an address shows, and to whom. Each loads with its own chunk.
 *
 * `roles`: somebody without one of them is led home; the server refuses them in any case.
 */

import type { ComponentType } from "preact";
import type { Hat } from "./hats";
import type { Parameters } from "./router";
import { BOOK } from "./views/book/routes";
import { DAILY } from "./views/daily/routes";
import { DEPARTMENT } from "./views/department/routes";
import { DESK } from "./views/desk/routes";
import { ENTRY } from "./views/entry/routes";
import { FEES } from "./views/fees/routes";
import { OFFICE } from "./views/office/routes";
import { TILL } from "./views/till/routes";

export type View = ComponentType<{ params: Parameters }>;

export interface Route {
  readonly pattern: string;
  readonly load: () => Promise<{ default: View }>;
  /** Left out: everybody who is logged in. */
  readonly roles?: readonly Hat["role"][];
  /** Shown without a login too. */
  readonly open?: boolean;
  /** Fills the screen, without bars. */
  readonly bare?: boolean;
}

export const SCANNERS = ["guard", "homeroom_teacher", "subject_teacher", "principal"] as const;
export const TEACHERS = ["homeroom_teacher", "subject_teacher", "principal"] as const;

const settings = () => import("./views/shared/settings");

export const ROUTES: readonly Route[] = [
  { pattern: "/dang-nhap", load: () => import("./views/entry/login"), open: true },
  { pattern: "/dong-y", load: () => import("./views/entry/consents"), bare: true },
  {
    pattern: "/quet",
    load: () => import("./views/scan/scan"),
    roles: SCANNERS,
    bare: true,
  },
  { pattern: "/lop", load: () => import("./views/classes/classes"), roles: TEACHERS },
  {
    pattern: "/cham-cong",
    load: () => import("./views/checkin/checkin"),
    roles: [...SCANNERS, "accountant", "student"],
  },
  { pattern: "/man-hinh", load: () => import("./views/display/display"), open: true },
  // Also from a push while another hat is on: the server says whose child it is.
  { pattern: "/tin", load: () => import("./views/parent/inbox") },
  { pattern: "/con/:student", load: () => import("./views/parent/child") },
  { pattern: "/cai-dat", load: settings },
  { pattern: "/cai-dat/*", load: settings },
  ...BOOK,
  ...ENTRY,
  ...FEES,
  ...DAILY,
  ...DEPARTMENT,
  ...DESK,
  ...OFFICE,
  ...TILL,
];

/** Where each role begins its day. */
export function homeOf(hat: Hat): string | (() => Promise<{ default: View }>) {
  switch (hat.role) {
    case "guardian":
      return () => import("./views/parent/today");
    case "student":
      return `/con/${hat.personId}`;
    case "guard":
      return "/quet";
    case "homeroom_teacher":
    case "subject_teacher":
      return "/lop";
    case "principal":
      return `/truong/${hat.schoolId}/hom-nay`;
    case "display":
      return "/man-hinh";
    case "accountant":
      return `/truong/${hat.schoolId}/thu`;
    case "department_admin":
      return () => import("./views/office/department");
  }
}
