/** Money that came in: what waits for a person first. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Icon } from "../../components/icons";
import { Badge, Card, Empty, Loaded } from "../../components/ui";
import { moment } from "../../format";
import { T } from "../../i18n/till";
import { V } from "../../i18n/till_deposit";
import { M } from "../../i18n/till_money";
import { X } from "../../i18n/till_strike";
import { dong } from "../../money";
import { useQuery } from "../../query";
import { type Parameters, place } from "../../router";
import { TillPage, tillPath } from "./frame";
import { Chips, Text } from "./inputs";
import { useLater } from "./later";
import { Rest } from "./rest";
import { UndecidedNote } from "./undecided";

export type Fund = Schemas["FundLine"];
type Show = "any" | "all";

export default function Funds({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const show = useSignal<Show>(place.peek().query.has("tat-ca") ? "all" : "any");
  const typed = useSignal("");
  const q = useLater(typed).value.trim();
  return (
    <TillPage school={school} here="thu/tien-ve" title={T.funds()}>
      <UndecidedNote school={school} />
      <Chips
        label={M.which()}
        value={show}
        options={[
          ["any", M.waiting()],
          ["all", M.everything()],
        ]}
      />
      <Text label={M.find()} type="search" value={typed} />
      <List key={`${show.value}/${q}`} school={school} show={show.value} q={q} />
    </TillPage>
  );
}

function List({ school, show, q }: { school: number; show: Show; q: string }) {
  const page = (cursor?: string) =>
    of(
      api.GET("/v1/fees/funds", {
        params: {
          query: {
            school_id: school,
            review: show === "any" ? "any" : undefined,
            q: q || undefined,
            cursor,
            limit: 50,
          },
        },
      }),
    );
  const query = useQuery(`thu-tien/${school}/${show}/${q}`, () => page(), { keeps: false });
  return (
    <Loaded query={query}>
      {(found) => {
        if (found.items.length === 0)
          return q ? (
            <Empty icon="search" title={T.noneFound()} />
          ) : show === "any" ? (
            <Empty icon="check" title={M.noneWaiting()}>
              {M.noneWaitingHint()}
            </Empty>
          ) : (
            <Empty icon="in" title={M.none()} />
          );
        return (
          <>
            <Card>
              <FundList funds={found.items} />
            </Card>
            <Rest query={query} found={found} page={page} />
          </>
        );
      }}
    </Loaded>
  );
}

export function FundList({ funds }: { funds: readonly Fund[] }) {
  return (
    <ul class="plain-list">
      {funds.map((fund) => (
        <li key={fund.id}>
          <a class="row" href={tillPath(fund.school_id, "thu/tien-ve", fund.id)}>
            <span class="grow">
              <strong class="till-memo">{fund.memo || M.noMemo()}</strong>
              <span class="muted small">
                {[moment(fund.received_at), fund.account_name, fund.payer]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
              <span>
                <FundBadge fund={fund} />
              </span>
            </span>
            <span class="till-money">{dong(fund.amount)}</span>
            <Icon name="next" />
          </a>
        </li>
      ))}
    </ul>
  );
}

export function FundBadge({ fund }: { fund: Fund }) {
  if (fund.is_struck) return <Badge>{X.struck()}</Badge>;
  if (fund.is_deposit) return <Badge>{V.done()}</Badge>;
  if (fund.review) return <Badge tone="late">{M[fund.review]()}</Badge>;
  if (fund.credit_student_name && fund.free > 0 && fund.credit_has_left)
    return <Badge tone="late">{M.creditLeft(fund.credit_student_name)}</Badge>;
  if (fund.credit_student_name && fund.free > 0)
    return <Badge tone="wait">{M.creditOf(fund.credit_student_name)}</Badge>;
  return <Badge tone="good">{M.inFull()}</Badge>;
}
