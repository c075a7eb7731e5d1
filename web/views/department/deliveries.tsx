/** How far the department's news came, and what was given up: sent again by its reason. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Confirm } from "../../components/confirm";
import { Button, Card, Loaded, Note } from "../../components/ui";
import { count, moment, schoolDay } from "../../format";
import { F } from "../../i18n/deliveries";
import { useQuery } from "../../query";
import { FunnelView, SpanPicker } from "../daily/funnel";
import { kindName, rangeOf, type Span } from "../daily/funnel_model";
import { reasonWords } from "../daily/reasons";
import { DepartmentPage } from "./frame";

type DeadCount = Schemas["DeadCount"];

export default function DepartmentDeliveries() {
  const span = useSignal<Span>(7);
  return (
    <DepartmentPage here="/so/tin" title={F.title()}>
      <p class="muted">{F.lead()}</p>
      <SpanPicker span={span} />
      <Days key={span.value} span={span.value} />
      <DeadLetters />
    </DepartmentPage>
  );
}

function Days({ span }: { span: Span }) {
  const range = rangeOf(span, schoolDay());
  const query = useQuery(`so-tin/${range.from}/${range.to}`, () =>
    of(api.GET("/v1/deliveries/funnel", { params: { query: range } })),
  );
  return <FunnelView query={query} />;
}

function DeadLetters() {
  const query = useQuery("so-tin-hong", () =>
    of(api.GET("/v1/dead-letters", { params: { query: { limit: 1 } } })),
  );
  const asking = useSignal<DeadCount | null>(null);
  const said = useSignal("");
  const asked = asking.value;

  async function replay({ reason }: DeadCount): Promise<void> {
    const made = await of(api.POST("/v1/dead-letters/replay", { body: { reason } }));
    said.value = F.replayed(count(made.replayed), count(made.inbox_only));
    await query.reload();
  }

  return (
    <Card aria-label={F.dead()}>
      <h2>{F.dead()}</h2>
      {said.value && <Note tone="good">{said.value}</Note>}
      <Loaded query={query}>
        {({ counts }) =>
          counts.length === 0 ? (
            <p class="muted">{F.deadNone()}</p>
          ) : (
            <ul class="plain-list">
              {counts.map((each) => (
                <li key={`${each.source}/${each.kind}/${each.reason}`} class="row">
                  <span class="grow">
                    <span>{reasonWords(each.reason)}</span>
                    <span class="muted small">{aboutWords(each)}</span>
                  </span>
                  <strong>{count(each.n)}</strong>
                  <Button
                    aria-label={F.replayOf(reasonWords(each.reason))}
                    onClick={() => {
                      asking.value = each;
                    }}
                  >
                    {F.replay()}
                  </Button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {asked && (
        <Confirm
          title={F.replayTitle(count(allOf(query.data.value?.counts ?? [], asked.reason)))}
          action={F.replay()}
          kind="main"
          onYes={() => replay(asked)}
          onClose={() => {
            asking.value = null;
          }}
        >
          <p>{reasonWords(asked.reason)}</p>
          <p class="muted">{F.replayHint()}</p>
        </Confirm>
      )}
    </Card>
  );
}

/** All that have this reason go again, of whatever kind. */
function allOf(counts: readonly DeadCount[], reason: string): number {
  return counts.filter((each) => each.reason === reason).reduce((n, each) => n + each.n, 0);
}

function aboutWords({ kind, source, oldest_at, reason }: DeadCount): string {
  const where = source === "news" ? F.deadNews() : F.deadDelivery();
  // Two codes may have the same words, and who mends it asks for the code.
  const code = reasonWords(reason) === reason ? null : reason;
  return [kindName(kind), where, F.oldest(moment(oldest_at)), code].filter(Boolean).join(" · ");
}
