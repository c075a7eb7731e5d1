/** A conversation between a pupil's family and a teacher, for both sides. */

import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { api, of } from "../../api";
import { useSending } from "../../components/form";
import { later } from "../../components/later";
import { Button, Fault, Loaded, Page } from "../../components/ui";
import { isFailure } from "../../failure";
import { T } from "../../i18n/book_threads";
import { onItem, onReset } from "../../live";
import { type Query, useQuery } from "../../query";
import type { Parameters } from "../../router";
import { countBook } from "../../unread";
import { usePolling } from "../classes/polling";
import { dayWords } from "../parent/day";
import { Bubble, UnsentBubble } from "./bubble";
import { Composer } from "./composer";
import {
  byDay,
  inOrder,
  type Message,
  stillUnsent,
  type Thread,
  titleOf,
  type Unsent,
} from "./thread_model";
import { Outlook, WhyNot } from "./thread_notes";
import "./thread.css";

const ThreadAccess = later(() => import("../desk/thread_access"));

/** Read marks are told by no stream. */
const EVERY_MS = 30_000;
const PAGE = 50;

export default function ThreadPage({ params }: { params: Parameters }) {
  const query = useThread(params.id ?? "");
  const thread = query.data.value;
  return (
    <Page title={thread ? titleOf(thread) : T.title()} back="/tin-nhan">
      <Loaded query={query}>
        {(found) =>
          found.needs_access ? (
            <ThreadAccess threadId={found.id} onOpened={() => query.reload()} />
          ) : (
            <Conversation key={found.id} query={query} thread={found} />
          )
        }
      </Loaded>
    </Page>
  );
}

function useThread(thread_id: string): Query<Thread> {
  const params = { path: { thread_id } };
  const query = useQuery(`tn/${thread_id}`, () =>
    of(api.GET("/v1/contact-book/threads/{thread_id}", { params })),
  );
  usePolling(query, EVERY_MS);
  return query;
}

async function pageOf(threadId: string, cursor?: string) {
  const query = { limit: PAGE, ...(cursor && { cursor }) };
  const params = { path: { thread_id: threadId }, query };
  return await of(api.GET("/v1/contact-book/threads/{thread_id}/messages", { params }));
}

function Conversation({ query, thread }: { query: Query<Thread>; thread: Thread }) {
  const newest = useQuery(`tn/${thread.id}/tin`, () => pageOf(thread.id));
  const older = useSignal<Message[]>([]);
  /** undefined: nothing beyond the newest page was asked for yet. */
  const next = useSignal<string | null | undefined>(undefined);
  const waiting = useSignal<readonly Unsent[]>([]);
  useNews(thread, query, newest);
  async function earlier(cursor: string): Promise<void> {
    const height = document.documentElement.scrollHeight;
    const found = await pageOf(thread.id, cursor);
    older.value = inOrder(found.items, older.peek());
    next.value = found.next_cursor ?? null;
    // What was read stays where it is.
    requestAnimationFrame(() => scrollBy(0, document.documentElement.scrollHeight - height));
  }
  const put = (message: Message) => {
    const found = newest.data.peek();
    if (found) newest.data.value = { ...found, items: inOrder(found.items, [message]) };
    older.value = older.peek().map((each) => (each.id === message.id ? message : each));
  };
  return (
    <>
      <Outlook thread={thread} />
      <Loaded query={newest}>
        {(found) => {
          const messages = inOrder(older.value, found.items);
          const cursor = next.value === undefined ? found.next_cursor : next.value;
          return (
            <>
              <Earlier cursor={cursor ?? null} load={earlier} />
              <Messages
                thread={thread}
                messages={messages}
                waiting={stillUnsent(waiting.value, messages)}
                onChanged={put}
                onAgain={(unsent) => void deliver(unsent)}
              />
              <Seen thread={thread} messages={messages} onTold={() => void query.reload()} />
            </>
          );
        }}
      </Loaded>
      {thread.may_write ? (
        <Composer
          thread={thread}
          onSend={(unsent) => {
            waiting.value = [...waiting.peek(), unsent];
            void deliver(unsent);
          }}
        />
      ) : (
        <WhyNot thread={thread} />
      )}
    </>
  );

  /** Under its own id: sent twice it is one message. */
  async function deliver(unsent: Unsent): Promise<void> {
    const mark = (state: Unsent["state"]) => {
      waiting.value = waiting
        .peek()
        .map((each) => (each.id === unsent.id ? { ...each, state } : each));
    };
    mark("sending");
    const body = {
      id: unsent.id,
      text: unsent.text,
      attachment_ids: unsent.attachments.map(({ id }) => id),
    };
    const params = { path: { thread_id: thread.id } };
    try {
      const asked = api.POST("/v1/contact-book/threads/{thread_id}/messages", { params, body });
      put(await of(asked));
      void query.reload();
    } catch (error) {
      if (!isFailure(error)) throw error;
      mark("failed");
      // The school may have stopped it meanwhile: then the page says so.
      void query.reload();
    }
  }
}

