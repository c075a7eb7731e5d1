/** Scans that are uncertain: obvious groups at once, the others one by one or chosen. */

import { type Signal, useSignal } from "@preact/signals";
import { Avatar, Badge, Button, Card, Empty, Loaded, Note } from "../../components/ui";
import { count, dayFromToday } from "../../format";
import { R } from "../../i18n/reviews";
import { type Query, useQuery } from "../../query";
import type { Parameters } from "../../router";
import { DailyPage } from "./frame";
import { ReviewFilters } from "./review_filters";
import {
  type Filter,
  figuresOf,
  type Group,
  groupWords,
  keyOf,
  otherWords,
  type Review,
  reasonName,
  reviewsOf,
  type Summary,
  scanWords,
  stillThere,
  summaryOf,
  UNFILTERED,
} from "./reviews_model";
import { type Asked, VerdictDialog } from "./verdict";

export default function Reviews({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const filter = useSignal<Filter>(UNFILTERED);
  const asked = useSignal<Asked | null>(null);
  const said = useSignal("");
  const summary = useQuery(`can-xem/${school}`, () => summaryOf(school), { keeps: false });
  const list = useQuery(
    `can-xem/${school}/${keyOf(filter.value)}`,
    () => reviewsOf(school, filter.value),
    { keeps: false },
  );
  return (
    <DailyPage school={school} here="can-xem" title={R.title()}>
      {said.value && <Note tone="good">{said.value}</Note>}
      <Loaded query={summary}>
        {(found) =>
          found.total === 0 ? (
            <Empty icon="check" title={R.none()}>
              {R.noneHint()}
            </Empty>
          ) : (
            <>
              <p class="strong">
                {R.total(
                  count(found.total),
                  found.oldest_day ? dayFromToday(found.oldest_day) : "",
                )}
              </p>
              <Groups groups={found.groups} asked={asked} />
              <List
                key={keyOf(filter.value)}
                summary={found}
                filter={filter}
                query={list}
                asked={asked}
              />
            </>
          )
        }
      </Loaded>
      {asked.value && (
        <VerdictDialog
          school={school}
          asked={asked.value}
          onDecided={async (decided) => {
            said.value = R.decided(count(decided));
            await summary.reload();
            const after = summary.data.peek();
            const before = filter.peek();
            if (after) filter.value = stillThere(before, after);
            // Another list is asked for by itself.
            if (keyOf(filter.peek()) === keyOf(before)) await list.reload();
          }}
          onClose={() => {
            asked.value = null;
          }}
        />
      )}
    </DailyPage>
  );
}

interface AskProps {
  eventIds: readonly string[];
  asked: Signal<Asked | null>;
  /** How many, where that is not said beside. */
  n?: string;
  /** Who it is about, for screen readers. */
  of?: string;
}

function Verdicts({ eventIds, asked, n, of }: AskProps) {
  const ask = (verdict: Asked["verdict"]) => {
    asked.value = { verdict, eventIds };
  };
  const disabled = eventIds.length === 0;
  const more = of ? `: ${of}` : "";
  return (
    <div class="across end">
      <Button
        kind="danger"
        disabled={disabled}
        aria-label={n ? undefined : R.reject() + more}
        onClick={() => ask("reject")}
      >
        {n ? R.rejectN(n) : R.reject()}
      </Button>
      <Button
        kind={n ? "main" : "plain"}
        disabled={disabled}
        aria-label={n ? undefined : R.confirm() + more}
        onClick={() => ask("confirm")}
      >
        {n ? R.confirmN(n) : R.confirm()}
      </Button>
    </div>
  );
}

function Groups({ groups, asked }: { groups: readonly Group[]; asked: Signal<Asked | null> }) {
  if (groups.length === 0) return null;
  return (
    <section class="stack">
      <h2>{R.groups()}</h2>
      <p class="muted">{R.groupsHint()}</p>
      <ul class="daily-cards">
        {groups.map((group) => {
          const key = [group.reason, group.day, group.is_morning, group.device_id].join();
          return (
            <li key={key + group.station_id}>
              <Card>
                <div class="across">
                  <h3 class="grow">{R.group(count(group.count), count(group.people))}</h3>
                  <Badge tone="late">{reasonName(group.reason)}</Badge>
                </div>
                <p>{groupWords(group)}</p>
                {figuresOf(group) && <p class="muted">{figuresOf(group)}</p>}
                {group.event_ids.length < group.count && (
                  <p class="muted small">{R.groupPart(count(group.event_ids.length))}</p>
                )}
                <Verdicts
                  eventIds={group.event_ids}
                  asked={asked}
                  n={count(group.event_ids.length)}
                />
              </Card>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

interface ListProps {
  summary: Summary;
  filter: Signal<Filter>;
  query: Query<Review[]>;
  asked: Signal<Asked | null>;
}

function List({ summary, filter, query, asked }: ListProps) {
  const chosen = useSignal<ReadonlySet<string>>(new Set());
  return (
    <section class="stack">
      <h2>{R.each()}</h2>
      <ReviewFilters summary={summary} filter={filter} />
      <Loaded query={query}>
        {(reviews) => {
          const mine = reviews.filter((each) => each.may_decide);
          const picked = mine.filter((each) => chosen.value.has(each.event_id));
          return (
            <>
              <label class="choice">
                <input
                  type="checkbox"
                  checked={picked.length > 0 && picked.length === mine.length}
                  onChange={(event) => {
                    const ids = event.currentTarget.checked ? mine : [];
                    chosen.value = new Set(ids.map((each) => each.event_id));
                  }}
                />
                <strong>{R.pickAll(count(mine.length))}</strong>
              </label>
              {picked.length > 0 && (
                <Verdicts
                  eventIds={picked.map((each) => each.event_id)}
                  asked={asked}
                  n={count(picked.length)}
                />
              )}
              <ul class="daily-cards">
                {reviews.map((each) => (
                  <li key={each.event_id}>
                    <One review={each} chosen={chosen} asked={asked} />
                  </li>
                ))}
              </ul>
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

interface OneProps {
  review: Review;
  chosen: Signal<ReadonlySet<string>>;
  asked: Signal<Asked | null>;
}

function One({ review, chosen, asked }: OneProps) {
  const name = [review.person_name, review.class_name].filter(Boolean).join(" · ");
  return (
    <Card aria-label={review.person_name}>
      <div class="across review-head">
        <Avatar name={review.person_name} url={review.photo_url} />
        <strong class="grow">{name}</strong>
        {review.may_decide && (
          <label class="choice">
            <span class="sr-only">{R.pick(review.person_name)}</span>
            <input
              type="checkbox"
              checked={chosen.value.has(review.event_id)}
              onChange={(event) => {
                const after = new Set(chosen.peek());
                if (event.currentTarget.checked) after.add(review.event_id);
                else after.delete(review.event_id);
                chosen.value = after;
              }}
            />
          </label>
        )}
      </div>
      <p>{scanWords(review)}</p>
      <ul class="held-why">
        {review.words.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
      {review.other && <p class="muted">{otherWords(review)}</p>}
      {review.note && <p class="muted">{R.note(review.note)}</p>}
      {review.may_decide ? (
        <Verdicts eventIds={[review.event_id]} asked={asked} of={review.person_name} />
      ) : (
        <p class="muted">{R.own()}</p>
      )}
    </Card>
  );
}
