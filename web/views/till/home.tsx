/** The first page of a school's money: the accountant's day, or the principal's board. */

import { api, of, type Schemas } from "../../api";
import { Icon, type IconName } from "../../components/icons";
import { Card, Loaded, Page } from "../../components/ui";
import { count, schoolDay } from "../../format";
import { T } from "../../i18n/till";
import { E } from "../../i18n/till_events";
import { dong } from "../../money";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { Rates } from "./board";
import { Days } from "./day_chart";
import { isAccountant, type Part, TillTiles, tillPath } from "./frame";
import { FundList } from "./funds";
import { Start } from "./start";

export type Board = Schemas["SchoolBoard"];

export default function Home({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const query = useQuery(`thu/${school}`, () =>
    of(api.GET("/v1/fees/boards", { params: { query: { school_id: school } } })),
  );
  return (
    <div class="office">
      <Page
        title={isAccountant() ? T.homeTitle() : T.results()}
        back={isAccountant() ? undefined : `/truong/${school}/hom-nay`}
        wide
      >
        <Loaded query={query}>
          {(board) => (
            <>
              {isAccountant() && !hasBegun(board) && <Start school={school} />}
              {hasBegun(board) && <Waits school={school} board={board} />}
              {hasBegun(board) && <Figures board={board} />}
              {isAccountant() ? (
                board.days.some((each) => each.funds > 0) && (
                  <div class="till-two">
                    <Days days={board.days} />
                    <Newest school={school} />
                  </div>
                )
              ) : (
                <>
                  <Rates board={board} />
                  <Days days={board.days} />
                </>
              )}
            </>
          )}
        </Loaded>
        <TillTiles school={school} />
      </Page>
    </div>
  );
}

/** On the first of August nothing is due this school year, and last year's matters go on. */
function hasBegun({ total, waiting, overdue, days }: Board): boolean {
  const isWaiting = Object.values(waiting).some((n) => n > 0);
  return (
    total.invoices > 0 || overdue.invoices > 0 || isWaiting || days.some((each) => each.funds > 0)
  );
}

function Waits({ school, board: { waiting } }: { school: number; board: Board }) {
  const all: (readonly [number, (n: string) => string, Part, IconName])[] = [
    [isAccountant() ? waiting.reviews - waiting.events : 0, T.waitReviews, "thu/tien-ve", "in"],
    [isAccountant() ? waiting.events : 0, E.waiting, "thu/bao-co", "bell"],
    [isAccountant() ? waiting.rows : 0, T.waitRows, "thu/sao-ke", "bank"],
    [waiting.refunds, T.waitRefunds, "thu/hoan-tien", "undo"],
    [waiting.cash, T.waitCash, "thu/tien-mat", "money"],
    [waiting.waivers, T.waitWaivers, "thu/mien-giam", "people"],
  ];
  const some = all.filter(([n]) => n > 0);
  return (
    <Card aria-label={T.waitTitle()}>
      <h2>{T.waitTitle()}</h2>
      {some.length === 0 && <p class="muted">{T.waitNone()}</p>}
      <ul class="plain-list">
        {some.map(([n, words, part, icon]) => (
          <li key={part}>
            <a class="row" href={tillPath(school, part)}>
              <Icon name={icon} />
              <strong class="grow">{words(count(n))}</strong>
              <Icon name="next" />
            </a>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Figures({ board: { today, overdue } }: { board: Board }) {
  return (
    <dl class="till-figures">
      <div>
        <dt>{T.todayIn()}</dt>
        <dd>
          {dong(today.amount)}
          <span class="small">
            {today.funds ? T.todayCount(count(today.funds)) : T.todayNone()}
          </span>
        </dd>
      </div>
      <div>
        <dt>{T.overdue()}</dt>
        <dd>
          {dong(overdue.amount)}
          <span class="small">{T.overdueCount(count(overdue.invoices))}</span>
        </dd>
      </div>
    </dl>
  );
}

const FEW = 6;

function Newest({ school }: { school: number }) {
  const day = schoolDay();
  const query = useQuery(
    `thu-moi/${school}/${day}`,
    () => of(api.GET("/v1/fees/funds", { params: { query: { school_id: school, limit: FEW } } })),
    { keeps: false },
  );
  return (
    <Card aria-label={T.newest()}>
      <h2>{T.newest()}</h2>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? <p class="muted">{T.todayNone()}</p> : <FundList funds={items} />
        }
      </Loaded>
      <a class="button till-start" href={`${tillPath(school, "thu/tien-ve")}?tat-ca`}>
        {T.showAll()}
      </a>
    </Card>
  );
}
