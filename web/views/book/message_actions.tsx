/** What may be done about a message: edit it, take it back, report it. */

import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { api, of } from "../../api";
import { Confirm } from "../../components/confirm";
import { Form, useSending } from "../../components/form";
import { later } from "../../components/later";
import { Reason } from "../../components/reason";
import { Button, Dialog, Note } from "../../components/ui";
import { M } from "../../i18n/book_message";
import { T } from "../../i18n/book_threads";
import { C } from "../../i18n/common";
import { now } from "../../now";
import type { Message, Thread } from "./thread_model";

interface Props {
  thread: Thread;
  message: Message;
  onChanged: (message: Message) => void;
  onClose: () => void;
}

const StopWriting = later(() => import("../desk/thread_block"));

type Doing = "edit" | "take-back" | "report" | "stop";

export default function MessageActions(props: Props) {
  const { message } = props;
  const doing = useSignal<Doing | null>(null);
  const choose = (what: Doing) => () => {
    doing.value = what;
  };
  if (doing.value === "edit") return <Editing {...props} />;
  if (doing.value === "take-back") return <TakingBack {...props} />;
  if (doing.value === "report") return <Reporting {...props} />;
  if (doing.value === "stop")
    return (
      <StopWriting
        threadId={props.thread.id}
        messageId={message.id}
        name={message.author_name}
        onDone={() => undefined}
        onClose={props.onClose}
      />
    );
  const mayEdit = message.edit_until !== null && Date.parse(message.edit_until) > now.value;
  return (
    <Dialog title={M.actionsTitle()} onClose={props.onClose}>
      {mayEdit && (
        <Button icon="file" onClick={choose("edit")}>
          {M.edit()}
        </Button>
      )}
      {message.may_take_back && (
        <Button icon="undo" onClick={choose("take-back")}>
          {M.takeBack()}
        </Button>
      )}
      {!message.is_own && (
        <Button icon="flag" onClick={choose("report")}>
          {M.report()}
        </Button>
      )}
      {props.thread.side !== "guardian" && message.author_kind === "guardian" && (
        <Button kind="danger" icon="warn" onClick={choose("stop")}>
          {M.stop()}
        </Button>
      )}
    </Dialog>
  );
}

const pathOf = ({ thread, message }: Props) => ({
  path: { thread_id: thread.id, message_id: message.id },
});

function Editing(props: Props) {
  const { message, onChanged, onClose } = props;
  const id = useId();
  const sending = useSending();
  const text = useSignal(message.text);
  const fault = useSignal(false);
  const path = "/v1/contact-book/threads/{thread_id}/messages/{message_id}";
  async function send(): Promise<void> {
    const body = { text: text.peek().trim() };
    onChanged(await of(api.PATCH(path, { params: pathOf(props), body })));
    onClose();
  }
  return (
    <Dialog title={M.editTitle()} onClose={onClose}>
      <Form
        sending={sending}
        onSend={send}
        check={() => {
          fault.value = text.peek().trim() === "" && message.attachments.length === 0;
          return !fault.peek();
        }}
      >
        <div class="field">
          <label for={id}>{T.message()}</label>
          <textarea
            id={id}
            rows={4}
            maxLength={15_000}
            aria-invalid={fault.value}
            aria-describedby={`${id}-more`}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
          <p id={`${id}-more`} class={fault.value ? "fault" : "hint"}>
            {fault.value ? T.empty() : M.editHint()}
          </p>
        </div>
        <Button kind="main" type="submit" busy={sending.busy.value}>
          {C.save()}
        </Button>
      </Form>
    </Dialog>
  );
}

function TakingBack(props: Props) {
  const path = "/v1/contact-book/threads/{thread_id}/messages/{message_id}/taken-back";
  return (
    <Confirm
      title={M.takeBackAsk()}
      action={M.takeBack()}
      onYes={async () => props.onChanged(await of(api.POST(path, { params: pathOf(props) })))}
      onClose={props.onClose}
    >
      <p>{M.takeBackHint()}</p>
    </Confirm>
  );
}

function Reporting({ thread, message, onClose }: Props) {
  const sending = useSending();
  const reason = useSignal("");
  const fault = useSignal(false);
  const isSent = useSignal(false);
  async function send(): Promise<void> {
    const params = { path: { thread_id: thread.id } };
    const body = { message_id: message.id, reason: reason.peek().trim() };
    await of(api.POST("/v1/contact-book/threads/{thread_id}/reports", { params, body }));
    isSent.value = true;
  }
  return (
    <Dialog title={M.reportTitle()} onClose={onClose}>
      {isSent.value ? (
        <Note tone="good">{M.reported()}</Note>
      ) : (
        <Form
          sending={sending}
          onSend={send}
          check={() => {
            fault.value = reason.peek().trim() === "";
            return !fault.peek();
          }}
        >
          <p>{M.reportHint()}</p>
          <Reason
            class="across"
            label={M.reason()}
            usual={[M.reasonRude(), M.reasonThreat(), M.reasonPrivate()]}
            value={reason.value}
            maxLength={500}
            fault={fault.value ? M.reasonMissing() : null}
            onChange={(words) => {
              reason.value = words;
              fault.value = false;
            }}
          />
          <Button kind="main" type="submit" busy={sending.busy.value}>
            {C.send()}
          </Button>
        </Form>
      )}
    </Dialog>
  );
}
