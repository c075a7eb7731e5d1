/** What a family can do at once about "not at school yet". */

import { Icon } from "../../components/icons";
import { P } from "../../i18n/parent";
import { me } from "../../session";
import { type Known, standingOf } from "./standing";

interface Props {
  studentId: string;
  /** YYYY-MM-DD, the school's. */
  day: string;
  /** Opens what is on this page already; else the child's page opens it. */
  onWrong?: () => void;
}

export function isMissed(day: Known | null): boolean {
  if (!day) return false;
  const standing = standingOf(day);
  return standing.kind === "absent" && !standing.isExcused;
}

/** Where leave is asked for that day. */
export function leavePath(studentId: string, day: string): string {
  return `/con/${studentId}/xin-nghi?ngay=${day}`;
}

/** Where the child's page asks at once what was wrong on that day. */
export function wrongPath(studentId: string, day: string): string {
  return `/con/${studentId}?sai=${day}`;
}

export function AbsentActions({ studentId, day, onWrong }: Props) {
  const child = me.value?.children.find((each) => each.student_id === studentId);
  if (!child) return null;
  return (
    <nav class="absent-acts" aria-label={P.whatNow(child.name)}>
      {child.school_phone && (
        <a class="button" href={`tel:${child.school_phone}`}>
          <Icon name="call" />
          {P.callSchool()}
        </a>
      )}
      {child.can_request_leave && (
        <a class="button" href={leavePath(studentId, day)}>
          <Icon name="file" />
          {P.askLeave()}
        </a>
      )}
      {onWrong ? (
        <button type="button" class="button" onClick={onWrong}>
          <Icon name="flag" />
          {P.sayWrong()}
        </button>
      ) : (
        <a class="button" href={wrongPath(studentId, day)}>
          <Icon name="flag" />
          {P.sayWrong()}
        </a>
      )}
    </nav>
  );
}
