/** The principal's week: what was left empty in which class, and how fast families are answered. */

import { useSignal } from "@preact/signals";
import { api, of, type Schemas } from "../../api";
import { Card, Empty, Loaded, Note } from "../../components/ui";
import { count, schoolDay } from "../../format";
import { W } from "../../i18n/desk_office";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import { BookPage } from "./frame";
import { WeekSwitch } from "./week_switch";
import { lengthWords, mondayOf, shareOf } from "./weeks";

type Week = Schemas["Completeness"];
type ClassWeek = Week["classes"][number];

export default function CompletenessPage({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const week = useSignal(mondayOf(schoolDay()));
  return (
    <BookPage school={school} here="week" title={W.weekTitle()}>
      <p class="muted">{W.weekLead()}</p>
      <WeekSwitch week={week} />
      <OneWeek key={week.value} school={school} week={week.value} />
    </BookPage>
  );
}

function OneWeek({ school, week }: { school: number; week: string }) {
  const query = useQuery(`day-du/${school}/${week}`, () =>
    of(
      api.GET("/v1/schools/{school_id}/contact-book/completeness", {
        params: { path: { school_id: school }, query: { week } },
      }),
    ),
  );
  return (
    <Loaded query={query}>
      {(found) =>
        found.classes.length === 0 ? (
          <Empty icon="people" title={W.noClasses()} />
        ) : (
          <>
            <Figures week={found} />
            <EmptyNote classes={found.classes} />
            <Classes school={school} week={found} />
          </>
        )
      }
    </Loaded>
  );
}

function Figures({ week: { replies, ...sums } }: { week: Week }) {
  const share = (part: number, all: number) => percent(shareOf(part, all));
  const figures = [
    [W.median(), lengthWords(replies.median_min, count)],
    [W.inTime(), share(replies.within_a_day, replies.questions)],
    [W.waiting(), count(replies.waiting)],
    [W.readShare(), share(sums.read, sums.recipients)],
    [W.acknowledged(), share(sums.answered, sums.wanted)],
  ] as const;
  return (
    <Card aria-label={W.response()}>
      <dl class="desk-figures">
        {figures.map(([name, figure]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{figure}</dd>
          </div>
        ))}
      </dl>
      {replies.questions === 0 && <p class="muted small">{W.noThreads()}</p>}
    </Card>
  );
}

function isEmpty({ lessons, homework, remarks, care, announcements }: ClassWeek): boolean {
  return lessons + homework + remarks + (care ?? 0) + announcements === 0;
}

function EmptyNote({ classes }: { classes: readonly ClassWeek[] }) {
  const n = classes.filter((each) => each.school_days > 0 && isEmpty(each)).length;
  return n > 0 ? (
    <Note tone="late">{W.emptyClasses(count(n))}</Note>
  ) : (
    <Note tone="good">{W.noneEmpty()}</Note>
  );
}

const PARTS = ["lessons", "homework", "remarks", "care"] as const;

/** Those that lag behind first. */
function byFilled(classes: readonly ClassWeek[]): ClassWeek[] {
  const filled = (each: ClassWeek) => each.lessons + each.homework + each.remarks;
  return [...classes].sort(
    (a, b) => filled(a) - filled(b) || a.name.localeCompare(b.name, "vi", { numeric: true }),
  );
}

function Classes({ school, week }: { school: number; week: Week }) {
  const parts = PARTS.filter(
    (part) => part !== "care" || week.classes.some((each) => each.care !== null),
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section class="scroll-x card" data-scrolls tabIndex={0} aria-label={W.weekTitle()}>
      <table class="week-table">
        <thead>
          <tr>
            <th scope="col">{W.className()}</th>
            {parts.map((part) => (
              <th key={part} scope="col" class="number">
                {W[part]()}
              </th>
            ))}
            <th scope="col" class="number">
              {W.notices()}
            </th>
            <th scope="col" class="number">
              {W.acknowledged()}
            </th>
          </tr>
        </thead>
        <tbody>
          {byFilled(week.classes).map((each) => (
            <tr key={each.class_id}>
              <th scope="row">
                <a href={`/lop/${school}/${each.class_id}/so`}>{each.name}</a>
              </th>
              {parts.map((part) => (
                <Filled key={part} days={each[part]} of={each.school_days} />
              ))}
              <td class="number">{count(each.announcements)}</td>
              <td class="number">{percent(shareOf(each.answered, each.wanted))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function percent(share: number | null): string {
  return share === null ? "–" : `${share}%`;
}

function Filled({ days, of: all }: { days: number | null; of: number }) {
  if (days === null) return <td class="number">–</td>;
  const tone = days === 0 && all > 0 ? "week-none" : days < all ? "week-some" : "week-all";
  return <td class={`number ${tone}`}>{days === 0 && all > 0 ? W.empty() : W.days(days, all)}</td>;
}
