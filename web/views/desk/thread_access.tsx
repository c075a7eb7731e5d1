/** A principal reads a conversation: said why first, recorded, seen by both sides. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Form, useSending } from "../../components/form";
import { Button, Card } from "../../components/ui";
import { W } from "../../i18n/desk_office";
import "./desk.css";
import { WhyField } from "./why";

interface Props {
  threadId: string;
  onOpened: () => Promise<void>;
}

export default function ThreadAccess({ threadId, onOpened }: Props) {
  const reason = useSignal("");
  const isChecked = useSignal(false);
  const sending = useSending();
  const isMissing = isChecked.value && !reason.value.trim();
  return (
    <Card>
      <Form
        sending={sending}
        check={() => {
          isChecked.value = true;
          return reason.peek().trim() !== "";
        }}
        onSend={async () => {
          const params = { path: { thread_id: threadId } };
          const body = { reason: reason.peek().trim() };
          await of(api.POST("/v1/contact-book/threads/{thread_id}/access", { params, body }));
          await onOpened();
        }}
      >
        <h2>{W.accessTitle()}</h2>
        <p>{W.accessHint()}</p>
        <WhyField
          reason={reason}
          fault={isMissing ? W.reasonMissing() : null}
          usual={[W.accessWhyReport(), W.accessWhyAsked(), W.accessWhySafety()]}
        />
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {W.accessDo()}
        </Button>
      </Form>
    </Card>
  );
}
