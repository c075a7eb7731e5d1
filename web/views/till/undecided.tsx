/** Notices of the bank that wait for the accountant. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Fault, Note } from "../../components/ui";
import { E } from "../../i18n/till_events";
import { M } from "../../i18n/till_money";
import { type Query, useQuery } from "../../query";
import { type Decided, EventChoice } from "./event_choice";
import { tillPath } from "./frame";
import { Rest } from "./rest";
import { Said } from "./said";

type Page = Schemas["EventPage"];

const pageOf = (school: number, limit: number, cursor?: string) =>
  of(
    api.GET("/v1/fees/events", {
      params: { query: { school_id: school, state: "undecided", cursor, limit } },
    }),
  );

interface Props {
  school: number;
  /** What is decided shows in the other list too. */
  onDecided: () => Promise<void>;
}

/** Those that wait, each with its choice; nothing at all where none does. */
export function Undecided({ school, onDecided }: Props) {
  const page = (cursor?: string) => pageOf(school, 20, cursor);
  const query = useQuery(`thu-bao-cho/${school}`, () => page(), { keeps: false });
  const done = useSignal<Decided | null>(null);
  const moved = useSignal<unknown>(null);
  return (
    <>
      <Fault error={moved.value} />
      <Said words={done.value?.words ?? ""} of={done.value} />
      {done.value?.fund && (
        <p>
          <a href={tillPath(school, "thu/tien-ve", done.value.fund)}>{M.toFund()}</a>
        </p>
      )}
      <Waiting
        school={school}
        query={query}
        page={page}
        onMoved={async (words) => {
          moved.value = words;
          await Promise.all([query.reload(), onDecided()]);
        }}
        onDecided={async (what) => {
          done.value = what;
          moved.value = null;
          await Promise.all([query.reload(), onDecided()]);
        }}
      />
    </>
  );
}

interface WaitingProps {
  school: number;
  query: Query<Page>;
  page: (cursor: string) => Promise<Page>;
  onDecided: (what: Decided) => Promise<void>;
  onMoved: (words: unknown) => Promise<void>;
}

function Waiting({ school, query, page, onDecided, onMoved }: WaitingProps) {
  const found = query.data.value;
  if (!found || found.items.length === 0) return null;
  return (
    <section class="stack" aria-label={E.title()}>
      <h2>{E.title()}</h2>
      <p class="muted">{E.hint()}</p>
      {found.items.map((event) => (
        <EventChoice
          key={`${event.merchant_id}/${event.event_key}`}
          school={school}
          event={event}
          onDecided={onDecided}
          onMoved={onMoved}
        />
      ))}
      <Rest query={query} found={found} page={page} />
    </section>
  );
}

/** Over the money that waits: what may be money leads to its own page. */
export function UndecidedNote({ school }: { school: number }) {
  const query = useQuery(`thu-bao-cho/${school}/1`, () => pageOf(school, 1), { keeps: false });
  if (!query.data.value?.items.length) return null;
  return (
    <Note tone="late">
      <p>{E.some()}</p>
      <a href={tillPath(school, "thu/bao-co")}>{E.look()}</a>
    </Note>
  );
}
