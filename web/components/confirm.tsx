/** Asks in words before something is ended. */

import type { ComponentChildren } from "preact";
import { C } from "../i18n/common";
import { useSending } from "./form";
import { Button, Dialog, Fault } from "./ui";

interface Props {
  title: string;
  /** What the button does: a verb, not “yes”. */
  action: string;
  kind?: "main" | "danger";
  onYes: () => Promise<void>;
  onClose: () => void;
  /** What follows from it. */
  children?: ComponentChildren;
}

/** Closes itself once `onYes` went well; what went wrong is said inside. */
export function Confirm({ title, action, kind = "danger", onYes, onClose, children }: Props) {
  const sending = useSending();
  async function yes(): Promise<void> {
    if (await sending.run(onYes)) onClose();
  }
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <Fault error={sending.failure.value} />
      <div class="across end">
        <Button onClick={onClose}>{C.cancel()}</Button>
        <Button kind={kind} busy={sending.busy.value} onClick={() => void yes()}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
