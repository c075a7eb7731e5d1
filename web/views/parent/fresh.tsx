/** One honest line: whether news would be on the screen by itself, and from when the figures are. */

import { moment } from "../../format";
import { C } from "../../i18n/common";
import { P } from "../../i18n/parent";
import { isLive } from "../../live";
import { now, online } from "../../now";
import type { Query } from "../../query";

/** A stream that changes hands is away for a moment, which nobody has to know. */
const PATIENCE_MS = 4_000;
let awaySince = 0;

export function Fresh({ query }: { query: Query<unknown> }) {
  const at = query.at.value;
  const isAway = !isLive.value || query.failure.value !== null;
  if (!isAway) awaySince = 0;
  else awaySince ||= now.value;
  if (at === null) return <p class="fresh">{C.loading()}</p>;
  if (!online.value) return <p class="fresh away">{P.staleOffline(moment(at, now.value))}</p>;
  if (isAway && now.value - awaySince >= PATIENCE_MS)
    return <p class="fresh away">{P.stale(moment(at, now.value))}</p>;
  return <p class="fresh live">{P.live()}</p>;
}
