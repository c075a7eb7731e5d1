/**
 * Which screen an address shows, and to whom. Each loads with its own chunk.
 *
 * `roles`: somebody without one of them is led home; the server refuses them in any case.
 */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { Spinner } from "./components/ui";
import type { Hat } from "./hats";
import type { Parameters } from "./router";
import { BOOK } from "./views/book/routes";
import { ENTRY } from "./views/entry/routes";
import { FEES } from "./views/fees/routes";

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
  { pattern: "/man-hinh", load: () => import("./views/display/display"), open: true },
  // Also from a push while another hat is on: the server says whose child it is.
  { pattern: "/tin", load: () => import("./views/parent/inbox") },
  { pattern: "/con/:student", load: () => import("./views/parent/child") },
  { pattern: "/cai-dat", load: settings },
  { pattern: "/cai-dat/*", load: settings },
  ...BOOK,
  ...ENTRY,
  ...FEES,
];

/** Those of staff, once an address asked for them; null: nobody has. */
export const moreRoutes = signal<readonly Route[] | null>(null);

/** In place of an address that is not above, until it is known whether it is one of staff. */
export const UNKNOWN: Route = {
  pattern: "*",
  load: async () => {
    moreRoutes.value = (await import("./staff_routes")).STAFF;
    return { default: Spinner };
  },
};

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
