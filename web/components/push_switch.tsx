/** Whether news comes to this phone while the app is closed: said, and switched. */

import { useEffect, useId } from "preact/hooks";
import { U } from "../i18n/push";
import { lookAtPush, NoPushService, pushState, turnOff, turnOn } from "../push";
import { useSending } from "./form";
import { Icon } from "./icons";
import { Fault, Note } from "./ui";
import "./push_switch.css";

const HINTS = {
  unknown: U.hint,
  unsupported: U.unsupported,
  needs_install: U.needsInstall,
  denied: U.denied,
  off: U.hint,
  on: U.onHint,
} as const;

export function PushSwitch() {
  const id = useId();
  const sending = useSending();
  useEffect(lookAtPush, []);
  const state = pushState.value;
  const isOn = state === "on";
  const canSwitch = isOn || state === "off";
  return (
    <div class="stack">
      <div class="push-switch">
        <span class="grow">
          <strong id={id}>{U.title()}</strong>
          <span class="muted small">{HINTS[state]()}</span>
        </span>
        {canSwitch && (
          <button
            type="button"
            role="switch"
            class="switch"
            aria-checked={isOn}
            aria-labelledby={id}
            aria-busy={sending.busy.value}
            disabled={sending.busy.value}
            onClick={() => void sending.run(isOn ? turnOff : turnOn)}
          >
            <span class="knob" />
            <span class="word">{isOn ? U.on() : U.off()}</span>
          </button>
        )}
        {state === "denied" && <Icon name="warn" />}
      </div>
      <PushFault error={sending.failure.value} />
    </div>
  );
}

export function PushFault({ error }: { error: unknown }) {
  if (error instanceof NoPushService) return <Note tone="bad">{U.noService()}</Note>;
  return <Fault error={error} />;
}
