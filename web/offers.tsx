/** What the app offers by itself: a newer version, a place on the home screen. */

import { signal } from "@preact/signals";
import { Icon } from "./components/icons";
import { Button } from "./components/ui";
import { C } from "./i18n/common";

interface InstallPrompt extends Event {
  prompt(): Promise<void>;
  readonly userChoice: Promise<{ outcome: "accepted" | "dismissed" }>;
}

const LATER = "ct.install-later";
const waiting = signal<ServiceWorker | null>(null);
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
    if (worker && navigator.serviceWorker.controller) waiting.value = worker;
  };
  offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker?.addEventListener("statechange", () => worker.state === "installed" && offer(worker));
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void registration.update().catch(() => undefined);
  });
}

function update(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), {
    once: true,
  });
  waiting.value?.postMessage({ do: "take-over" });
}

function later(): void {
  localStorage.setItem(LATER, "1");
  postponed.value = true;
}

async function install(): Promise<void> {
  await prompt.value?.prompt();
  prompt.value = null;
}

const isInstalled = matchMedia("(display-mode: standalone)").matches;
const isApple = /iPhone|iPad/.test(navigator.userAgent);

export function Offers() {
  if (waiting.value) {
    return (
      <div class="offer" role="status">
        <span class="grow">{C.newVersion()}</span>
        <Button kind="main" onClick={update}>
          {C.update()}
        </Button>
      </div>
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
