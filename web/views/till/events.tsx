/** What the bank's notices told, and what was refused at the door. */

import "./events.css";
import { api, of, type Schemas } from "../../api";
import { More } from "../../components/more";
import { Badge, Card, Empty, Loaded, Note } from "../../components/ui";
import { count, moment } from "../../format";
import { T } from "../../i18n/till";
import { E } from "../../i18n/till_events";
import { M } from "../../i18n/till_money";
import { dong } from "../../money";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { dayMonth } from "./days";
import type { Event } from "./event_choice";
import { TillPage, tillPath } from "./frame";
import { Undecided } from "./undecided";

type Refusal = Schemas["Refusals"];

export default function Events({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const page = (cursor?: string) =>
    of(api.GET("/v1/fees/events", { params: { query: { school_id: school, cursor, limit: 50 } } }));
  const query = useQuery(`thu-bao/${school}`, () => page(), { keeps: false });
  return (
    <TillPage school={school} here="thu/bao-co" title={T.events()}>
      <p class="muted">{M.evLead()}</p>
      <Undecided school={school} onDecided={query.reload} />
      <Loaded query={query}>
        {({ items, refusals, next_cursor }) => (
          <>
            {refusals.length > 0 && <Refused refusals={refusals} />}
            {items.length === 0 ? (
              <Empty icon="bell" title={M.evNone()} />
            ) : (
              <Card aria-label={E.all()}>
                <h2>{E.all()}</h2>
                <ul class="plain-list">
                  {items.map((event) => (
                    <li key={`${event.merchant_id}/${event.event_key}`}>
                      <One school={school} event={event} />
                    </li>
                  ))}
                </ul>
                <More
                  cursor={next_cursor ?? null}
                  end={T.listEnd()}
                  load={async (cursor) => {
                    const next = await page(cursor);
                    query.data.value = { ...next, refusals, items: [...items, ...next.items] };
                  }}
                />
              </Card>
            )}
          </>
        )}
      </Loaded>
    </TillPage>
  );
}

const TONES = { received: "wait", done: "good", set_aside: "late" } as const;

const OUTCOMES = { ...M, ended: E.endedState, not_there: E.not_there } as const;

function One({ school, event }: { school: number; event: Event }) {
  const via = event.source === "webhook" ? M.viaWebhook() : M.viaPoll();
  const by = event.decided_by_name;
  return (
    <div class="row">
      <span class="grow">
        <strong class="till-memo">{event.memo || M.noMemo()}</strong>
        <span class="muted small">
          {[
            moment(event.received_at),
            via,
            event.bank_ref,
            event.outcome && OUTCOMES[event.outcome](),
            event.decided_at && by && E.decidedBy(by, moment(event.decided_at)),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
        <span class="across">
          <Badge tone={TONES[event.state]}>
            {event.is_undecided ? E.title() : M[event.state]()}
          </Badge>
          {event.fund_id && (
            <a class="small" href={tillPath(school, "thu/tien-ve", event.fund_id)}>
              {M.toFund()}
            </a>
          )}
        </span>
      </span>
      {event.amount !== null && (
        <span class="till-money">
          {event.is_incoming === false && "− "}
          {dong(event.amount)}
        </span>
      )}
    </div>
  );
}

const WHY = {
  bad_signature: M.bad_signature,
  stale: M.stale,
  no_signature: M.no_signature,
  too_large: M.too_large,
  unreadable: M.unreadable,
  differs: M.differs,
  ended: M.endedMerchant,
} as const;

function Refused({ refusals }: { refusals: readonly Refusal[] }) {
  return (
    <Note tone="late">
      <strong>{M.refusalsTitle()}</strong>
      <p class="small">{M.refusalsHint()}</p>
      <ul class="plain-list">
        {refusals.map((each) => (
          <li key={`${each.merchant_id}/${each.day}/${each.reason}`}>
            {dayMonth(each.day)}: {WHY[each.reason]()}, {M.refusedTimes(count(each.times))} (
            {moment(each.last_at)})
          </li>
        ))}
      </ul>
    </Note>
  );
}
