/** Entries of the contact book, the newest first: of one child, or of all. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, of } from "../../api";
import { More } from "../../components/more";
import { Empty, Loaded } from "../../components/ui";
import { isFailure } from "../../failure";
import { B } from "../../i18n/book";
import { onItem, onReset } from "../../live";
import { useQuery } from "../../query";
import { dayWords } from "../parent/day";
import { byDay, caughtUp, type FeedItem, type FeedPage, keyOf, newestFirst } from "./feed_model";
import { Line } from "./line";
import type { Kind } from "./words";
import "../parent/inbox.css";
import "./book.css";

interface Props {
  /** null: of all of the caller's children; of staff: what was sent to staff. */
  student: string | null;
  kind: Kind | null;
}

export function Feed({ student, kind }: Props) {
  const first = useQuery(`so/${student ?? ""}/${kind ?? ""}`, () => page({ student, kind }));
  const more = useSignal<FeedItem[]>([]);
  /** undefined: nothing beyond the first page was asked for yet. */
  const next = useSignal<string | null | undefined>(undefined);
  /** As of when all that is shown holds; of use beyond the first page alone. */
  const since = useSignal<string | null>(null);
  useEffect(() => {
    const anew = () => {
      more.value = [];
      next.value = undefined;
      since.value = null;
      void first.reload();
    };
    const again = () => {
      const found = first.data.peek();
      if (next.peek() === undefined || since.peek() === null || !found) void first.reload();
      else void catchUp(found).catch(sayWhy);
    };
    const sayWhy = (error: unknown) => {
      if (!isFailure(error)) throw error;
      void first.reload();
    };
    async function catchUp(found: FeedPage): Promise<void> {
      let cursor: string | undefined;
      const changed: FeedItem[] = [];
      do {
        const news = await page({ student, kind }, cursor, since.peek() ?? undefined);
        if (news.reset) return anew();
        changed.push(...news.items);
        cursor = news.next_cursor ?? undefined;
        if (!cursor) since.value = news.since;
      } while (cursor);
      more.value = caughtUp([...more.peek(), ...found.items], changed, next.peek() != null);
      first.data.value = { ...found, items: [] };
    }
    const stops = [onItem(again), onReset((seq) => seq === null && anew())];
    return () => {
      for (const stop of stops) stop();
    };
  }, [first, more, next, since, student, kind]);
  async function load(cursor: string): Promise<void> {
    since.value ??= first.data.peek()?.since ?? null;
    const found = await page({ student, kind }, cursor);
    more.value = newestFirst(more.peek(), found.items);
    next.value = found.next_cursor ?? null;
  }
  function put(after: FeedItem): void {
    const change = (each: FeedItem) => (keyOf(each) === keyOf(after) ? after : each);
    const found = first.data.peek();
    if (found) first.data.value = { ...found, items: found.items.map(change) };
    more.value = more.peek().map(change);
  }
  return (
    <Loaded query={first}>
      {(found) => {
        const items = newestFirst(more.value, found.items);
        const cursor = next.value === undefined ? found.next_cursor : next.value;
        if (items.length === 0) return <Nothing kind={kind} />;
        return (
          <>
            <Days items={items} names={student === null} onChanged={put} />
            <More cursor={cursor ?? null} load={load} end={B.end()} />
          </>
        );
      }}
    </Loaded>
  );
}

async function page({ student, kind }: Props, cursor?: string, since?: string) {
  const query = {
    limit: 30,
    ...(student && { student_id: student }),
    ...(kind && { kind }),
    ...(cursor ? { cursor } : since && { since }),
  };
  return await of(api.GET("/v1/contact-book/feed", { params: { query } }));
}

function Nothing({ kind }: { kind: Kind | null }) {
  return (
    <Empty icon="book" title={kind ? B.nothingOfKind() : B.nothing()}>
      {!kind && B.nothingHint()}
    </Empty>
  );
}

interface DaysProps {
  items: FeedItem[];
  /** Whether each entry names its child. */
  names: boolean;
  onChanged: (after: FeedItem) => void;
}

function Days({ items, names, onChanged }: DaysProps) {
  return (
    <>
      {byDay(items).map(({ day, items: written }) => (
        <section key={day} class="news-day">
          <h2>{dayWords(day)}</h2>
          <ul class="plain-list">
            {written.map((item) => (
              <Line key={keyOf(item)} item={item} names={names} onChanged={onChanged} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
