/** One sum that came in: what it may be for, the split, what it went to, and a refund. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Badge, Button, Card, Loaded } from "../../components/ui";
import { T } from "../../i18n/till";
import { V } from "../../i18n/till_deposit";
import { M } from "../../i18n/till_money";
import { X } from "../../i18n/till_strike";
import { dong } from "../../money";
import { type Query, useQuery } from "../../query";
import type { Parameters } from "../../router";
import { Allocate } from "./allocate";
import { AskReason } from "./ask_reason";
import { dayShort } from "./days";
import { TillPage, tillPath } from "./frame";
import { FundBadge } from "./funds";
import { NotPaid } from "./not_paid";
import { RefundForm } from "./refund_form";
import { Said } from "./said";

export type FundShown = Schemas["FundShown"];

export default function FundPage({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const id = params.fund ?? "";
  const query = useQuery(
    `thu-tien/${id}`,
    () =>
      of(
        api.GET("/v1/fees/funds/{fund_id}", {
          params: { path: { fund_id: id }, query: { school_id: school } },
        }),
      ),
    { keeps: false },
  );
  const said = useSignal("");
  const isGiving = useSignal(false);
  return (
    <TillPage
      school={school}
      here="thu/tien-ve"
      title={query.data.value ? dong(query.data.value.fund.amount) : T.funds()}
      back={tillPath(school, "thu/tien-ve")}
    >
      <Loaded query={query}>
        {(shown) => (
          <>
            <Said words={said.value} of={shown} />
            <div class="till-two">
              <div class="stack">
                <Facts shown={shown} />
                <PutTo shown={shown} query={query} />
                <NotPaid
                  shown={shown}
                  onSaved={async (words) => {
                    said.value = words;
                    await query.reload();
                  }}
                />
              </div>
              {shown.fund.free > 0 && (
                <div class="stack">
                  <Allocate
                    shown={shown}
                    onDone={(next) => {
                      query.data.value = next;
                      said.value = M.confirmed();
                    }}
                  />
                  <Button class="till-start" icon="undo" onClick={() => (isGiving.value = true)}>
                    {M.giveBack()}
                  </Button>
                </div>
              )}
            </div>
            {isGiving.value && (
              <RefundForm
                fund={shown.fund}
                onClose={() => (isGiving.value = false)}
                onSaved={async () => {
                  said.value = M.refundAsked();
                  await query.reload();
                }}
              />
            )}
          </>
        )}
      </Loaded>
    </TillPage>
  );
}

function Facts({ shown: { fund, sightings } }: { shown: FundShown }) {
  const facts = [
    [M.memo(), fund.memo || M.noMemo()],
    [M.payer(), fund.payer],
    [M.account(), fund.account_name],
    [M.bankRef(), fund.bank_ref],
    [M.seenBy(), [...new Set(sightings.map((each) => M[each.source]()))].join(", ")],
  ] as const;
  const sums = [
    [M.onBills(), fund.allocated],
    [fund.is_struck ? X.struck() : fund.is_deposit ? V.done() : M.held(), fund.refund_held],
    [M.free(), fund.free],
  ] as const;
  return (
    <Card>
      <div class="till-pair">
        <h2>{dayShort(fund.day)}</h2>
        <FundBadge fund={fund} />
      </div>
      {fund.is_struck && (
        <p>
          {fund.double_of ? (
            <>
              {X.isDouble()}{" "}
              <a href={tillPath(fund.school_id, "thu/tien-ve", fund.double_of)}>{X.other()}</a>.
            </>
          ) : (
            X.wasMissing()
          )}
        </p>
      )}
      {sums.map(
        ([name, sum]) =>
          sum > 0 && (
            <p key={name} class="till-pair">
              <span>{name}</span>
              <strong>{dong(sum)}</strong>
            </p>
          ),
      )}
      <dl class="till-facts">
        {facts.map(
          ([name, value]) =>
            value && (
              <div key={name}>
                <dt class="muted small">{name}</dt>
                <dd class="till-memo">{value}</dd>
              </div>
            ),
        )}
      </dl>
    </Card>
  );
}

/** What is asked for by that name; of the last two no bank moves anything. */
export const KINDS = { transfer: M.giveBack, strike: X.strike, deposit: V.open } as const;

/** How far it is. */
export function stateWords({ kind, state }: Pick<Schemas["FundRefund"], "kind" | "state">): string {
  if (kind !== "transfer" && state === "succeeded")
    return kind === "strike" ? X.struck() : V.done();
  if (kind !== "transfer" && state === "failed") return X.restored();
  return M[state]();
}

type Allocation = FundShown["allocations"][number];

function PutTo({ shown, query }: { shown: FundShown; query: Query<FundShown> }) {
  const taking = useSignal<Allocation | null>(null);
  const { fund, allocations, refunds } = shown;
  if (allocations.length + refunds.length === 0) return null;
  return (
    <Card>
      <h2>{M.allocations()}</h2>
      <ul class="plain-list">
        {allocations.map((each) => (
          <li key={each.id} class="row">
            <a
              class="grow till-debtor"
              href={tillPath(fund.school_id, "thu/phieu", each.invoice_id)}
            >
              <strong>{each.student_name}</strong>
              <span class="muted small">
                {[each.period_name, each.pay_ref, each.is_reversed && M.reversed(), each.reason]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </a>
            <span class="till-money">{dong(each.amount)}</span>
            {each.amount > 0 && !each.is_reversed && (
              <Button kind="quiet" onClick={() => (taking.value = each)}>
                {M.takeOff()}
              </Button>
            )}
          </li>
        ))}
        {refunds.map((each) => (
          <li key={each.id} class="row">
            <span class="grow">{KINDS[each.kind]()}</span>
            <Badge tone={each.state === "succeeded" ? "good" : "wait"}>{stateWords(each)}</Badge>
            <span class="till-money">{dong(each.amount)}</span>
          </li>
        ))}
      </ul>
      {taking.value && (
        <AskReason
          title={M.takeOffAsk(dong(taking.value.amount))}
          action={M.takeOff()}
          onClose={() => (taking.value = null)}
          onSend={async (reason) => {
            query.data.value = await of(
              api.POST("/v1/fees/allocations/{allocation_id}/reversal", {
                params: { path: { allocation_id: taking.peek()?.id ?? "" } },
                body: { school_id: fund.school_id, reason },
              }),
            );
          }}
        >
          <p>{M.takeOffHint()}</p>
        </AskReason>
      )}
    </Card>
  );
}
