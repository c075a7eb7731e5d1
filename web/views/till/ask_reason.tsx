/** Asks why, before something is done that somebody will want to know of. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Form, useSending } from "../../components/form";
import { Button, Dialog } from "../../components/ui";
import { C } from "../../i18n/common";
import { T } from "../../i18n/till";
import { Text } from "./inputs";

interface Props {
  title: string;
  action: string;
  kind?: "main" | "danger";
  label?: string;
  /** It may be left empty then. */
  isOptional?: boolean;
  onClose: () => void;
  onSend: (reason: string) => Promise<void>;
  children?: ComponentChildren;
}

export function AskReason(props: Props) {
  const { title, action, kind = "danger", label, isOptional, onClose, onSend, children } = props;
  const sending = useSending();
  const reason = useSignal("");
  const tried = useSignal(false);
  const fault = isOptional || reason.value.trim() ? "" : T.reasonMissing();
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        sending={sending}
        check={() => {
          tried.value = true;
          return !fault;
        }}
        onSend={async () => {
          await onSend(reason.peek().trim());
          onClose();
        }}
      >
        {children}
        <Text
          label={label ?? T.reason()}
          value={reason}
          fault={tried.value ? fault : ""}
          maxLength={500}
        />
        <div class="across end">
          <Button onClick={onClose}>{C.cancel()}</Button>
          <Button kind={kind} type="submit" busy={sending.busy.value}>
            {action}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
