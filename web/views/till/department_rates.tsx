/** How the department's schools collect without cash: rates, never a pupil's row. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Share } from "../../components/share";
import { Button, Card, Empty, Loaded } from "../../components/ui";
import { moment, schoolDay } from "../../format";
import { T } from "../../i18n/till";
import { D } from "../../i18n/till_books";
import { useQuery } from "../../query";
import { DepartmentPage } from "../department/frame";
import "./till.css";
import { percent } from "./board";
import { daysLater } from "./days";
import { Rest } from "./rest";

type Rates = Schemas["DepartmentBoard"];

export default function DepartmentRates() {
  const month = useSignal(`${schoolDay().slice(0, 7)}-01`);
  const [year, number] = month.value.split("-");
  return (
    <DepartmentPage here="/so/thu" title={T.rates()}>
      <p class="muted">{D.ratesLead()}</p>
      <fieldset class="till-chips">
        <legend class="sr-only">{D.month()}</legend>
        <Button
          icon="back"
          aria-label={D.earlier()}
          onClick={() => {
            month.value = `${daysLater(month.value, -1).slice(0, 7)}-01`;
          }}
        />
        <p class="till-month" aria-live="polite">
          {D.month()} {number}/{year}
        </p>
        <Button
          icon="next"
          aria-label={D.next()}
          onClick={() => {
            month.value = `${daysLater(month.value, 32).slice(0, 7)}-01`;
          }}
        />
      </fieldset>
      <Month key={month.value} month={month.value} />
    </DepartmentPage>
  );
}

function Month({ month }: { month: string }) {
  const page = (cursor?: string) =>
    of(api.GET("/v1/fees/boards/department", { params: { query: { month, cursor, limit: 100 } } }));
  const query = useQuery(`so-thu/${month}`, () => page());
  return (
    <Loaded query={query}>
      {(rates) =>
        rates.items.length === 0 ? (
          <Empty icon="chart" title={D.ratesNone()} />
        ) : (
          <>
            <Levels rates={rates} />
            <p class="muted small">{D.few()}</p>
            <Schools rates={rates} />
            <Rest query={query} found={rates} page={page} />
          </>
        )
      }
    </Loaded>
  );
}

function Levels({ rates }: { rates: Rates }) {
  return (
    <div class="till-cards">
      {rates.levels.map(({ level, target, share }) => (
        <Card key={level} aria-label={D[level]()}>
          <h2>{D[level]()}</h2>
          {share.online_families === null ? (
            <p class="muted">{D.few()}</p>
          ) : (
            <Share label={D.families()} part={share.online_families} whole={100} goal={target} />
          )}
          <p class="muted small">{target === null ? D.noTarget() : D.target(`${target}`)}</p>
        </Card>
      ))}
    </div>
  );
}

function Schools({ rates }: { rates: Rates }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section class="scroll-x card" data-scrolls tabIndex={0} aria-label={D.school()}>
      <table class="till-table">
        <thead>
          <tr>
            <th scope="col">{D.school()}</th>
            <th scope="col" class="number">
              {D.collected()}
            </th>
            <th scope="col" class="number">
              {D.families()}
            </th>
            <th scope="col" class="number">
              {D.value()}
            </th>
          </tr>
        </thead>
        <tbody>
          {rates.items.map((each) => (
            <tr key={each.school_id}>
              <th scope="row">
                {each.name}
                {each.counted_at && <span class="muted small"> {moment(each.counted_at)}</span>}
              </th>
              <td class="number">{percent(each.share.collected)}</td>
              <td class="number">{percent(each.share.online_families)}</td>
              <td class="number">{percent(each.share.online_value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
