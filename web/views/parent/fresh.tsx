/** One honest line: whether news would be on the screen by itself, and from when the figures are. */

import { moment } from "../../format";
import { C } from "../../i18n/common";
import { P } from "../../i18n/parent";
import { isLive } from "../../live";
import { now, online } from "../../now";
import type { Query } from "../../query";

/** A stream that changes hands is away for a moment, which nobody has to know. */
const PATIENCE_MS = 4_000;
const LONG_AGO_MS = 60_000;
const OPENED = Date.now();
let awaySince = 0;

/**
 * Whether something may have happened since: a copy of before this page was opened, or figures that
 * are just asked for anew, as when the phone has slept. Until the answer they are not "live".
 */
export function isDoubtful(
  loadedAt: number,
  { opened, at, isAsking }: { opened: number; at: number; isAsking: boolean },
): boolean {
  return loadedAt < opened || (isAsking && at - loadedAt > LONG_AGO_MS);
}

export function Fresh({ query }: { query: Query<unknown> }) {
  const at = query.at.value;
  const isAway = !isLive.value || query.failure.value !== null;
  if (!isAway) awaySince = 0;
  else awaySince ||= now.value;
  if (at === null) return <p class="fresh">{C.loading()}</p>;
  if (!online.value) return <p class="fresh away">{P.staleOffline(moment(at, now.value))}</p>;
  const isAsking = query.busy.value || query.failure.value !== null;
  if (
    isDoubtful(at, { opened: OPENED, at: now.peek(), isAsking }) ||
    (isAway && now.value - awaySince >= PATIENCE_MS)
  )
    return <p class="fresh away">{P.stale(moment(at, now.value))}</p>;
  return <p class="fresh live">{P.live()}</p>;
}
