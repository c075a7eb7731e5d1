/** Pushes to this browser: asked for by a tap, kept in step with the server, ended with the session. */

import { signal } from "@preact/signals";
import { api, of } from "./api";
import { isFailure, Unreached } from "./failure";
import { type Lang, lang } from "./lang";
import { PUSH_TOLD } from "./push_link";
import { accountId, deviceId } from "./session";

export type PushState =
  | "unknown"
  /** This browser has no pushes. */
  | "unsupported"
  /** On iPhones they come to an app on the home screen alone. */
  | "needs_install"
  /** Only in the browser's own settings can it be allowed again. */
  | "denied"
  | "off"
  | "on";

export const pushState = signal<PushState>("unknown");

/** The browser would not subscribe: its push service is away, or blocked. */
export class NoPushService extends Unreached {}

/** What was told to the server, to tell it again when it is not so any more. */
interface Told {
  account: string;
  endpoint: string;
  lang: Lang;
  at: number;
}

const PATIENCE_MS = 20_000;
/** The server forgets a browser that its push service says is gone; so it is told once a day. */
const AGAIN_MS = 24 * 3600 * 1000;

function can(): boolean {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

const isApple =
  /iPhone|iPad/.test(navigator.userAgent) ||
  (navigator.userAgent.includes("Macintosh") && navigator.maxTouchPoints > 1);

function told(): Told | null {
  const kept = localStorage.getItem(PUSH_TOLD);
  return kept ? (JSON.parse(kept) as Told) : null;
}

/** How things stand, without asking anybody. */
export function lookAtPush(): void {
  pushState.value = look();
}

function look(): PushState {
  if (!can()) {
    const isInstalled = matchMedia("(display-mode: standalone)").matches;
    return isApple && !isInstalled ? "needs_install" : "unsupported";
  }
  if (Notification.permission === "denied") return "denied";
  const kept = told();
  const isOn = Notification.permission === "granted" && kept?.account === accountId.peek();
  return isOn ? "on" : "off";
}

/** Ask for permission and subscribe: only after a tap. Throws a `Failure`. */
export async function turnOn(): Promise<void> {
  const permission = await Notification.requestPermission();
  if (permission === "granted") await tellServer(await subscribe());
  lookAtPush();
}

/** No more pushes to this browser. Throws a `Failure`. */
export async function turnOff(): Promise<void> {
  const subscription = await (await worker()).pushManager.getSubscription();
  await of(
    api.DELETE("/v1/me/push-tokens/{device_id}", { params: { path: { device_id: deviceId() } } }),
  );
  localStorage.removeItem(PUSH_TOLD);
  await subscription?.unsubscribe();
  lookAtPush();
}

/** As the app opens: the key, the endpoint or the language may have changed. Never throws. */
export async function syncPush(): Promise<void> {
  lookAtPush();
  if (pushState.peek() !== "on") return;
  try {
    const subscription = await subscribe();
    const kept = told();
    const isTold =
      kept?.endpoint === subscription.endpoint &&
      kept.lang === lang.peek() &&
      Date.now() - kept.at < AGAIN_MS;
    if (!isTold) await tellServer(subscription);
  } catch (error) {
    if (!isFailure(error)) throw error;
  }
}

async function worker(): Promise<ServiceWorkerRegistration> {
  return await within(navigator.serviceWorker.ready);
}

/** The browser's subscription under the server's key; an older key's is given up. */
async function subscribe(): Promise<PushSubscription> {
  const { public_key } = await of(api.GET("/v1/push/vapid-key"));
  const { pushManager } = await worker();
  const before = await pushManager.getSubscription();
  if (before) {
    const key = before.options.applicationServerKey;
    if (key && base64url(key) === public_key) return before;
    await before.unsubscribe();
  }
  return await within(
    pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: public_key }),
  );
}

/** Some browsers neither subscribe nor refuse. */
async function within<T>(asked: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoPushService()), PATIENCE_MS);
  });
  try {
    return await Promise.race([asked, late]);
  } catch (error) {
    throw error instanceof DOMException ? new NoPushService() : error;
  } finally {
    clearTimeout(timer);
  }
}

async function tellServer(subscription: PushSubscription): Promise<void> {
  const account = accountId.peek();
  if (!account) return;
  const { keys } = subscription.toJSON();
  const chosen = lang.peek();
  await of(
    api.PUT("/v1/me/push-tokens/{device_id}", {
      params: { path: { device_id: deviceId() } },
      body: {
        kind: "web",
        endpoint: subscription.endpoint,
        p256dh: keys?.p256dh ?? "",
        auth: keys?.auth ?? "",
        locale: chosen,
      },
    }),
  );
  // Somebody may have logged out in the meantime: the server has forgotten it again.
  if (account !== accountId.peek()) return;
  const said: Told = { account, endpoint: subscription.endpoint, lang: chosen, at: Date.now() };
  localStorage.setItem(PUSH_TOLD, JSON.stringify(said));
}

export function base64url(bytes: ArrayBuffer): string {
  const raw = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(raw).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
