/**
 * The service worker's part in pushes: it shows them, and a tap leads to the child.
 *
 * It holds no session. What it may show is what the server sent to this browser's subscription, as
 * long as the account it was made for is logged in here.
 */

import {
  noticeOf,
  type Payload,
  PUSH_OWNER,
  type PushOwner,
  payloadFrom,
  type WorkerSays,
} from "./push_words";
import { seen } from "./store";

declare const self: ServiceWorkerGlobalScope;

const ALARMS: readonly string[] = ["absence"];

self.addEventListener("push", (event) => event.waitUntil(show(payloadFrom(event.data?.text()))));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { path } = (event.notification.data ?? {}) as { path?: string };
  event.waitUntil(open(path ?? "/tin"));
});

self.addEventListener("pushsubscriptionchange", (event) => {
  (event as ExtendableEvent).waitUntil(renewSubscription());
});

/** Pages open at the moment; those of the former version are ours too. */
async function pages(): Promise<readonly WindowClient[]> {
  return await self.clients.matchAll({ type: "window", includeUncontrolled: true });
}

/** Every push is shown, which browsers demand; beside an open page it makes no sound. */
async function show(payload: Payload | null): Promise<void> {
  const owner = (await seen<PushOwner>(PUSH_OWNER))?.data ?? null;
  const { title, body, tag, ...data } = noticeOf(payload, owner);
  const isWatched = (await pages()).some((page) => page.visibilityState === "visible");
  const isAlarm = ALARMS.includes(payload?.data.kind ?? "");
  const options: NotificationOptions & {
    renotify: boolean;
    timestamp: number;
    vibrate?: number[];
  } = {
    body,
    tag,
    renotify: !isWatched,
    silent: isWatched,
    // An absence must not feel like an arrival, and stays until somebody has seen it.
    requireInteraction: isAlarm,
    ...(isAlarm && !isWatched ? { vibrate: [400, 150, 400, 150, 400] } : {}),
    timestamp: Date.now(),
    lang: owner?.lang ?? "vi",
    data,
    ...(await icon()),
  };
  await self.registration.showNotification(title, options);
}

/** The icon's address carries its content's hash: the manifest knows it. */
async function icon(): Promise<{ icon?: string }> {
  try {
    const address = "/manifest.webmanifest";
    const manifest = (await caches.match(address)) ?? (await fetch(address));
    const { icons } = (await manifest.json()) as { icons: { src: string; type?: string }[] };
    const found = icons.find(({ src }) => src.endsWith(".png"));
    return found ? { icon: found.src } : {};
  } catch {
    return {};
  }
}

async function open(path: string): Promise<void> {
  const found = await pages();
  const page = found.find((each) => each.focused) ?? found.find(isSeen) ?? found[0];
  if (!page) {
    await self.clients.openWindow(path);
    return;
  }
  say(page, { go: path });
  // Some browsers refuse the focus; the page has its address all the same.
  await page.focus().catch(() => undefined);
}

function isSeen(page: WindowClient): boolean {
  return page.visibilityState === "visible";
}

function say(page: WindowClient, words: WorkerSays): void {
  page.postMessage(words);
}

/** The server learns of it when a page is open: the worker itself is not logged in. */
async function renewSubscription(): Promise<void> {
  for (const page of await pages()) say(page, { push: "changed" });
}
