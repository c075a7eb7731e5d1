/** Which kind of entry the address asks for; null: all. */

import { computed } from "@preact/signals";
import { place } from "../../router";
import { isKind, type Kind } from "./words";

export const kindAsked = computed<Kind | null>(() => {
  const word = place.value.query.get("loai");
  return isKind(word) ? word : null;
});
