/** A child: today on top, then the days before; what is wrong can be said. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, of } from "../../api";
import { useSending } from "../../components/form";
import { Icon } from "../../components/icons";
import { later } from "../../components/later";
import { Avatar, Button, Card, Empty, Fault, Loaded, Page } from "../../components/ui";
import { schoolDay } from "../../format";
import { hat } from "../../hats";
import { D } from "../../i18n/child";
import { C } from "../../i18n/common";
import { onItem, onReset } from "../../live";
import { type Query, useQuery } from "../../query";
import { type Parameters, place } from "../../router";
import { AbsentActions, isMissed } from "./absent";
import { type About, type Dispute, useDisputes } from "./disputes";
import { type Today, useToday } from "./family";
import { Fresh } from "./fresh";
import { type Kin, kin } from "./kin";
import { LostCard } from "./lost_card";
import { StateBlock, UnknownBlock } from "./state_block";
import { type Day, DayCard, DayDetails } from "./timeline";
import "./parent.css";

const DisputeForm = later(() => import("./dispute_form"));
const Closures = later(() => import("./closed_today"));

const DAY_MS = 24 * 3600 * 1000;
/** As far back as the school looks at what is said to be wrong. */
const OLDEST_DAYS = 92;
const FIRST_DAYS = 30;
const CHANGES_DAYS: ReadonlySet<string> = new Set([
  "correction",
  "dispute_answered",
  "leave_decided",
]);

export default function ChildPage({ params }: { params: Parameters }) {
  const who = kin(params.student ?? "");
  if (!who) {
    return (
      <Page title={C.notYours()} back="/">
        <Empty icon="person" title={C.notYours()}>
          <a class="button" href="/">
            {C.home()}
          </a>
        </Empty>
      </Page>
    );
  }
  return <Child key={who.student_id} who={who} />;
}

async function daysOf(studentId: string, from: number, to: number): Promise<Day[]> {
  const now = Date.now();
  const query = { from: schoolDay(now - from * DAY_MS), to: schoolDay(now - to * DAY_MS) };
  const params = { path: { student_id: studentId }, query };
  return (await of(api.GET("/v1/students/{student_id}/attendance", { params }))).items;
}

function useDays(studentId: string): Query<Day[]> {
  const query = useQuery(`days/${studentId}`, () => daysOf(studentId, FIRST_DAYS, 1));
  useEffect(() => {
    // What is told may be about an earlier day: a correction, a phone that was offline.
    const again = () => void query.reload();
    const stops = [
      onItem((item) => CHANGES_DAYS.has(item.kind) && again()),
      onReset((seq) => seq === null && again()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [query]);
  return query;
}

/** An alert elsewhere leads here with the day that is wrong. */
function aboutAsked(): About | null {
  const day = place.peek().query.get("sai");
  return day && /^\d{4}-\d\d-\d\d$/.test(day) ? { day, scan: null } : null;
}

function Child({ who }: { who: Kin }) {
  const family = useToday();
  const days = useDays(who.student_id);
  const disputes = useDisputes(who.student_id);
  const about = useSignal<About | null>(aboutAsked());
  const onWrong = (what: About) => {
    about.value = what;
  };
  const said = disputes.data.value ?? [];
  const isFetched = family.data.value?.items.some(
    (each) => each.student_id === who.student_id && each.is_fetched,
  );
  return (
    <Page
      title={who.name}
      {...(who.isSelf ? {} : { back: hat.value?.role === "guardian" ? "/" : "/tin" })}
    >
      <Fresh query={family} />
      <TodayCard who={who} query={family} disputes={said} onWrong={onWrong} />
      <nav class="child-links" aria-label={who.name}>
        <a class="button main" href={`/con/${who.student_id}/ma`}>
          <Icon name="phone" />
          {who.isSelf ? D.ownCode() : D.childCode()}
        </a>
        {!who.isSelf && (
          <a class="button" href={`/con/${who.student_id}/xin-nghi`}>
            <Icon name="file" />
            {D.askLeave()}
          </a>
        )}
        {!who.isSelf && (
          <a class="button" href={`/con/${who.student_id}/so`}>
            <Icon name="book" />
            {C.book()}
          </a>
        )}
        <LostCard who={who} />
        {isFetched && !who.isSelf && (
          <a class="button" href={`/con/${who.student_id}/don`}>
            <Icon name="people" />
            {D.pickups()}
          </a>
        )}
      </nav>
      <div>
        <h2>{D.days()}</h2>
        <p class="flag-hint">
          <Icon name="flag" />
          {D.flagHint()}
        </p>
      </div>
      <Loaded query={days}>
        {(found) => <Days who={who} first={found} disputes={said} onWrong={onWrong} />}
      </Loaded>
      <Button icon="flag" onClick={() => onWrong({ day: null, scan: null })}>
        {D.wrongDay()}
      </Button>
      {about.value && (
        <DisputeForm
          studentId={who.student_id}
          about={about.value}
          onClose={() => {
            about.value = null;
          }}
          onSent={(dispute) => {
            disputes.data.value = [dispute, ...(disputes.data.peek() ?? [])];
            about.value = null;
          }}
        />
      )}
    </Page>
  );
}

interface Shown {
  who: Kin;
  disputes: readonly Dispute[];
  onWrong: (about: About) => void;
}

function TodayCard({ who, query, disputes, onWrong }: Shown & { query: Today }) {
  const found = query.data.value;
  const day = found?.items.find((each) => each.student_id === who.student_id) ?? null;
  const isOld = query.isOld.value;
  const place = [day?.class_name ?? who.class_name, who.school_name];
  return (
    <Card>
      <div class="who">
        <Avatar name={who.name} url={day?.photo_url ?? who.photo_url} />
        <span class="grow">
          <strong>{C.today()}</strong>
          <span class="muted">{place.filter(Boolean).join(" · ")}</span>
        </span>
      </div>
      {isOld ? <UnknownBlock /> : <StateBlock day={day} />}
      {day?.shifts.length === 0 && <Closures schoolId={who.school_id} />}
      {found && !isOld && isMissed(day) && (
        <AbsentActions
          studentId={who.student_id}
          day={found.day}
          onWrong={() => onWrong({ day: found.day, scan: null })}
        />
      )}
      {found && day && !isOld && (
        <DayDetails day={{ ...day, day: found.day }} disputes={disputes} onWrong={onWrong} />
      )}
      {found === null && <Fault error={query.failure.value} retry={() => void query.reload()} />}
    </Card>
  );
}

function Days({ who, first, disputes, onWrong }: Shown & { first: readonly Day[] }) {
  const older = useSignal<Day[]>([]);
  const isAll = useSignal(false);
  const sending = useSending();
  async function more(): Promise<void> {
    older.value = await daysOf(who.student_id, OLDEST_DAYS, FIRST_DAYS + 1);
    isAll.value = true;
  }
  const days = [...first, ...older.value];
  return (
    <>
      {days.length === 0 && <p class="muted">{D.noDays()}</p>}
      <ul class="days">
        {days.map((day) => (
          <DayCard key={day.day} day={day} disputes={disputes} onWrong={onWrong} />
        ))}
      </ul>
      <Fault error={sending.failure.value} />
      {isAll.value ? (
        <p class="muted centered">{D.oldest()}</p>
      ) : (
        <Button busy={sending.busy.value} onClick={() => void sending.run(more)}>
          {D.older()}
        </Button>
      )}
    </>
  );
}