function useNews(thread: Thread, query: Query<Thread>, newest: Query<unknown>): void {
  useEffect(() => {
    const again = () => {
      void query.reload();
      void newest.reload();
    };
    const stops = [
      onItem((item) => (item.data as Record<string, unknown>).thread_id === thread.id && again()),
      onReset((seq) => seq === null && again()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [thread.id, query, newest]);
}

interface EarlierProps {
  cursor: string | null;
  load: (cursor: string) => Promise<void>;
}

function Earlier({ cursor, load }: EarlierProps) {
  const sending = useSending();
  if (!cursor) return null;
  return (
    <>
      <Fault error={sending.failure.value} />
      <Button busy={sending.busy.value} onClick={() => void sending.run(() => load(cursor))}>
        {T.older()}
      </Button>
    </>
  );
}

interface MessagesProps {
  thread: Thread;
  messages: readonly Message[];
  waiting: readonly Unsent[];
  onChanged: (message: Message) => void;
  onAgain: (unsent: Unsent) => void;
}

function Messages({ thread, messages, waiting, onChanged, onAgain }: MessagesProps) {
  const end = useRef<HTMLDivElement>(null);
  const count = messages.length + waiting.length;
  const last = messages.at(-1)?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what comes at the end is shown
  useLayoutEffect(() => {
    end.current?.scrollIntoView({ block: "end" });
  }, [last, waiting.length]);
  return (
    <div class="messages" role="log" aria-label={T.title()}>
      {count === 0 && <p class="muted centered">{T.begin()}</p>}
      {byDay(messages).map(({ day, messages: written }) => (
        <section key={day} class="message-day">
          <h2>{dayWords(day)}</h2>
          {written.map((each) => (
            <Bubble key={each.id} thread={thread} message={each} onChanged={onChanged} />
          ))}
        </section>
      ))}
      {waiting.map((each) => (
        <UnsentBubble key={each.id} unsent={each} onAgain={() => onAgain(each)} />
      ))}
      <div ref={end} class="messages-end" />
    </div>
  );
}

interface SeenProps {
  thread: Thread;
  messages: readonly Message[];
  onTold: () => void;
}

/** The newest message was on the screen: told once, while somebody looks. */
function Seen({ thread, messages, onTold }: SeenProps) {
  const seq = messages.at(-1)?.seq ?? 0;
  const told = useRef(0);
  useEffect(() => {
    if (thread.side === "principal" || thread.unread === 0) return;
    const tell = () => {
      if (document.visibilityState !== "visible" || told.current >= seq) return;
      told.current = seq;
      const params = { path: { thread_id: thread.id } };
      of(api.POST("/v1/contact-book/threads/{thread_id}/read", { params, body: { seq } }))
        .then(() => {
          void countBook();
          onTold();
        })
        .catch((error: unknown) => {
          // It is told the next time somebody looks.
          told.current = 0;
          if (!isFailure(error)) throw error;
        });
    };
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
  }, [thread, seq, onTold]);
  return null;
}
