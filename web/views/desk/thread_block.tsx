/** Stops an abusive guardian's writing in one conversation, with the reason. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { Refusal } from "../../failure";
import { W } from "../../i18n/desk_office";
import "./desk.css";
import { WhyField } from "./why";

interface Props {
  threadId: string;
  messageId: string;
  name: string;
  onDone: () => Promise<void> | void;
  onClose: () => void;
}

export function StopWriting({ threadId, messageId, name, onDone, onClose }: Props) {
  const reason = useSignal("");
  return (
    <Confirm
      title={W.askStop(name)}
      action={W.stop()}
      onYes={async () => {
        if (!reason.peek().trim()) throw new Refusal(422, "", W.reasonMissing(), "", []);
        const params = { path: { thread_id: threadId } };
        const body = { message_id: messageId, reason: reason.peek().trim() };
        await of(api.POST("/v1/contact-book/threads/{thread_id}/blocks", { params, body }));
        await onDone();
      }}
      onClose={onClose}
    >
      <p>{W.stopHint()}</p>
      <WhyField reason={reason} fault={null} />
    </Confirm>
  );
}

export default StopWriting;
