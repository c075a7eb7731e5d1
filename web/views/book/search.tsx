/** Everything in the book is found again: without diacritics, of earlier years, of a child who left. */

import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { api, of } from "../../api";
import { Icon } from "../../components/icons";
import { More } from "../../components/more";
import { Empty, Loaded, Page } from "../../components/ui";
import { B } from "../../i18n/book";
import { S } from "../../i18n/book_search";
import { useQuery } from "../../query";
import { go, place } from "../../router";
import { me } from "../../session";
import { kin, kinOf } from "../parent/kin";
import { backOf } from "./back";
import { type Hit, hitPage, isWorthAsking, piecesOf } from "./search_model";
import { fullDay } from "./sizes";
import { iconOfKind, kindName } from "./words";
import "../parent/inbox.css";
import "./book.css";

/** So long nobody types before it is looked for. */
const PAUSE_MS = 400;

export default function Search() {
  const words = place.value.query.get("q") ?? "";
  const student = place.value.query.get("con");
  return (
    <Page title={S.searchWhat()} back={student ? `/con/${student}/so` : backOf("/so-lien-lac")}>
      <Words words={words} student={student} />
      <Whose words={words} student={student} />
      {isWorthAsking(words) ? (
        <Found key={`${student}/${words}`} words={words} student={student} />
      ) : (
        <p class="muted">{S.searchFor()}</p>
      )}
    </Page>
  );
}

function addressOf(words: string, student: string | null): string {
  const query = new URLSearchParams();
  if (words) query.set("q", words);
  if (student) query.set("con", student);
  return query.size ? `/so-lien-lac/tim?${query}` : "/so-lien-lac/tim";
}

function Words({ words, student }: { words: string; student: string | null }) {
  const id = useId();
  const typed = useSignal(words);
  useEffect(() => {
    const wanted = typed.value.trim();
    const ask = () => wanted !== words && go(addressOf(wanted, student), { replace: true });
    const timer = setTimeout(ask, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed.value, words, student]);
  return (
    <form
      class="search-form"
      onSubmit={(event) => {
        event.preventDefault();
        go(addressOf(typed.peek().trim(), student), { replace: true });
      }}
    >
      <div class="field">
        <label for={id} class="sr-only">
          {S.searchWhat()}
        </label>
        <input
          id={id}
          type="search"
          maxLength={100}
          autoComplete="off"
          enterKeyHint="search"
          aria-describedby={`${id}-more`}
          value={typed.value}
          onInput={(event) => {
            typed.value = event.currentTarget.value;
          }}
        />
        <p id={`${id}-more`} class="hint">
          {S.searchHint()}
        </p>
      </div>
    </form>
  );
}

function Whose({ words, student }: { words: string; student: string | null }) {
  const children = kinOf(me.value).filter((each) => !each.isSelf);
  if (children.length < 2) return null;
  const all = [{ student_id: null, name: B.allChildren() }, ...children];
  return (
    <nav class="chips one-line" data-scrolls aria-label={B.whose()}>
      {all.map((each) => (
        <a
          key={each.student_id}
          class="chip"
          href={addressOf(words, each.student_id)}
          aria-current={each.student_id === student ? "page" : undefined}
        >
          {each.name}
        </a>
      ))}
    </nav>
  );
}

async function page(q: string, student: string | null, cursor?: string) {
  const query = { q, ...(student && { student_id: student }), ...(cursor && { cursor }) };
  return await of(api.GET("/v1/contact-book/search", { params: { query } }));
}

function Found({ words, student }: { words: string; student: string | null }) {
  const first = useQuery(`tim/${student}/${words}`, () => page(words, student), { keeps: false });
  const more = useSignal<Hit[]>([]);
  const next = useSignal<string | null | undefined>(undefined);
  async function load(cursor: string): Promise<void> {
    const found = await page(words, student, cursor);
    more.value = [...more.peek(), ...found.items];
    next.value = found.next_cursor ?? null;
  }
  return (
    <Loaded query={first}>
      {(found) => {
        const hits = [...found.items, ...more.value];
        const cursor = (next.value === undefined ? found.next_cursor : next.value) ?? null;
        return (
          <>
            <p role="status" class={hits.length === 0 ? "sr-only" : "muted"}>
              {hits.length === 0
                ? S.noHit()
                : cursor
                  ? S.hitsMore(hits.length)
                  : S.hits(hits.length)}
            </p>
            {hits.length === 0 ? (
              <Empty icon="search" title={S.noHit()}>
                {S.noHitHint()}
              </Empty>
            ) : (
              <section class="news-day">
                <ul class="plain-list">
                  {hits.map((hit) => (
                    <li key={`${hit.kind}/${hit.id}/${hit.student_id}`}>
                      <HitLine hit={hit} words={words} />
                    </li>
                  ))}
                </ul>
                {cursor && <More cursor={cursor} load={load} end={B.end()} />}
              </section>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

function HitLine({ hit, words }: { hit: Hit; words: string }) {
  const who = hit.student_id ? kin(hit.student_id)?.name : null;
  const from = [kindName(hit.kind), who, hit.author, fullDay(hit.at)].filter(Boolean).join(" · ");
  const to = hitPage(hit);
  const inside = (
    <>
      <span class="mark-of">
        <Icon name={iconOfKind(hit.kind)} />
      </span>
      <span class="grow">
        <span class="title">
          <Marked text={hit.title || kindName(hit.kind)} words={words} />
        </span>
        {hit.excerpt && (
          <span class="muted excerpt">
            <Marked text={hit.excerpt} words={words} />
          </span>
        )}
        <span class="muted small">{from}</span>
      </span>
    </>
  );
  return to ? (
    <a class="news" href={to}>
      {inside}
    </a>
  ) : (
    <div class="news">{inside}</div>
  );
}

function Marked({ text, words }: { text: string; words: string }) {
  return (
    <>
      {piecesOf(text, words).map((piece) =>
        piece.isHit ? <mark key={piece.at}>{piece.text}</mark> : piece.text,
      )}
    </>
  );
}
