/** Offers pushes, gently: once, until they are on or it was put off for a month. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { PushFault } from "../../components/push_switch";
import { Button, Note } from "../../components/ui";
import { C } from "../../i18n/common";
import { U } from "../../i18n/push";
import { online } from "../../now";
import { lookAtPush, pushState, turnOn } from "../../push";

const LATER = "ct.push-later";
const MONTH_MS = 30 * 24 * 3600 * 1000;

export function PushCard() {
  const isLater = useSignal(Date.now() - Number(localStorage.getItem(LATER)) < MONTH_MS);
  const wasAsked = useSignal(false);
  const sending = useSending();
  useEffect(lookAtPush, []);
  // The browser said no just now: how to change one's mind is said once.
  if (wasAsked.value && pushState.value === "denied") return <Note tone="wait">{U.denied()}</Note>;
  if (isLater.value || pushState.value !== "off" || !online.value) return null;
  async function ask(): Promise<void> {
    wasAsked.value = true;
    await turnOn();
  }
  function later(): void {
    localStorage.setItem(LATER, `${Date.now()}`);
    isLater.value = true;
  }
  return (
    <section class="card push-card" aria-label={U.title()}>
      <div class="who">
        <Icon name="bell" />
        <span class="grow">
          <strong>{U.title()}</strong>
          <span class="muted">{U.hint()}</span>
        </span>
      </div>
      <div class="across">
        <Button kind="main" busy={sending.busy.value} onClick={() => void sending.run(ask)}>
          {U.turnOn()}
        </Button>
        <Button kind="quiet" onClick={later}>
          {C.notNow()}
        </Button>
      </div>
      <PushFault error={sending.failure.value} />
    </section>
  );
}
