/** The inbox: everything that was told, the newest first. For every role. */

import { type Signal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { read } from "../../acks";
import { api, of } from "../../api";
import { useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { Badge, Button, Empty, Fault, Loaded, Page } from "../../components/ui";
import { clock } from "../../format";
import { hats } from "../../hats";
import { C } from "../../i18n/common";
import { N } from "../../i18n/news";
import { type InboxItem, onItem, onReset } from "../../live";
import { useQuery } from "../../query";
import { AbsentActions } from "./absent";
import { dayWords } from "./day";
import { kin } from "./family";
import { asksToAct, byDay, dayOf, iconOf, leadsTo, newestFirst, replacedIds, toneOf } from "./news";
import "./inbox.css";

/** So long an item is on the screen before it counts as read. */
const SEEN_MS = 800;

async function page(cursor?: string) {
  return await of(
    api.GET("/v1/inbox", { params: { query: { limit: 30, ...(cursor && { cursor }) } } }),
  );
}

export default function Inbox() {
  const first = useQuery("inbox", () => page());
  const more = useSignal<InboxItem[]>([]);
  /** undefined: nothing beyond the first page was asked for yet. */
  const next = useSignal<string | null | undefined>(undefined);
  useEffect(() => {
    const add = (item: InboxItem) => {
      more.value = newestFirst(more.peek(), [item]);
    };
    const again = (seq: number | null) => {
      // The first stream tells nothing that is not here already.
      if (seq !== null && seq === first.data.peek()?.items[0]?.seq && !first.busy.peek()) return;
      // Between what is known and the new first page may be a gap: begin anew.
      more.value = [];
      next.value = undefined;
      void first.reload();
    };
    const stops = [onItem(add), onReset(again)];
    return () => {
      for (const stop of stops) stop();
    };
  }, [first, more, next]);

  return (
    <Page title={C.news()}>
      <Loaded query={first}>
        {(found) => {
          const items = newestFirst(found.items, more.value);
          const cursor = next.value === undefined ? found.next_cursor : next.value;
          return items.length === 0 ? (
            <Empty icon="bell" title={N.nothing()}>
              {N.nothingHint()}
            </Empty>
          ) : (
            <>
              <Days items={items} />
              <More cursor={cursor ?? null} more={more} next={next} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

interface MoreProps {
  cursor: string | null;
  more: Signal<InboxItem[]>;
  next: Signal<string | null | undefined>;
}

/** The next page as the end comes near, and by a tap where that did not work. */
function More({ cursor, more, next }: MoreProps) {
  const sending = useSending();
  const end = useRef<HTMLDivElement>(null);
  async function load(): Promise<void> {
    if (!cursor) return;
    const found = await page(cursor);
    more.value = newestFirst(more.peek(), found.items);
    next.value = found.next_cursor ?? null;
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: `load` reads what the cursor stands for
  useEffect(() => {
    if (!end.current || !cursor) return;
    const watch = new IntersectionObserver(
      ([entry]) => entry?.isIntersecting && void sending.run(load),
      { rootMargin: "600px" },
    );
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [cursor]);
  if (!cursor) return <p class="muted centered">{N.end()}</p>;
  return (
    <div ref={end} class="stack">
      <Fault error={sending.failure.value} />
      <Button busy={sending.busy.value} onClick={() => void sending.run(load)}>
        {C.more()}
      </Button>
    </div>
  );
}

function Days({ items }: { items: InboxItem[] }) {
  const replaced = replacedIds(items);
  return (
    <>
      {byDay(items).map(({ day, items: told }) => (
        <section key={day} class="news-day">
          <h2>{dayWords(day)}</h2>
          <ul class="plain-list">
            {told.map((item) => (
              <Item key={item.id} item={item} isReplaced={replaced.has(item.id)} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

const SPOKEN = { good: N.good, alarm: N.alarm, plain: N.plain } as const;

const isPrincipalOf = (schoolId: number | null): boolean =>
  hats.value.some((hat) => hat.role === "principal" && hat.schoolId === schoolId);

function Item({ item, isReplaced }: { item: InboxItem; isReplaced: boolean }) {
  const ref = useRef<HTMLLIElement>(null);
  // As it was when it came on the screen: the mark does not vanish under the eye.
  const isNew = useRef(item.read_at === null).current;
  useSeen(ref, item.id, isNew);
  const tone = toneOf(item);
  const to = leadsTo(item, (id) => kin(id) !== null, isPrincipalOf);
  const inside = (
    <>
      <span class={`mark-of ${tone}`}>
        <Icon name={iconOf(item)} />
      </span>
      <span class="grow">
        <span class="title">
          <span class="sr-only">{SPOKEN[tone]()}: </span>
          {isReplaced ? <s>{item.title}</s> : item.title}
        </span>
        <span class="muted">{item.body}</span>
        <span class="muted small marks">
          {clock(item.created_at)}
          {isNew && <Badge tone="wait">{N.fresh()}</Badge>}
          {isReplaced && <Badge>{N.replaced()}</Badge>}
        </span>
      </span>
    </>
  );
  const kind = `news ${isNew ? "new" : ""} ${isReplaced ? "replaced" : ""}`;
  return (
    <li ref={ref}>
      {to ? (
        <a class={kind} href={to} onClick={() => read([item.id])}>
          {inside}
        </a>
      ) : (
        <div class={kind}>{inside}</div>
      )}
      {asksToAct(item, isReplaced) && item.student_id && kin(item.student_id) && (
        <div class="news-acts">
          <AbsentActions studentId={item.student_id} day={dayOf(item)} />
        </div>
      )}
    </li>
  );
}

function useSeen(ref: RefObject<HTMLElement | null>, id: string, isNew: boolean): void {
  useEffect(() => {
    if (!isNew || !ref.current) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watch = new IntersectionObserver(
      ([entry]) => {
        clearTimeout(timer);
        const isSeen = entry?.isIntersecting && document.visibilityState === "visible";
        if (isSeen) timer = setTimeout(() => read([id]), SEEN_MS);
      },
      { threshold: 0.6 },
    );
    watch.observe(ref.current);
    return () => {
      clearTimeout(timer);
      watch.disconnect();
    };
  }, [ref, id, isNew]);
}
