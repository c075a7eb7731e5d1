/**
 * The little of pushes that every page needs: to follow a tapped notification, and to end the
 * browser's subscription with the session. The rest is in push.ts, loaded where it is used.
 */

import { effect } from "@preact/signals";
import { lang } from "./lang";
import { PUSH_OWNER, type PushOwner, type WorkerSays } from "./push_words";
import { go } from "./router";
import { accountId, phase, signedIn } from "./session";
import { keepSeen } from "./store";

/** What was told to the server for this browser; here means: pushes are on. */
export const PUSH_TOLD = "ct.push";

function isOn(): boolean {
  return localStorage.getItem(PUSH_TOLD) !== null;
}

/** Whether the pushes that come here are of whoever is logged in; a session may outlive its page. */
function isTheirs(): boolean {
  const { account } = JSON.parse(localStorage.getItem(PUSH_TOLD) ?? "{}") as { account?: string };
  return account === signedIn();
}

async function endSubscription(): Promise<void> {
  localStorage.removeItem(PUSH_TOLD);
  const registration = await navigator.serviceWorker?.getRegistration();
  for (const shown of (await registration?.getNotifications()) ?? []) shown.close();
  const subscription = await registration?.pushManager?.getSubscription();
  await subscription?.unsubscribe();
}

async function keepInStep(): Promise<void> {
  const { syncPush } = await import("./push");
  await syncPush();
}

/** Call once, when the page starts. */
export function linkPushes(): void {
  navigator.serviceWorker?.addEventListener("message", (event: MessageEvent<WorkerSays>) => {
    if ("go" in event.data) go(event.data.go);
    else if ("push" in event.data && isOn()) void keepInStep();
  });
  effect(() => {
    const account_id = accountId.value;
    const owner = account_id && ({ account_id, lang: lang.value } satisfies PushOwner);
    if (phase.value === "in" && owner) void keepSeen(PUSH_OWNER, owner);
  });
  effect(() => {
    const now = phase.value;
    if (!isOn() || now === "starting") return;
    // A browser that cannot: then there is no subscription either.
    if (!isTheirs()) void endSubscription().catch(() => undefined);
    // Not in the way of the first screen.
    else if (now === "in") setTimeout(() => void keepInStep(), 4_000);
  });
}

/** The notification of an item that was read on the screen says nothing new any more. */
export async function closeShown(itemIds: ReadonlySet<string>): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  for (const shown of (await registration?.getNotifications()) ?? [])
    if (itemIds.has((shown.data as { id?: string } | null)?.id ?? "")) shown.close();
}
