/** Where a message is written. What is typed is kept on this phone until it is sent. */

import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import type { Attached } from "../../attaching";
import { later } from "../../components/later";
import { Button } from "../../components/ui";
import { T } from "../../i18n/book_threads";
import { uuid7 } from "../../ids";
import { accountId } from "../../session";
import { keepSeen, seen } from "../../store";
import type { Thread, Unsent } from "./thread_model";
import { Hours } from "./thread_notes";

const Attach = later(() => import("./attach"));

const LONGEST = 15_000;
const KEEP_MS = 400;

function useDraft(threadId: string) {
  const text = useSignal("");
  const key = `${accountId.peek()}/nhap/${threadId}`;
  useEffect(() => {
    void seen<string>(key).then((kept) => {
      if (kept?.data && text.peek() === "") text.value = kept.data;
    });
  }, [key, text]);
  const written = text.value;
  useEffect(() => {
    const timer = setTimeout(() => void keepSeen(key, written), KEEP_MS);
    return () => clearTimeout(timer);
  }, [key, written]);
  return text;
}

interface Props {
  thread: Thread;
  onSend: (unsent: Unsent) => void;
}

export function Composer({ thread, onSend }: Props) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const text = useDraft(thread.id);
  const files = useSignal<readonly Attached[]>([]);
  const isUploading = useSignal(false);
  const attaches = useSignal(false);
  const fault = useSignal(false);

  function send(): void {
    const words = text.peek().trim();
    fault.value = words === "" && files.peek().length === 0;
    if (fault.peek()) field.current?.focus();
    if (fault.peek() || isUploading.peek()) return;
    onSend({ id: uuid7(), text: words, attachments: files.peek(), state: "sending" });
    text.value = "";
    files.value = [];
    attaches.value = false;
    field.current?.focus();
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Hours thread={thread} />
      {attaches.value && <Attach store={thread.school_id} list={files} busy={isUploading} />}
      <div class="composer-row">
        <Button
          icon="camera"
          aria-label={T.attach()}
          aria-expanded={attaches.value}
          onClick={() => {
            attaches.value = !attaches.peek();
          }}
        />
        <span class="field grow">
          <label class="sr-only" for={id}>
            {T.message()}
          </label>
          <textarea
            id={id}
            ref={field}
            rows={1}
            maxLength={LONGEST}
            placeholder={T.placeholder()}
            aria-invalid={fault.value}
            aria-describedby={`${id}-more`}
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
              fault.value = false;
            }}
          />
        </span>
        <Button kind="main" type="submit" busy={isUploading.value}>
          {T.send()}
        </Button>
      </div>
      <p id={`${id}-more`} class="fault" role="alert">
        {fault.value && T.empty()}
      </p>
    </form>
  );
}
