/** The words of set-up's choices. */

import { S } from "../../i18n/till_setup";
import type { Item } from "./lists";

export const CATEGORIES = {
  tuition: S.tuition,
  meal: S.meal,
  boarding: S.boarding,
  insurance: S.insurance,
  service: S.service,
  uniform: S.uniform,
  material: S.material,
  other: S.otherKind,
} as const satisfies Record<Item["category"], () => string>;

export function categoryName(category: Item["category"]): string {
  return CATEGORIES[category]();
}

export function perUnit(unit: Item["unit"]): string {
  return { period: S.perPeriod, month: S.perMonth, day: S.perDay }[unit]();
}
