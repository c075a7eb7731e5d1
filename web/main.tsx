/** The client's root: the session, the address, and the screen that belongs to both. */

import "./app.css";
import { effect, useSignalEffect } from "@preact/signals";
import { Component, type ComponentChildren, render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button, Empty, Spinner } from "./components/ui";
import { linkScanning } from "./duties";
import { isFailure } from "./failure";
import { type Hat, hat } from "./hats";
import { C } from "./i18n/common";
import { onReset, startLive, stopLive } from "./live";
import { watchVersion } from "./offers";
import { linkPushes } from "./push_link";
import { go, match, type Parameters, place } from "./router";
import { homeOf, moreRoutes, ROUTES, type Route, UNKNOWN, type View } from "./routes";
import { endedByServer, loadMe, phase, start } from "./session";
import { Mark, Shell } from "./shell";

interface Shown {
  route: Route;
  params: Parameters;
}

function find(path: string): Shown | null {
  const more = moreRoutes.value;
  for (const route of [...ROUTES, ...(more ?? [UNKNOWN])]) {
    const params = match(route.pattern, path);
    if (params) return { route, params };
  }
  return null;
}

/** A screen with its chunk. A chunk that cannot be had (a new version, no network) says so. */
function Lazy({ load, params }: { load: Route["load"]; params: Parameters }) {
  const [loaded, setLoaded] = useState<{ by: Route["load"]; view: View } | null>(null);
  const [failed, setFailed] = useState<Route["load"] | null>(null);
  useEffect(() => {
    let isWanted = true;
    load().then(
      (module) => isWanted && setLoaded({ by: load, view: module.default }),
      () => isWanted && setFailed(() => load),
    );
    return () => {
      isWanted = false;
    };
  }, [load]);
  if (failed === load) return <Broken />;
  if (loaded?.by !== load) return <Spinner />;
  const View = loaded.view;
  return <View params={params} />;
}

function Broken() {
  return (
    <Empty icon="warn" title={C.broken()}>
      <p>{C.brokenHint()}</p>
      <Button kind="main" onClick={() => location.reload()}>
        {C.reload()}
      </Button>
    </Empty>
  );
}

function Missing() {
  return (
    <Empty icon="search" title={C.notFound()}>
      <p>{C.notFoundHint()}</p>
      <a class="button main" href="/">
        {C.home()}
      </a>
    </Empty>
  );
}

/** A bug on one screen leaves the others standing. */
class Guard extends Component<
  { children: ComponentChildren; at: string },
  { broken: string | null }
> {
  override state = { broken: null as string | null };
  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ broken: this.props.at });
  }
  render() {
    return this.state.broken === this.props.at ? <Broken /> : this.props.children;
  }
}

function redirect(to: string): void {
  queueMicrotask(() => go(to, { replace: true }));
}

function Home({ on }: { on: Hat }) {
  const home = homeOf(on);
  useSignalEffect(() => {
    if (typeof home === "string" && place.value.path === "/") redirect(home);
  });
  return typeof home === "string" ? <Spinner /> : <Lazy load={homes(on, home)} params={{}} />;
}

// One loader a role, so that the screen is not mounted anew when the roles are read again.
const kept = new Map<string, Route["load"]>();
function homes(on: Hat, load: Route["load"]): Route["load"] {
  const found = kept.get(on.id) ?? load;
  kept.set(on.id, found);
  return found;
}

function Inside({ shown }: { shown: Shown | null }) {
  const on = hat.value;
  if (!on) return <NoRole />;
  if (place.value.path === "/")
    return (
      <Shell on={on}>
        <Home key={on.id} on={on} />
      </Shell>
    );
  if (!shown)
    return (
      <Shell on={on}>
        <Missing />
      </Shell>
    );
  const { route, params } = shown;
  if (route.roles && !route.roles.includes(on.role)) {
    return (
      <Shell on={on}>
        <Missing />
      </Shell>
    );
  }
  const view = <Lazy load={route.load} params={params} />;
  return route.bare ? view : <Shell on={on}>{view}</Shell>;
}

function NoRole() {
  return (
    <main class="entry">
      <Empty icon="person" title={C.noRole()}>
        <p>{C.noRoleHint()}</p>
        <a class="button" href="/kich-hoat">
          {C.home()}
        </a>
      </Empty>
    </main>
  );
}

function App() {
  const path = place.value.path;
  const shown = find(path);
  if (phase.value === "starting") {
    return (
      <main class="entry">
        <Mark />
        <Spinner />
      </main>
    );
  }
  const isOpen = shown?.route.open ?? false;
  if (phase.value === "out" && !isOpen) {
    const wanted = path === "/" ? "" : `?den=${encodeURIComponent(path)}`;
    redirect(`/dang-nhap${wanted}`);
    return null;
  }
  return (
    <Guard at={path}>
      {shown && isOpen ? (
        <Lazy load={shown.route.load} params={shown.params} />
      ) : (
        <Inside shown={shown} />
      )}
    </Guard>
  );
}

effect(() => {
  if (phase.value === "in" && hat.value?.role !== "display") startLive();
  else stopLive();
});

// A link that a school has made, or a custody block: which children there are is to be read again.
onReset((seq) => {
  if (seq !== null) return;
  void loadMe().catch((error: unknown) => {
    if (!isFailure(error)) throw error;
  });
});

// Whoever logs in next on this phone is not led to where the one before was.
let wasIn = false;
effect(() => {
  if (phase.value === "out" && wasIn && !endedByServer.peek()) go("/dang-nhap", { replace: true });
  wasIn = phase.value === "in";
});

const root = document.getElementById("app");
if (root) {
  render(<App />, root);
  void start();
  void watchVersion();
  linkPushes();
  linkScanning();
}
