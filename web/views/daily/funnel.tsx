/** Bars per kind of news and road: due, sent, delivered, read; and why the rest failed. */

import type { Signal } from "@preact/signals";
import { Badge, Button, Card, Empty, Loaded } from "../../components/ui";
import { count, moment } from "../../format";
import { F, ROADS } from "../../i18n/deliveries";
import type { Query } from "../../query";
import "./daily.css";
import {
  byKind,
  type Funnel,
  kindName,
  SPANS,
  type Span,
  type Stage,
  spanName,
} from "./funnel_model";
import { reasonWords } from "./reasons";

export function SpanPicker({ span }: { span: Signal<Span> }) {
  return (
    <fieldset class="segments">
      <legend class="sr-only">{F.span()}</legend>
      {SPANS.map((each) => (
        <Button
          key={each}
          aria-pressed={span.value === each}
          onClick={() => {
            span.value = each;
          }}
        >
          {spanName(each)}
        </Button>
      ))}
    </fieldset>
  );
}

export function FunnelView({ query }: { query: Query<Funnel> }) {
  return (
    <Loaded query={query}>
      {(funnel) => {
        const kinds = byKind(funnel.stages);
        if (kinds.length === 0)
          return (
            <Empty icon="bell" title={F.none()}>
              {F.noneHint()}
            </Empty>
          );
        return (
          <>
            {funnel.counted_at && <p class="muted">{F.countedAt(moment(funnel.counted_at))}</p>}
            <ul class="daily-cards">
              {kinds.map(({ kind, stages }) => (
                <li key={kind}>
                  <Card aria-label={kindName(kind)}>
                    <h2>{kindName(kind)}</h2>
                    {stages.map((stage) => (
                      <Road key={stage.channel} stage={stage} />
                    ))}
                  </Card>
                </li>
              ))}
            </ul>
            <Failures funnel={funnel} />
            <Texts texts={funnel.texts} />
            <MostFailed schools={funnel.most_failed} />
          </>
        );
      }}
    </Loaded>
  );
}

function Road({ stage }: { stage: Stage }) {
  const bars = [
    [F.due(), stage.due],
    [F.sent(), stage.sent],
    [F.delivered(), stage.delivered],
    [F.read(), stage.read],
  ] as const;
  return (
    <section class="stack-small">
      <h3>{ROADS[stage.channel]()}</h3>
      <dl class="funnel">
        {bars.map(([name, n]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <span class="funnel-bar" aria-hidden="true">
                <span style={{ width: `${(100 * n) / stage.due}%` }} />
              </span>
              <span class="funnel-n">{count(n)}</span>
            </dd>
          </div>
        ))}
      </dl>
      {(stage.waiting > 0 || stage.failed > 0) && (
        <p class="across">
          {stage.waiting > 0 && <Badge tone="wait">{F.waiting(count(stage.waiting))}</Badge>}
          {stage.failed > 0 && <Badge tone="bad">{F.failed(count(stage.failed))}</Badge>}
        </p>
      )}
    </section>
  );
}

function Failures({ funnel }: { funnel: Funnel }) {
  if (funnel.failures.length === 0) return null;
  return (
    <Card aria-label={F.failures()}>
      <h2>{F.failures()}</h2>
      <ul class="plain-list">
        {funnel.failures.map((each) => (
          <li key={`${each.kind}/${each.channel}/${each.reason}`} class="row">
            <span class="grow">
              <span>{reasonWords(each.reason)}</span>
              <span class="muted small">
                {[kindName(each.kind), ROADS[each.channel]()].join(" · ")}
              </span>
            </span>
            <strong>{count(each.n)}</strong>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Texts({ texts: { taken, refused } }: { texts: Funnel["texts"] }) {
  if (taken + refused === 0) return null;
  return (
    <Card aria-label={F.texts()}>
      <h2>{F.texts()}</h2>
      <p>{F.taken(count(taken))}</p>
      {refused > 0 && <p class="strong">{F.refused(count(refused))}</p>}
    </Card>
  );
}

function MostFailed({ schools }: { schools: Funnel["most_failed"] }) {
  const failed = schools.filter((each) => each.failed > 0);
  if (failed.length === 0) return null;
  return (
    <Card aria-label={F.mostFailed()}>
      <h2>{F.mostFailed()}</h2>
      <ul class="plain-list">
        {failed.map((each) => (
          <li key={each.school_id} class="row">
            <span class="grow">{each.name}</span>
            <Badge tone="bad">{F.failedOf(count(each.failed), count(each.due))}</Badge>
          </li>
        ))}
      </ul>
    </Card>
  );
}
