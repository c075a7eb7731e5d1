/** How the schools of the department keep their contact books: rates by school, nothing else. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { useSending } from "../../components/form";
import { Button, Card, Empty, Fault, Loaded } from "../../components/ui";
import { count, moment, schoolDay } from "../../format";
import { C } from "../../i18n/common";
import { W } from "../../i18n/desk_office";
import { useQuery } from "../../query";
import { DepartmentPage } from "../department/frame";
import "./desk.css";
import { WeekSwitch } from "./week_switch";
import { lengthWords, mondayOf } from "./weeks";

type Rates = Schemas["Rates"];
type Row = Schemas["DepartmentBook"]["items"][number];

const MOST = 100;

export default function DepartmentRates() {
  const week = useSignal(mondayOf(schoolDay()));
  return (
    <DepartmentPage here="/so/so-lien-lac" title={W.ratesTitle()}>
      <p class="muted">{W.ratesLead()}</p>
      <WeekSwitch week={week} />
      <OneWeek key={week.value} week={week.value} />
    </DepartmentPage>
  );
}

function pageOf(week: string, cursor?: string) {
  const query = { week, cursor, limit: MOST };
  return of(api.GET("/v1/contact-book/completeness", { params: { query } }));
}

function OneWeek({ week }: { week: string }) {
  const query = useQuery(`so-day-du/${week}`, () => pageOf(week));
  const more = useSending();
  return (
    <Loaded query={query}>
      {(found) =>
        found.items.length === 0 ? (
          <Empty icon="chart" title={W.noSchools()} />
        ) : (
          <>
            <Total rates={found.total} />
            <Schools rows={found.items} />
            {found.next_cursor && (
              <Button
                busy={more.busy.value}
                onClick={() =>
                  void more.run(async () => {
                    const next = await pageOf(week, found.next_cursor ?? undefined);
                    query.data.value = { ...next, items: [...found.items, ...next.items] };
                  })
                }
              >
                {C.more()}
              </Button>
            )}
            <Fault error={more.failure.value} />
          </>
        )
      }
    </Loaded>
  );
}

const COLUMNS = [
  ["lessons", W.lessons],
  ["homework", W.homework],
  ["remarks", W.remarks],
  ["care", W.care],
  ["replied_in_a_day", W.inTime],
  ["read", W.readShare],
  ["answered", W.acknowledged],
] as const;

/** Nothing, and too little to show it without showing people, look alike. */
function percent(share: number | null): string {
  return share === null ? "–" : `${share}%`;
}

function Total({ rates }: { rates: Rates }) {
  return (
    <Card aria-label={W.ratesTitle()}>
      <dl class="desk-figures">
        {COLUMNS.map(([key, name]) => (
          <div key={key}>
            <dt>{name()}</dt>
            <dd>{percent(rates[key])}</dd>
          </div>
        ))}
        <div>
          <dt>{W.median()}</dt>
          <dd>{lengthWords(rates.median_reply_min, count)}</dd>
        </div>
      </dl>
    </Card>
  );
}

function Schools({ rows }: { rows: readonly Row[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section class="scroll-x card" data-scrolls tabIndex={0} aria-label={W.school()}>
      <table class="week-table">
        <thead>
          <tr>
            <th scope="col">{W.school()}</th>
            {COLUMNS.map(([key, name]) => (
              <th key={key} scope="col" class="number">
                {name()}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((each) => (
            <tr key={each.school_id}>
              <th scope="row">
                {each.name}
                {each.counted_at && <span class="muted small"> {moment(each.counted_at)}</span>}
              </th>
              {COLUMNS.map(([key]) => (
                <td key={key} class="number">
                  {percent(each.rates[key])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
