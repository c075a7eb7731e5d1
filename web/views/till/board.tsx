/** How far the collecting is: all, by level beside the plan's target, by class. */

import { Share } from "../../components/share";
import { Card, Empty } from "../../components/ui";
import { count } from "../../format";
import { T } from "../../i18n/till";
import { D } from "../../i18n/till_books";
import { dong } from "../../money";
import type { Board } from "./home";

export function Rates({ board }: { board: Board }) {
  const { total } = board;
  if (total.invoices === 0) return <Empty icon="chart" title={D.boardNone()} />;
  return (
    <>
      <div class="till-cards">
        <Card>
          <Share label={D.collected()} part={total.collected} whole={total.charged} />
          <p class="till-pair small">
            <span>{D.outstanding()}</span>
            <span>{dong(total.outstanding)}</span>
          </p>
        </Card>
        <Card>
          <Share label={D.families()} part={total.online_payers} whole={total.payers} />
        </Card>
        <Card>
          <Share label={D.value()} part={total.online} whole={total.collected} />
        </Card>
      </div>
      <section class="stack-small" aria-label={D.levels()}>
        <h2>{D.levels()}</h2>
        <div class="till-cards">
          {board.levels.map((each) => (
            <Card key={each.level} aria-label={D[each.level]()}>
              <h3>{D[each.level]()}</h3>
              <Share
                label={D.families()}
                part={each.sums.online_payers}
                whole={each.sums.payers}
                goal={each.target}
              />
              <Share label={D.value()} part={each.sums.online} whole={each.sums.collected} />
              <p class="muted small">
                {each.target === null ? D.noTarget() : D.target(`${each.target}`)}
              </p>
            </Card>
          ))}
        </div>
      </section>
      <Classes board={board} />
    </>
  );
}

function Classes({ board }: { board: Board }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section class="scroll-x card" data-scrolls tabIndex={0} aria-label={D.classes()}>
      <table class="till-table">
        <thead>
          <tr>
            <th scope="col">{D.classes()}</th>
            <th scope="col" class="number">
              {D.bills()}
            </th>
            <th scope="col" class="number">
              {D.charged()}
            </th>
            <th scope="col" class="number">
              {D.collected()}
            </th>
            <th scope="col" class="number">
              {D.families()}
            </th>
          </tr>
        </thead>
        <tbody>
          {board.classes.map(({ class_id, class_name, sums, share }) => (
            <tr key={class_id ?? ""}>
              <th scope="row">{class_name ?? T.noClass()}</th>
              <td class="number">
                {count(sums.invoices_paid)}/{count(sums.invoices)}
              </td>
              <td class="number">{dong(sums.charged)}</td>
              <td class="number">
                {dong(sums.collected)} ({percent(share.collected)})
              </td>
              <td class="number">{percent(share.online_families)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Of nothing, and of too few to be told, there is none. */
export function percent(share: number | null): string {
  return share === null ? "–" : `${share}%`;
}
