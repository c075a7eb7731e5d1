/** The roles a person may act in here, one at a time: "hats". A mother may be a teacher too. */

import { computed, signal } from "@preact/signals";
import { C } from "./i18n/common";
import { accountId, type Me, me } from "./session";

type Role = Me["memberships"][number]["role"] | "guardian";

export interface Hat {
  /** Stable over restarts. */
  readonly id: string;
  readonly role: Role;
  /** null: of no one school (parents, the department). */
  readonly schoolId: number | null;
  readonly schoolName: string;
  readonly personId: string | null;
  readonly classIds: readonly string[];
}

const KEY = "ct.hat";
const chosen = signal<string | null>(localStorage.getItem(KEY));

/** What opens first when nothing was chosen: the work of the morning. */
const ORDER: readonly Role[] = [
  "display",
  "guard",
  "homeroom_teacher",
  "principal",
  "subject_teacher",
  "guardian",
  "department_admin",
  "accountant",
  "student",
];

function hatsOf(who: Me | null): Hat[] {
  if (!who) return [];
  const found: Hat[] = who.memberships.map((link) => ({
    id: `${link.role}.${link.school_id ?? link.org_unit_id ?? ""}`,
    role: link.role,
    schoolId: link.school_id,
    schoolName: link.school_name ?? link.name ?? "",
    personId: link.person_id,
    classIds: link.class_ids,
  }));
  if (who.children.length) {
    const schools = [...new Set(who.children.map((child) => child.school_name))];
    found.push({
      id: "guardian",
      role: "guardian",
      schoolId: null,
      schoolName: schools.join(", "),
      personId: null,
      classIds: [],
    });
  }
  return found.sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role));
}

export const hats = computed(() => hatsOf(me.value));

export const hat = computed<Hat | null>(() => {
  const own = hats.value;
  return own.find((each) => each.id === chosen.value) ?? own[0] ?? null;
});

export function putOn(id: string): void {
  localStorage.setItem(KEY, id);
  chosen.value = id;
}

/** The hat that can do this in a school, preferring the one that is on. */
export function hatFor(schoolId: number, roles: readonly Role[]): Hat | null {
  const fits = (each: Hat) => each.schoolId === schoolId && roles.includes(each.role);
  const on = hat.value;
  return on && fits(on) ? on : (hats.value.find(fits) ?? null);
}

const NAMES: Record<Role, () => string> = {
  guardian: C.roleParent,
  principal: C.rolePrincipal,
  homeroom_teacher: C.roleHomeroom,
  subject_teacher: C.roleSubject,
  guard: C.roleGuard,
  accountant: C.roleAccountant,
  department_admin: C.roleDepartment,
  student: C.roleStudent,
  display: C.roleDisplay,
};

export function roleName(role: Role): string {
  return NAMES[role]();
}

/** A key for what belongs to this account and hat alone. */
export const hatKey = computed(() => `${accountId.value ?? ""}/${hat.value?.id ?? ""}`);
