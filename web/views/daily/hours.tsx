/** The staff's month: a table at a desk, rows on a phone, each with its days behind it. */

import { useSignal } from "@preact/signals";
import { all, api, download, type Schemas } from "../../api";
import { useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { Badge, Button, Empty, Fault, Loaded } from "../../components/ui";
import { count, schoolDay } from "../../format";
import { G } from "../../i18n/staff_hours";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { useMedia } from "../board/media";
import { MonthPicker } from "../checkin/hours_parts";
import { hoursWords, leaveDays } from "../checkin/months";
import { DailyPage, dailyPath } from "./frame";

type Month = Schemas["StaffMonth"];

const SHEET = (school: number, month: string) =>
  `/v1/schools/${school}/staff-hours.xlsx?month=${month}`;

export default function Hours({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const month = useSignal(schoolDay().slice(0, 7));
  const sending = useSending();
  const get = () =>
    sending.run(() => download(SHEET(school, month.peek()), `gio-lam-viec-${month.peek()}.xlsx`));
  return (
    <DailyPage
      school={school}
      here="gio-cong"
      title={G.title()}
      actions={
        <Button icon="file" busy={sending.busy.value} onClick={() => void get()}>
          {G.sheet()}
        </Button>
      }
    >
      <Fault error={sending.failure.value} />
      <p class="muted">{G.lead()}</p>
      <MonthPicker month={month} />
      <MonthOf key={month.value} school={school} month={month.value} />
    </DailyPage>
  );
}

function MonthOf({ school, month }: { school: number; month: string }) {
  const isWide = useMedia("(min-width: 60rem)");
  const query = useQuery(
    `gio-cong/${school}/${month}`,
    () =>
      all((cursor) =>
        api.GET("/v1/schools/{school_id}/staff-hours", {
          params: { path: { school_id: school }, query: { month, cursor, limit: 100 } },
        }),
      ),
    { keeps: false },
  );
  const to = ({ staff_id }: Month) => `${dailyPath(school, "gio-cong")}/${staff_id}/${month}`;
  return (
    <Loaded query={query}>
      {(months) =>
        months.length === 0 ? (
          <Empty icon="people" title={G.none()}>
            {G.noneHint()}
          </Empty>
        ) : isWide.value ? (
          <Table months={months} to={to} />
        ) : (
          <List months={months} to={to} />
        )
      }
    </Loaded>
  );
}

interface MonthsProps {
  months: readonly Month[];
  to: (month: Month) => string;
}

function Table({ months, to }: MonthsProps) {
  const heads = [G.days(), G.hours(), G.late(), G.leave(), G.missed(), G.forgotten()];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys too
    <section class="card scroll-x" data-scrolls tabIndex={0} aria-label={G.title()}>
      <table>
        <thead>
          <tr>
            <th scope="col">{G.name()}</th>
            {heads.map((each) => (
              <th key={each} scope="col" class="number">
                {each}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {months.map((each) => (
            <tr key={each.staff_id}>
              <th scope="row">
                <a class="hours-of" href={to(each)}>
                  {each.name}
                </a>
              </th>
              {cellsOf(each.totals).map((cell, n) => (
                <td key={heads[n]} class="number">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function cellsOf(totals: Month["totals"]): string[] {
  return [
    count(totals.days),
    hoursWords(totals.minutes),
    totals.late_count ? G.lateShort(totals.late_count, totals.late_minutes) : "0",
    count(leaveDays(totals)),
    count(totals.missed),
    count(totals.forgotten),
  ];
}

function List({ months, to }: MonthsProps) {
  return (
    <ul class="plain-list">
      {months.map((each) => {
        const { days, minutes, late_count: late, missed, forgotten } = each.totals;
        return (
          <li key={each.staff_id}>
            <a class="row" href={to(each)}>
              <span class="grow">
                <strong>{each.name}</strong>
                <span class="muted">{G.line(count(days), hoursWords(minutes))}</span>
                <span class="across">
                  {late > 0 && <Badge tone="late">{G.lateBadge(late)}</Badge>}
                  {missed > 0 && <Badge tone="bad">{G.missedBadge(count(missed))}</Badge>}
                  {forgotten > 0 && <Badge tone="wait">{G.forgotBadge(count(forgotten))}</Badge>}
                </span>
              </span>
              <Icon name="next" />
            </a>
          </li>
        );
      })}
    </ul>
  );
}
