/** The rules as they are typed, and as the server keeps them. */

import type { Schemas } from "../../api";
import { count } from "../../format";
import { Q } from "../../i18n/rules";

export type Rules = Schemas["Rules"];

export interface Draft {
  alertAfter: string;
  classShare: string;
  schoolShare: string;
  sms: string;
  needsTwo: boolean;
}

type NumberField = Exclude<keyof Draft, "needsTwo">;

const LIMITS: Record<NumberField, readonly [least: number, most: number]> = {
  alertAfter: [0, 120],
  classShare: [1, 100],
  schoolShare: [1, 100],
  sms: [0, 100_000],
};

const inPercent = (share: number) => `${Math.round(share * 100)}`;

export function draftOf(rules: Rules): Draft {
  return {
    alertAfter: `${rules.alert_after_min}`,
    classShare: inPercent(rules.class_share),
    schoolShare: inPercent(rules.school_share),
    sms: `${rules.sms_budget_a_day}`,
    needsTwo: rules.past_month_needs_two,
  };
}

export function faultsOf(draft: Draft): Partial<Record<NumberField, string>> {
  const found: Partial<Record<NumberField, string>> = {};
  for (const [field, [least, most]] of Object.entries(LIMITS) as [
    NumberField,
    readonly [number, number],
  ][]) {
    const typed = draft[field].trim();
    const n = Number(typed);
    if (!/^\d+$/.test(typed) || n < least || n > most)
      found[field] = Q.wrong(count(least), count(most));
  }
  return found;
}

/** `draft` has no faults. A share that was not touched stays what it was, to the last digit. */
export function rulesOf(draft: Draft, before: Rules): Rules {
  const share = (typed: string, was: number) =>
    typed.trim() === inPercent(was) ? was : Number(typed) / 100;
  return {
    alert_after_min: Number(draft.alertAfter),
    class_share: share(draft.classShare, before.class_share),
    school_share: share(draft.schoolShare, before.school_share),
    sms_budget_a_day: Number(draft.sms),
    past_month_needs_two: draft.needsTwo,
  };
}
