/** Entries of the contact book, the newest first: of one child, or of all. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, of } from "../../api";
import { More } from "../../components/more";
import { Empty, Loaded } from "../../components/ui";
import { B } from "../../i18n/book";
import { onItem, onReset } from "../../live";
import { useQuery } from "../../query";
import { dayWords } from "../parent/day";
import { byDay, type FeedItem, keyOf, newestFirst } from "./feed_model";
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
  useEffect(() => {
    const again = () => {
      // What stands between the new first page and the others stays.
      if (next.peek() !== undefined)
        more.value = newestFirst(first.data.peek()?.items ?? [], more.peek());
      void first.reload();
    };
    const anew = () => {
      more.value = [];
      next.value = undefined;
      void first.reload();
    };
    const stops = [onItem(again), onReset((seq) => seq === null && anew())];
    return () => {
      for (const stop of stops) stop();
    };
  }, [first, more, next]);
  async function load(cursor: string): Promise<void> {
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

async function page({ student, kind }: Props, cursor?: string) {
  const query = {
    limit: 30,
    ...(student && { student_id: student }),
    ...(kind && { kind }),
    ...(cursor && { cursor }),
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
