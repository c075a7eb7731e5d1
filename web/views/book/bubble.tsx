/** One message: whose, what, when; what may be done about it behind one button. */

import { useSignal } from "@preact/signals";
import { Icon } from "../../components/icons";
import { later } from "../../components/later";
import { Button } from "../../components/ui";
import { clock } from "../../format";
import { T } from "../../i18n/book_threads";
import { Attachments } from "./attachments";
import { Prose } from "./prose";
import { isRead, type Message, type Thread, type Unsent } from "./thread_model";

const Actions = later(() => import("./message_actions"));

interface Props {
  thread: Thread;
  message: Message;
  onChanged: (message: Message) => void;
}

/** Beginnings tell messages apart for who only hears the page. */
const beginning = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

export function Bubble({ thread, message, onChanged }: Props) {
  const asked = useSignal(false);
  const isGone = message.taken_back_at !== null;
  const mayAct = !isGone && thread.side !== "principal" && (!message.is_own || mayChange(message));
  const name = message.is_stand_in ? T.standIn(message.author_name) : message.author_name;
  return (
    <article class={message.is_own ? "bubble own" : "bubble"}>
      <header>
        <strong>{message.is_own ? T.you() : name}</strong>
        {mayAct && (
          <Button
            kind="quiet"
            icon="menu"
            aria-label={T.actions(beginning(message.text))}
            aria-haspopup="dialog"
            onClick={() => {
              asked.value = true;
            }}
          />
        )}
      </header>
      {isGone && !message.text ? (
        <p class="muted gone">{T.takenBack()}</p>
      ) : (
        <>
          {message.text && <Prose text={message.text} />}
          <Attachments items={message.attachments} />
        </>
      )}
      <Foot thread={thread} message={message} />
      {asked.value && (
        <Actions
          thread={thread}
          message={message}
          onChanged={onChanged}
          onClose={() => {
            asked.value = false;
          }}
        />
      )}
    </article>
  );
}

function mayChange(message: Message): boolean {
  return message.edit_until !== null || message.may_take_back;
}

function Foot({ thread, message }: { thread: Thread; message: Message }) {
  const isGone = message.taken_back_at !== null;
  return (
    <footer class="muted small">
      <time dateTime={message.sent_at}>{clock(message.sent_at)}</time>
      {message.edited_at && !isGone && <span>{T.edited()}</span>}
      {message.is_own && !isGone && <Mark thread={thread} message={message} />}
    </footer>
  );
}

function Mark({ thread, message }: { thread: Thread; message: Message }) {
  if (isRead(message, thread)) {
    return (
      <span class="read">
        <Icon name="check" />
        {T.read()}
      </span>
    );
  }
  return <span>{thread.side === "guardian" && thread.opens_at ? T.later() : T.sent()}</span>;
}

export function UnsentBubble({ unsent, onAgain }: { unsent: Unsent; onAgain: () => void }) {
  return (
    <article class="bubble own unsent">
      <header>
        <strong>{T.you()}</strong>
      </header>
      {unsent.text && <Prose text={unsent.text} />}
      <Attachments items={unsent.attachments} />
      <div class="foot small" role="status">
        {unsent.state === "sending" ? (
          <span class="muted">{T.sending()}</span>
        ) : (
          <>
            <strong class="failed">{T.notSent()}</strong>
            <Button icon="turn" onClick={onAgain}>
              {T.again()}
            </Button>
          </>
        )}
      </div>
    </article>
  );
}
