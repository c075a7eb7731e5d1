/** The inbox: everything that was told, the newest first. For every role. */

import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { read } from "../../acks";
import { api, of } from "../../api";
import { Icon } from "../../components/icons";
import { More } from "../../components/more";
import { Badge, Empty, Loaded, Page } from "../../components/ui";
import { clock } from "../../format";
import { hats } from "../../hats";
import { C } from "../../i18n/common";
import { N } from "../../i18n/news";
import { type InboxItem, onItem, onReset } from "../../live";
import { useQuery } from "../../query";
import { go, place } from "../../router";
import { AbsentActions } from "./absent";
import { dayWords } from "./day";
import { kin } from "./kin";
import { asksToAct, byDay, dayOf, iconOf, leadsTo, newestFirst, replacedIds, toneOf } from "./news";
import "./inbox.css";

/** So long an item is on the screen before it counts as read. */
const SEEN_MS = 800;

async function page(cursor?: string) {
  return await of(
    api.GET("/v1/inbox", { params: { query: { limit: 30, ...(cursor && { cursor }) } } }),
  );
}

const isPrincipalOf = (schoolId: number | null): boolean =>
  hats.value.some((hat) => hat.role === "principal" && hat.schoolId === schoolId);

const isDepartment = (): boolean => hats.value.some((hat) => hat.role === "department_admin");

const whereTo = (item: InboxItem): string | null =>
  leadsTo(item, (id) => kin(id) !== null, isPrincipalOf, isDepartment());

/** A tapped push names its item alone: what that is about is asked here, and shown at once. */
function useOpened(items: readonly InboxItem[]): void {
  const id = place.value.query.get("mo");
  const item = items.find((each) => each.id === id);
  const to = item ? whereTo(item) : null;
  useEffect(() => {
    if (!item || !to) return;
    read([item.id]);
    go(to, { replace: true });
  }, [item, to]);
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

  useOpened(newestFirst(first.data.value?.items ?? [], more.value));
  async function load(cursor: string): Promise<void> {
    const found = await page(cursor);
    more.value = newestFirst(more.peek(), found.items);
    next.value = found.next_cursor ?? null;
  }

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
              <More cursor={cursor ?? null} load={load} end={N.end()} />
            </>
          );
        }}
      </Loaded>
    </Page>
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

function Item({ item, isReplaced }: { item: InboxItem; isReplaced: boolean }) {
  const ref = useRef<HTMLLIElement>(null);
  // As it was when it came on the screen: the mark does not vanish under the eye.
  const isNew = useRef(item.read_at === null).current;
  useSeen(ref, item.id, isNew);
  const tone = toneOf(item);
  const to = whereTo(item);
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
