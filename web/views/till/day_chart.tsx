/** Money by day: a chart, the sentence that says it, and the numbers themselves. */

import type { Schemas } from "../../api";
import { Card } from "../../components/ui";
import { count } from "../../format";
import { T } from "../../i18n/till";
import { dong } from "../../money";
import { Chart } from "./chart";
import { dayMonth } from "./days";

type Day = Schemas["DayIn"];

/** Nothing at all until money has come. */
export function Days({ days }: { days: readonly Day[] }) {
  const sum = days.reduce((all, each) => all + each.amount, 0);
  if (sum === 0) return null;
  const most = days.reduce((best, each) => (each.amount > best.amount ? each : best));
  return (
    <Card aria-label={T.dayChart()}>
      <h2>{T.dayChart()}</h2>
      <Chart
        names={days.map((each) => dayMonth(each.day))}
        values={days.map((each) => each.amount)}
      />
      <p class="small">
        {T.chartSaid(dong(sum), count(days.length), dong(most.amount), dayMonth(most.day))}
      </p>
      <details>
        <summary>{T.dayTable()}</summary>
        <ul class="plain-list">
          {days
            .filter((each) => each.funds > 0)
            .map((each) => (
              <li key={each.day} class="till-pair">
                <span>
                  {dayMonth(each.day)} · {T.todayCount(count(each.funds))}
                </span>
                <span>{dong(each.amount)}</span>
              </li>
            ))}
        </ul>
      </details>
    </Card>
  );
}
