/** The own hours of a month: what the principal's sheet has of oneself. */

import { useSignal } from "@preact/signals";
import { api, of } from "../../api";
import { Empty, Loaded, Page } from "../../components/ui";
import { schoolDay } from "../../format";
import { hat } from "../../hats";
import { H } from "../../i18n/hours";
import { useQuery } from "../../query";
import "./hours.css";
import { DayCard, MonthPicker, Sums } from "./hours_parts";

export default function Hours() {
  const month = useSignal(schoolDay().slice(0, 7));
  return (
    <Page title={H.title()} back="/cham-cong">
      <MonthPicker month={month} />
      <MonthOf key={month.value} month={month.value} />
    </Page>
  );
}

function MonthOf({ month }: { month: string }) {
  const schoolId = hat.value?.schoolId ?? null;
  const query = useQuery(`gio-cong/${month}`, () =>
    of(api.GET("/v1/me/staff-hours", { params: { query: { month } } })),
  );
  return (
    <Loaded query={query}>
      {({ items }) => {
        const mine = items.find((each) => each.school_id === schoolId) ?? items[0];
        if (!mine?.days?.length) return <Empty icon="clock" title={H.none()} />;
        return (
          <>
            <Sums totals={mine.totals} />
            <ul class="hours-days">
              {[...mine.days].reverse().map((day) => (
                <li key={day.day}>
                  <DayCard day={day} />
                </li>
              ))}
            </ul>
            <p class="muted">{H.hint()}</p>
          </>
        );
      }}
    </Loaded>
  );
}
