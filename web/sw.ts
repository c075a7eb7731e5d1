/**
 * The service worker: the client starts from the phone itself, with a network or without.
 *
 * What it keeps belongs to one build: a page and its chunks never come from two. Another build is
 * another worker, which waits until somebody taps "update" or the last page is closed. Answers of
 * the API are never kept here; what a screen shows without a network is in the store.
 */

/// <reference lib="webworker" />

import { plainName } from "./plain_name";
import "./sw_push";

declare const self: ServiceWorkerGlobalScope;

const KEPT = `ct-${__BUILD__}`;
const PAGE = "/";
/** Where no screen of the client is: the server answers by itself. */
const SERVERS_OWN = /^\/(v1|a|schema|health|metrics|\.well-known)(\/|$)/;

/** Not in the types yet. */
interface Routed extends ExtendableEvent {
  addRoutes?(rule: { condition: { urlPattern: string }; source: "network" }): Promise<void>;
}

self.addEventListener("install", (event: Routed) => {
  event.waitUntil(keepShell());
  // A page that is going sends its last word: behind a worker that has to wake up first, the
  // browser forgets it. Elsewhere the listener below lets it pass.
  const rule = { condition: { urlPattern: "/v1/*" }, source: "network" } as const;
  event.addRoutes?.(rule).catch(() => undefined);
});
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (SERVERS_OWN.test(url.pathname)) return;
    event.respondWith(pageOr(request));
    event.waitUntil(renewPage());
  } else if (url.pathname.startsWith("/a/")) event.respondWith(fileOr(request));
  else if (__SHELL__.includes(url.pathname)) event.respondWith(keptOr(request, url.pathname));
});

self.addEventListener("message", (event) => {
  const asked = event.data as { do?: string; files?: readonly string[] } | null;
  if (asked?.do === "take-over") void self.skipWaiting();
  if (asked?.do === "keep") event.waitUntil(keepFiles(asked.files ?? []));
});

async function keepShell(): Promise<void> {
  const cache = await caches.open(KEPT);
  // The page itself may have changed under its address; its files never do.
  const fresh = __SHELL__.map((path) =>
    path.startsWith("/a/") ? path : new Request(path, { cache: "no-cache" }),
  );
  await cache.addAll(fresh);
  await keepFiles(await inPlaceOfFormer());
}

/** The new names of what the former build's cache holds: who scans has the scanner tomorrow too. */
async function inPlaceOfFormer(): Promise<readonly string[]> {
  const files = new Set<string>();
  for (const name of await formerCaches()) {
    for (const { url } of await (await caches.open(name)).keys()) {
      for (const file of __FILES__[plainName(new URL(url).pathname)] ?? []) files.add(file);
    }
  }
  return [...files];
}

async function formerCaches(): Promise<readonly string[]> {
  return (await caches.keys()).filter((name) => name.startsWith("ct-") && name !== KEPT);
}

async function takeOver(): Promise<void> {
  await Promise.all((await formerCaches()).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function pageOr(request: Request): Promise<Response> {
  return await keptOr(request, PAGE);
}

/** The next start has the page as the server sends it now: its headers change without a build. */
async function renewPage(): Promise<void> {
  if (!navigator.onLine) return;
  const answer = await fetch(PAGE, { cache: "no-cache" }).catch(() => null);
  if (!answer?.ok) return;
  const text = await answer.clone().text();
  const isOurs = __SHELL__.every((path) => !path.startsWith("/a/") || text.includes(`"${path}"`));
  if (isOurs) await (await caches.open(KEPT)).put(PAGE, answer);
}

async function keptOr(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(KEPT);
  return (await cache.match(path)) ?? (await fetch(request));
}

/** Files whose name is their content: what was loaded once is not asked for again. */
async function fileOr(request: Request): Promise<Response> {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request.url);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request.url, answer.clone()).catch(() => undefined);
  return answer;
}

/** What a page had loaded before the very first worker was there. */
async function keepFiles(files: readonly string[]): Promise<void> {
  const cache = await caches.open(KEPT);
  await Promise.all(
    files
      .filter((path) => path.startsWith("/a/"))
      .map(async (path) => {
        if (!(await cache.match(path))) await cache.add(path).catch(() => undefined);
      }),
  );
}
