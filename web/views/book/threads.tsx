/** All conversations of somebody, the latest first, and where a new one begins. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, of } from "../../api";
import { Icon } from "../../components/icons";
import { later } from "../../components/later";
import { More } from "../../components/more";
import { Badge, Empty, Loaded, Page } from "../../components/ui";
import { moment } from "../../format";
import { hat } from "../../hats";
import { T } from "../../i18n/book_threads";
import { onItem, onReset } from "../../live";
import { useQuery } from "../../query";
import { backOf } from "./back";
import { gistOf, type ThreadSummary, titleOf } from "./thread_model";
import "../parent/inbox.css";
import "./book.css";

const FamilyStart = later(() => import("./thread_start"));
const StaffStart = later(() => import("../desk/thread_start"));
const TEACHERS: readonly string[] = ["homeroom_teacher", "subject_teacher"];

async function page(cursor?: string) {
  const query = { limit: 30, ...(cursor && { cursor }) };
  return await of(api.GET("/v1/contact-book/threads", { params: { query } }));
}

export default function Threads() {
  const first = useQuery("tn", () => page());
  const more = useSignal<ThreadSummary[]>([]);
  const next = useSignal<string | null | undefined>(undefined);
  useEffect(() => {
    const anew = () => {
      more.value = [];
      next.value = undefined;
      void first.reload();
    };
    const stops = [
      onItem((item) => item.kind === "message" && anew()),
      onReset((seq) => seq === null && anew()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [first, more, next]);
  async function load(cursor: string): Promise<void> {
    const found = await page(cursor);
    more.value = [...more.peek(), ...found.items];
    next.value = found.next_cursor ?? null;
  }
  const isFamily = hat.value?.role === "guardian";
  return (
    <Page title={T.title()} back={backOf("/so-lien-lac")}>
      {isFamily && <FamilyStart />}
      {TEACHERS.includes(hat.value?.role ?? "") && <StaffStart />}
      <Loaded query={first}>
        {(found) => {
          const known = new Set(found.items.map(({ id }) => id));
          const threads = [...found.items, ...more.value.filter(({ id }) => !known.has(id))];
          const cursor = (next.value === undefined ? found.next_cursor : next.value) ?? null;
          if (threads.length === 0) {
            return (
              <Empty icon="chat" title={T.nothing()}>
                {isFamily && T.nothingHint()}
              </Empty>
            );
          }
          return (
            <section class="news-day" aria-label={T.title()}>
              <ul class="plain-list">
                {threads.map((each) => (
                  <li key={each.id}>
                    <ThreadLine thread={each} />
                  </li>
                ))}
              </ul>
              {cursor && <More cursor={cursor} load={load} end="" />}
            </section>
          );
        }}
      </Loaded>
    </Page>
  );
}

function ThreadLine({ thread }: { thread: ThreadSummary }) {
  const about = [
    thread.side === "guardian" ? thread.student_name : null,
    thread.class_name,
    moment(thread.last_at),
  ];
  return (
    <a
      class={thread.unread > 0 ? "news new" : "news"}
      href={`/tin-nhan/${thread.school_id}/${thread.id}`}
    >
      <span class="mark-of">
        <Icon name="chat" />
      </span>
      <span class="grow">
        <span class="title">{titleOf(thread)}</span>
        <span class="muted excerpt">{gistOf(thread)}</span>
        <span class="muted small">{about.filter(Boolean).join(" · ")}</span>
        {(thread.unread > 0 || thread.is_apart) && (
          <span class="marks">
            {thread.unread > 0 && <Badge tone="wait">{T.unread(thread.unread)}</Badge>}
            {thread.is_apart && <Badge>{T.apartBadge()}</Badge>}
          </span>
        )}
      </span>
    </a>
  );
}
