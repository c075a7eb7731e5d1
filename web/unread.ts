/** How much of the inbox nobody has read yet, for the badge at the tab and on the app's icon. */

import { effect, signal } from "@preact/signals";
import { api, of } from "./api";
import { isFailure } from "./failure";
import { onItem, onReset } from "./live";
import { phase } from "./session";

/** Among the newest 100: beyond that the number says nothing any more. */
const LOOKED_AT = 100;

export const unread = signal(0);

export async function countUnread(): Promise<void> {
  try {
    const page = await of(api.GET("/v1/inbox", { params: { query: { limit: LOOKED_AT } } }));
    unread.value = page.items.filter((item) => item.read_at === null).length;
  } catch (error) {
    if (!isFailure(error)) throw error;
  }
}

onReset(() => void countUnread());
onItem((item) => {
  if (item.read_at === null) unread.value += 1;
});

effect(() => {
  if (phase.value === "out") unread.value = 0;
});

effect(() => {
  const n = unread.value;
  if (!("setAppBadge" in navigator)) return;
  // Refused where the app is not installed: then there is no icon to mark.
  void (n ? navigator.setAppBadge(n) : navigator.clearAppBadge()).catch(() => undefined);
});
