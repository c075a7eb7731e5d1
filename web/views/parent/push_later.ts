/** Whether pushes may be offered at all, before anything of them is fetched. */

import { PUSH_TOLD } from "../../push_link";

const LATER = "ct.push-later";
const MONTH_MS = 30 * 24 * 3600 * 1000;

function wasPutOff(): boolean {
  return Date.now() - Number(localStorage.getItem(LATER)) < MONTH_MS;
}

export function putOff(): void {
  localStorage.setItem(LATER, `${Date.now()}`);
}

/** Neither put off nor refused nor on. */
export function mayOffer(): boolean {
  if (!("Notification" in window) || wasPutOff()) return false;
  const { permission } = Notification;
  return permission === "default" || (permission === "granted" && !localStorage.getItem(PUSH_TOLD));
}
