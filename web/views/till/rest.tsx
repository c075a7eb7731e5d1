/** The end of a list of the till: its next pages are added to what is shown. */

import { More } from "../../components/more";
import { T } from "../../i18n/till";
import type { Query } from "../../query";

interface Listed {
  items: unknown[];
  next_cursor?: string | null;
}

interface Props<P> {
  query: Query<P>;
  /** What is shown of it. */
  found: P;
  page: (cursor: string) => Promise<P>;
}

export function Rest<P extends Listed>({ query, found, page }: Props<P>) {
  return (
    <More
      cursor={found.next_cursor ?? null}
      end={T.listEnd()}
      load={async (cursor) => {
        const next = await page(cursor);
        query.data.value = { ...next, items: [...found.items, ...next.items] };
      }}
    />
  );
}
