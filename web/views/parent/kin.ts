/** The pupils whom an account may follow. */

import { type Me, me } from "../../session";

/** Who a pupil of the family is, known before the day is. */
export interface Kin {
  readonly student_id: string;
  readonly school_id: number;
  readonly name: string;
  readonly school_name: string;
  readonly class_name: string | null;
  readonly photo_url: string | null;
  /** The caller is the pupil. */
  readonly isSelf: boolean;
}

/** The account's children, and the account itself where it is a pupil's. */
export function kinOf(who: Me | null): Kin[] {
  if (!who) return [];
  const children = who.children.map((child) => ({ ...child, isSelf: false }));
  const selves = who.memberships.flatMap((link) =>
    link.role === "student" && link.person_id && link.school_id !== null
      ? [
          {
            student_id: link.person_id,
            school_id: link.school_id,
            name: link.name ?? "",
            school_name: link.school_name ?? "",
            class_name: null,
            photo_url: null,
            isSelf: true,
          },
        ]
      : [],
  );
  return [...children, ...selves];
}

/** One of them by its id; null: none of the account's, or not any more. */
export function kin(studentId: string): Kin | null {
  return kinOf(me.value).find((each) => each.student_id === studentId) ?? null;
}
