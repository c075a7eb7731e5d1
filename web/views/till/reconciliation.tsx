/** One reconciliation: each difference by its name, and where it is put right. */

import { api, of } from "../../api";
import { Card, Empty, Loaded } from "../../components/ui";
import { moment } from "../../format";
import { T } from "../../i18n/till";
import { K } from "../../i18n/till_books";
import { dong } from "../../money";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { dayShort } from "./days";
import { isAccountant, TillPage, tillPath } from "./frame";
import { type Run, RunBadge } from "./reconciliations";

type Difference = Run["differences"][number];

export default function ReconciliationPage({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const id = params.id ?? "";
  const query = useQuery(
    `thu-doi/${id}`,
    () =>
      of(
        api.GET("/v1/fees/reconciliations/{reconciliation_id}", {
          params: { path: { reconciliation_id: id }, query: { school_id: school } },
        }),
      ),
    { keeps: false },
  );
  const run = query.data.value;
  return (
    <TillPage
      school={school}
      here="thu/doi-chieu"
      title={run ? `${dayShort(run.from_day)} – ${dayShort(run.to_day)}` : T.matching()}
      back={tillPath(school, "thu/doi-chieu")}
    >
      <Loaded query={query}>
        {(found) => (
          <>
            <p class="across">
              <RunBadge run={found} />
              <span class="muted">
                {found.run_by_name} · {moment(found.run_at)}
              </span>
            </p>
            {found.differences.length === 0 ? (
              <Empty icon="check" title={K.recFine()} />
            ) : (
              <Card>
                <ul class="plain-list">
                  {found.differences.map((each) => (
                    <li key={Object.values(each).join("/")}>
                      <One school={school} difference={each} />
                    </li>
                  ))}
                </ul>
              </Card>
            )}
            {found.explained.length > 0 && (
              <Card>
                <h2>{K.recExplained()}</h2>
                <ul class="plain-list">
                  {found.explained.map((each) => (
                    <li key={each.fund_id}>
                      <One school={school} difference={each} />
                    </li>
                  ))}
                </ul>
              </Card>
            )}
          </>
        )}
      </Loaded>
    </TillPage>
  );
}

/** Where it is looked into; null: outside of here. */
function wayOf(school: number, each: Difference): { href: string; words: string } | null {
  if (each.fund_id)
    return { href: tillPath(school, "thu/tien-ve", each.fund_id), words: K.adviceFund() };
  if (each.refund_id) return { href: tillPath(school, "thu/hoan-tien"), words: K.adviceRefund() };
  if (each.kind === "day_without_statement")
    return { href: tillPath(school, "thu/sao-ke"), words: K.adviceStatement() };
  if (each.statement_id)
    return { href: tillPath(school, "thu/sao-ke", each.statement_id), words: K.adviceRow() };
  return null;
}

function One({ school, difference }: { school: number; difference: Difference }) {
  const way = wayOf(school, difference);
  const outside = difference.kind === "ledger_differs" ? K.adviceLedger() : K.adviceBank();
  return (
    <div class="row">
      <span class="grow">
        <strong>{K[difference.kind]()}</strong>
        <span class="muted small">
          {[difference.day && dayShort(difference.day), difference.bank_ref]
            .filter(Boolean)
            .join(" · ")}
        </span>
        {way && isAccountant() ? (
          <a class="small" href={way.href}>
            {way.words}
          </a>
        ) : (
          !way && <span class="small">{outside}</span>
        )}
      </span>
      <span class="till-money small">
        {difference.bank !== null && (
          <>
            {K.bank()}: {dong(difference.bank)}
            <br />
          </>
        )}
        {difference.books !== null && (
          <>
            {K.books()}: {dong(difference.books)}
          </>
        )}
      </span>
    </div>
  );
}
