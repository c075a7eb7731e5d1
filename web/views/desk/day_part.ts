/** What each part of a class's day gets. */

import type { Signal } from "@preact/signals";
import type { ClassDay, Draft, Faults } from "./day_draft";

export interface PartProps {
  school: number;
  day: ClassDay;
  draft: Signal<Draft>;
  put: (changed: Partial<Draft>) => void;
  faults: Faults;
}
