/** Tells the server that this phone scans, each minute, and when it does not any more. */

import { api, of } from "../../api";
import { isFailure, Refusal } from "../../failure";
import { pending } from "../../pending";
import { outbox } from "../../scans";
import { authorized, deviceId } from "../../session";

const EVERY_MS = 60_000;

function bodyOf(stationId: string, closed: boolean) {
  const { waiting, oldest } = pending.peek();
  return {
    station_id: stationId,
    pending: waiting,
    oldest_at: oldest === null ? null : new Date(oldest).toISOString(),
    closed,
    // By it the server puts in order what overtakes on the way, also from the page before.
    sent_ms: Date.now(),
  };
}

/**
 * Open the station's scanner until the returned function is called. `onGone`: there is no such
 * station any more.
 *
 * A page that is hidden scans nothing, and a phone may freeze it without another word. So it closes
 * at that moment if it holds nothing back; a silent scanner holds up the school's absence alerts.
 */
export function beatFor(stationId: string, onGone: () => void): () => void {
  async function beat(): Promise<void> {
    const params = { path: { device_id: deviceId() } };
    const body = bodyOf(stationId, false);
    try {
      await of(api.PUT("/v1/attendance/scanners/{device_id}", { params, body }));
      // What has just carried this carries scans too.
      if (body.pending) void outbox()?.poke();
    } catch (error) {
      if (!isFailure(error)) throw error;
      if (error instanceof Refusal && error.status === 404) onGone();
    }
  }
  function close(): void {
    // The page may be gone before this returns: the browser carries it to its end.
    void authorized(`/v1/attendance/scanners/${deviceId()}`, {
      method: "PUT",
      keepalive: true,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(bodyOf(stationId, true)),
    }).catch(() => undefined);
  }
  let isOpen = false;
  function open(): void {
    isOpen = true;
    void beat();
  }
  const onSight = () => {
    if (document.visibilityState === "visible") open();
    else if (isOpen && pending.peek().waiting === 0) {
      isOpen = false;
      close();
    }
  };
  const onHide = () => {
    if (isOpen) close();
    isOpen = false;
  };
  open();
  const timer = setInterval(() => isOpen && void beat(), EVERY_MS);
  document.addEventListener("visibilitychange", onSight);
  window.addEventListener("pagehide", onHide);
  window.addEventListener("pageshow", onSight);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", onSight);
    window.removeEventListener("pagehide", onHide);
    window.removeEventListener("pageshow", onSight);
    onHide();
  };
}
