/** What the app offers by itself: a newer version, a place on the home screen. */

import { effect, signal } from "@preact/signals";
import { api, of } from "./api";
import { Icon } from "./components/icons";
import { Button } from "./components/ui";
import { isFailure } from "./failure";
import { schoolDay } from "./format";
import { C } from "./i18n/common";
import { place } from "./router";
import { phase } from "./session";

interface InstallPrompt extends Event {
  prompt(): Promise<void>;
  readonly userChoice: Promise<{ outcome: "accepted" | "dismissed" }>;
}

const LATER = "ct.install-later";
const LOOKED = "ct.consents-looked";
const LOOKS_AFTER_MS = 4000;
/** A version that waits until somebody wants it. */
export const newVersion = signal<ServiceWorker | null>(null);
const prompt = signal<InstallPrompt | null>(null);
const postponed = signal(localStorage.getItem(LATER) !== null);

window.addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  prompt.value = event as InstallPrompt;
});

/** Registers the service worker and watches for the next version. */
export async function watchVersion(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("/sw.js").catch(() => null);
  if (!registration) return;
  const offer = (worker: ServiceWorker | null) => {
    // The very first worker replaces nothing.
    if (worker && navigator.serviceWorker.controller) newVersion.value = worker;
  };
  offer(registration.waiting);
  void keepLoaded();
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => worker.state === "installed" && offer(worker));
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void registration.update().catch(() => undefined);
  });
}

/** The very first worker has seen none of this page's files go by; it keeps them for the next start. */
async function keepLoaded(): Promise<void> {
  if (navigator.serviceWorker.controller) return;
  const { active } = await navigator.serviceWorker.ready;
  // Also what was on its way when the worker took over.
  const loaded = new PerformanceObserver((list) => {
    const files = list.getEntries().map((each) => new URL(each.name).pathname);
    active?.postMessage({ do: "keep", files });
  });
  loaded.observe({ type: "resource", buffered: true });
}

export function takeNewVersion(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), {
    once: true,
  });
  newVersion.value?.postMessage({ do: "take-over" });
}

function later(): void {
  localStorage.setItem(LATER, "1");
  postponed.value = true;
}

async function install(): Promise<void> {
  await prompt.value?.prompt();
  prompt.value = null;
}

const asked = signal(false);

/** Once a day, after the screen is there: is there something a guardian has not chosen yet? */
async function lookForConsents(): Promise<void> {
  if (localStorage.getItem(LOOKED) === schoolDay()) return;
  try {
    const found = await of(api.GET("/v1/me/consents"));
    asked.value = found.items.some((each) => each.asks);
    localStorage.setItem(LOOKED, schoolDay());
  } catch (error) {
    if (!isFailure(error)) throw error;
  }
}

effect(() => {
  if (phase.value === "starting") return undefined;
  if (phase.value === "out") {
    asked.value = false;
    localStorage.removeItem(LOOKED);
    return undefined;
  }
  const timer = setTimeout(() => void lookForConsents(), LOOKS_AFTER_MS);
  return () => clearTimeout(timer);
});

const isInstalled = matchMedia("(display-mode: standalone)").matches;
const isApple = /iPhone|iPad/.test(navigator.userAgent);

export function Offers() {
  if (newVersion.value) {
    return (
      <div class="offer" role="status">
        <span class="grow">{C.newVersion()}</span>
        <Button kind="main" onClick={takeNewVersion}>
          {C.update()}
        </Button>
      </div>
    );
  }
  if (asked.value && place.value.path !== "/dong-y") {
    return (
      <aside class="offer" aria-label={C.choices()}>
        <span class="grow">{C.openChoices()}</span>
        <a class="button main" href="/dong-y">
          {C.show()}
        </a>
      </aside>
    );
  }
  if (isInstalled || postponed.value || !(prompt.value || isApple)) return null;
  return (
    <aside class="offer" aria-label={C.install()}>
      <Icon name="share" />
      <span class="grow">{isApple ? C.installIos() : C.installHint()}</span>
      {prompt.value && (
        <Button kind="main" onClick={() => void install()}>
          {C.install()}
        </Button>
      )}
      <Button kind="quiet" onClick={later}>
        {C.notNow()}
      </Button>
    </aside>
  );
}
