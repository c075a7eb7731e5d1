/** A form that sends once, says what is wrong, and keeps what was typed. */

import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { isFailure } from "../failure";
import { Fault } from "./ui";

export interface Sending {
  readonly busy: Signal<boolean>;
  readonly failure: Signal<unknown>;
  /** Runs `work` unless it runs already; a failed request becomes `failure`. True: it went well. */
  run(work: () => Promise<void>): Promise<boolean>;
}

export function useSending(): Sending {
  const busy = useSignal(false);
  const failure = useSignal<unknown>(null);
  async function run(work: () => Promise<void>): Promise<boolean> {
    if (busy.peek()) return false;
    busy.value = true;
    failure.value = null;
    try {
      await work();
      return true;
    } catch (error) {
      if (!isFailure(error)) throw error;
      failure.value = error;
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { busy, failure, run };
}

interface FormProps {
  sending: Sending;
  onSend: () => Promise<void>;
  /** False: something is missing and said at its field; nothing is sent. */
  check?: () => boolean;
  children: ComponentChildren;
}

export function Form({ sending, onSend, check, children }: FormProps) {
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (check && !check()) {
          const form = event.currentTarget;
          // After the fields have got their marks.
          setTimeout(() => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
          return;
        }
        void sending.run(onSend);
      }}
    >
      {children}
      <Fault error={sending.failure.value} />
    </form>
  );
}
