/** The steps of the checklist: what each means, how far it is, and where it is done. */

import type { Schemas } from "../../api";
import { count } from "../../format";
import { O } from "../../i18n/office";
import { pathOf } from "./office";

export type Step = Schemas["Step"];
export type StepKey = Step["key"];

interface About {
  means: () => string;
  counts?: (done: string, total: string) => string;
  path: (school: number) => string;
}

const ABOUT: Record<StepKey, About> = {
  fence: { means: O.fenceMeans, path: (school) => pathOf(school, "co-so") },
  stations: {
    means: O.stationsMeans,
    counts: O.stationsCount,
    path: (school) => pathOf(school, "diem-quet"),
  },
  shifts: {
    means: O.shiftsMeans,
    counts: O.shiftsCount,
    path: (school) => pathOf(school, "ca-hoc"),
  },
  calendar: { means: O.calendarMeans, path: (school) => pathOf(school, "lich") },
  staff: {
    means: O.staffMeans,
    counts: O.staffCount,
    path: (school) => pathOf(school, "nhap", "can-bo"),
  },
  roster: {
    means: O.rosterMeans,
    counts: O.rosterCount,
    path: (school) => pathOf(school, "nhap", "hoc-sinh"),
  },
  guardians: {
    means: O.guardiansMeans,
    counts: O.guardiansCount,
    path: (school) => pathOf(school, "lop"),
  },
  cards: {
    means: O.cardsMeans,
    counts: O.cardsCount,
    path: (school) => pathOf(school, "lop"),
  },
  first_scan: { means: O.firstScanMeans, path: () => "/quet" },
};

export const meansOf = (step: Step): string => ABOUT[step.key].means();

/** Where the next bit is done; what is begun goes on elsewhere than it began. */
export function placeOf(step: Step, school: number): string {
  if (step.key === "shifts" && step.state === "started") return pathOf(school, "lop");
  if (step.key === "staff" && step.state === "started") return pathOf(school, "can-bo");
  return ABOUT[step.key].path(school);
}

/** “3/12 lớp đã có ca học”; empty where counting says nothing, as with one thing or none yet. */
export function countOf(step: Step): string {
  const counts = ABOUT[step.key].counts;
  // The server counts the shifts themselves as one more step, and nothing as one.
  const less = step.key === "shifts" ? 1 : 0;
  if (!counts || step.total - less <= 1 || step.done < less) return "";
  return counts(count(step.done - less), count(step.total - less));
}

/** The first that is not done; null: all are. */
export function nextOf(steps: readonly Step[]): Step | null {
  return steps.find((step) => step.state !== "done") ?? null;
}
