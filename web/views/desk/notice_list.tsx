/** Announcements that were written: what state each is in, and how far it has come. */

import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, of } from "../../api";
import { useSending } from "../../components/form";
import { Badge, Button, Card, Empty, Fault, Field, Loaded, Note } from "../../components/ui";
import { count, moment } from "../../format";
import { C } from "../../i18n/common";
import { N } from "../../i18n/notices";
import { useQuery } from "../../query";
import "./desk.css";
import { justDone, type Line, type State } from "./notice_api";

const STATES: readonly State[] = ["draft", "scheduled", "published", "withdrawn"];
const TONES = { draft: "plain", scheduled: "wait", published: "good", withdrawn: "bad" } as const;
const PAUSE_MS = 300;
const MOST = 30;

interface Props {
  /** null: the department's. */
  school: number | null;
  said: Signal<string>;
  hrefOf: (line: Line) => string;
}

export function StateBadge({ state }: { state: State }) {
  return <Badge tone={TONES[state]}>{N[state]()}</Badge>;
}

async function page(school: number | null, state: State | null, q: string, cursor?: string) {
  const query = {
    school_id: school ?? undefined,
    state: state ?? undefined,
    q: q || undefined,
    cursor,
    limit: MOST,
  };
  return await of(api.GET("/v1/contact-book/announcements", { params: { query } }));
}

export function NoticeList({ school, said, hrefOf }: Props) {
  const state = useSignal<State | null>(null);
  const typed = useSignal("");
  const wanted = useLater(typed);
  useEffect(() => {
    said.value = justDone.peek() || said.peek();
    justDone.value = "";
  }, [said]);
  return (
    <>
      {said.value && <Note tone="good">{said.value}</Note>}
      <fieldset class="desk-chips">
        <legend class="sr-only">{N.filter()}</legend>
        {[null, ...STATES].map((each) => (
          <Button
            key={each}
            aria-pressed={state.value === each}
            onClick={() => {
              state.value = each;
            }}
          >
            {each ? N[each]() : N.all()}
          </Button>
        ))}
      </fieldset>
      <Field
        label={N.find()}
        type="search"
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
      />
      <Lines
        key={`${state.value} ${wanted.value}`}
        school={school}
        state={state.value}
        q={wanted.value.trim()}
        hrefOf={hrefOf}
      />
    </>
  );
}

/** What was typed, once nothing was for a moment. */
function useLater(typed: Signal<string>): Signal<string> {
  const later = useSignal(typed.peek());
  const now = typed.value;
  useEffect(() => {
    const timer = setTimeout(() => {
      later.value = now;
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [now, later]);
  return later;
}

interface LinesProps {
  school: number | null;
  state: State | null;
  q: string;
  hrefOf: Props["hrefOf"];
}

function Lines({ school, state, q, hrefOf }: LinesProps) {
  const query = useQuery(
    `thong-bao/${school ?? "so"}/${state ?? ""}/${q}`,
    () => page(school, state, q),
    { keeps: q === "" },
  );
  const more = useSending();
  return (
    <Loaded query={query}>
      {({ items, next_cursor }) =>
        items.length === 0 ? (
          state === null && q === "" ? (
            <Empty icon="bell" title={N.none()}>
              {N.noneHint()}
            </Empty>
          ) : (
            <Empty icon="search" title={N.noneFound()} />
          )
        ) : (
          <Card>
            <ul class="plain-list">
              {items.map((line) => (
                <li key={`${line.id}/${line.school_id}`}>
                  <Row line={line} href={hrefOf(line)} />
                </li>
              ))}
            </ul>
            {next_cursor && (
              <Button
                busy={more.busy.value}
                onClick={() =>
                  void more.run(async () => {
                    const next = await page(school, state, q, next_cursor);
                    query.data.value = { ...next, items: [...items, ...next.items] };
                  })
                }
              >
                {C.more()}
              </Button>
            )}
            <Fault error={more.failure.value} />
          </Card>
        )
      }
    </Loaded>
  );
}

/** When it went or will go. */
function whenWords(line: Line): string {
  if (line.withdrawn_at) return N.withdrawnAt(moment(line.withdrawn_at));
  if (line.published_at) return N.sentAt(moment(line.published_at));
  if (line.publish_at) return N.goesAt(moment(line.publish_at));
  return N.savedAt(moment(line.changed_at));
}

function Row({ line, href }: { line: Line; href: string }) {
  const { counts, answer_kind: asks, answer_until: until } = line;
  return (
    <a class="row desk-item" href={href}>
      <span class="grow">
        <strong>{line.title || N.untitled()}</strong>
        <span class="muted small">{[line.author_name, whenWords(line)].join(" · ")}</span>
        {counts && (
          <span class="small">
            {asks === "none"
              ? N.counts(count(counts.read), count(counts.recipients))
              : N.countsAnswered(count(counts.answered), count(counts.recipients))}
            {asks !== "none" && until && ` · ${N.until(moment(until))}`}
          </span>
        )}
      </span>
      {line.is_urgent && <Badge tone="late">{N.urgent()}</Badge>}
      <StateBadge state={line.state} />
    </a>
  );
}
