/** Offers pushes, gently: once, until they are on or it was put off for a month. */

import { useSignal } from "@preact/signals";
import { useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { later } from "../../components/later";
import { Button, Note } from "../../components/ui";
import { Unreached } from "../../failure";
import { C } from "../../i18n/common";
import { U } from "../../i18n/push";
import { online } from "../../now";
import { putOff } from "./push_later";

// Who only looks at the offer fetches none of its work.
const PushFault = later(async () => {
  const { PushFault } = await import("../../components/push_switch");
  return { default: PushFault };
}, true);

/** Shown while `mayOffer`. */
export default function PushCard() {
  const state = useSignal<"asks" | "denied" | "over">("asks");
  const sending = useSending();
  const failure = sending.failure.value;
  // The browser said no just now: how to change one's mind is said once.
  if (state.value === "denied") return <Note tone="wait">{U.denied()}</Note>;
  if (state.value === "over" || !online.value) return null;
  async function ask(): Promise<void> {
    // Within the tap: a browser asks only then, and the rest is still to be fetched.
    const permission = await Notification.requestPermission();
    if (permission !== "granted") {
      if (permission === "denied") state.value = "denied";
      return;
    }
    const push = await import("../../push").catch(() => {
      throw new Unreached();
    });
    await push.turnOn();
    state.value = "over";
  }
  function notNow(): void {
    putOff();
    state.value = "over";
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
        <Button kind="quiet" onClick={notNow}>
          {C.notNow()}
        </Button>
      </div>
      {failure !== null && <PushFault error={failure} />}
    </section>
  );
}
