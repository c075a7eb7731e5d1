/** The funnel by kind of news, its roads beneath, and the days it is asked about. */

import type { Schemas } from "../../api";
import { C } from "../../i18n/common";
import { F } from "../../i18n/deliveries";
import { KINDS } from "../../i18n/settings";
import { addDays } from "../office/days";

export type Funnel = Schemas["Funnel"];
export type Stage = Schemas["Stage"];

export const SPANS = [1, 7, 30] as const;
export type Span = (typeof SPANS)[number];

export const spanName = (span: Span): string =>
  span === 1 ? F.day1() : span === 7 ? F.day7() : F.day30();

/** Both ends included. */
export function rangeOf(span: Span, today: string): { from: string; to: string } {
  return { from: addDays(today, 1 - span), to: today };
}

export interface KindStages {
  kind: string;
  stages: Stage[];
  due: number;
}

/** The stages of each kind together, what was sent most first; roads without news are left out. */
export function byKind(stages: readonly Stage[]): KindStages[] {
  const found = new Map<string, KindStages>();
  for (const stage of stages) {
    if (stage.due === 0) continue;
    const of = found.get(stage.kind) ?? { kind: stage.kind, stages: [], due: 0 };
    of.stages.push(stage);
    of.due = Math.max(of.due, stage.due);
    found.set(stage.kind, of);
  }
  return [...found.values()].sort((a, b) => b.due - a.due);
}

export function kindName(kind: string): string {
  return kind in KINDS ? KINDS[kind as keyof typeof KINDS]() : C.news();
}
