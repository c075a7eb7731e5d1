/** A class's day in the contact book: taught, set, said; sent to all families in one request. */

import { type Signal, useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useSending } from "../../components/form";
import { Button, Empty, Fault, Loaded, Note, Page } from "../../components/ui";
import { Refusal } from "../../failure";
import { schoolDay } from "../../format";
import { Y } from "../../i18n/class_day";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import "./class_day.css";
import { dayOf, forget, keep, kept, phrasesOf, sendDay } from "./day_api";
import { CareForAll } from "./day_care";
import {
  type ClassDay,
  type Counts,
  countsOf,
  type Draft,
  draftOf,
  type Faults,
  faultsOf,
  type Phrase,
  renewed,
} from "./day_draft";
import { Homework, Lessons } from "./day_lessons";
import { Remarks } from "./day_remarks";
import "./desk.css";
import { DaySwitch } from "./day_switch";
import { bookPath } from "./frame";

export default function ClassDayPage({ params }: { params: Parameters }) {
  const school = Number(params.school);
  const classId = params.class ?? "";
  const day = params.day ?? schoolDay();
  return <OneDay key={`${classId}/${day}`} school={school} classId={classId} day={day} />;
}

interface DayProps {
  school: number;
  classId: string;
  day: string;
}

function OneDay({ school, classId, day }: DayProps) {
  const query = useQuery(`so/${school}/${classId}/${day}`, () => dayOf(classId, day), {
    keeps: false,
  });
  const phrases = useQuery(`cau/${school}`, () => phrasesOf(school));
  const name = query.data.value?.class_name;
  const said = useSignal("");
  return (
    <Page title={name ? Y.title(name) : Y.titlePlain()} back={bookPath(school)} wide>
      <DaySwitch school={school} classId={classId} day={day} />
      {said.value && <Note tone="good">{said.value}</Note>}
      <Loaded query={query}>
        {(found) => (
          <Writing
            school={school}
            day={found}
            phrases={phrases.data.value ?? []}
            onSent={(after) => {
              said.value = Y.saved();
              query.data.value = after;
              window.scrollTo(0, 0);
            }}
            onChanged={() => query.reload()}
            onRead={(now) => {
              query.data.value = now;
            }}
          />
        )}
      </Loaded>
    </Page>
  );
}

interface WritingProps {
  school: number;
  day: ClassDay;
  phrases: readonly Phrase[];
  onSent: (after: ClassDay) => void;
  onChanged: () => Promise<void>;
  onRead: (now: ClassDay) => void;
}

function Writing({ school, day, phrases, onSent, onChanged, onRead }: WritingProps) {
  const draft = useSignal<Draft>(draftOf(day));
  const isKept = useKept(day, draft);
  const isChecked = useSignal(false);
  const isBusy = useSignal(false);
  const faults = useComputed<Faults>(() => (isChecked.value ? faultsOf(draft.value, day) : {}));
  if (day.pupils.length === 0) return <Empty icon="people" title={Y.noPupils()} />;
  const put = (changed: Partial<Draft>) => {
    draft.value = { ...draft.peek(), ...changed };
  };
  const shared = { school, day, draft, put, faults: faults.value };
  return (
    <>
      {!day.may_write && <Note tone="wait">{Y.tooOld()}</Note>}
      {day.may_write && !day.is_told && <Note tone="wait">{Y.notTold()}</Note>}
      {isKept.value && (
        <Note tone="wait">
          <p>{Y.unsaved()}</p>
          <Button
            onClick={() => {
              draft.value = draftOf(day);
              isKept.value = false;
              void forget(day);
            }}
          >
            {Y.discard()}
          </Button>
        </Note>
      )}
      <div class="desk-columns">
        <div class="stack">
          <Lessons {...shared} />
          <Homework {...shared} isBusy={isBusy} onChanged={onChanged} />
          {day.has_care && <CareForAll {...shared} />}
        </div>
        <Remarks {...shared} phrases={phrases} onChanged={onChanged} />
      </div>
      {day.may_write && (
        <SaveBar
          day={day}
          draft={draft}
          isWaiting={isBusy.value}
          check={() => {
            isChecked.value = true;
            return Object.keys(faultsOf(draft.peek(), day)).length === 0;
          }}
          onSend={async () => {
            const after = await sendDay(day, draft.peek());
            await forget(day);
            isKept.value = false;
            onSent(after);
            draft.value = draftOf(after);
          }}
          onLoadAnew={async () => {
            const now = await dayOf(day.class_id, day.day);
            draft.value = renewed(draft.peek(), now, true);
            onRead(now);
          }}
        />
      )}
    </>
  );
}

/** What was typed outlives a dead battery. True: something of before is shown again. */
function useKept(day: ClassDay, draft: Signal<Draft>): Signal<boolean> {
  const isKept = useSignal(false);
  const now = draft.value;
  useEffect(() => {
    let isWanted = true;
    void kept(day).then((found) => {
      if (!found || !isWanted || !isNothing(countsOf(draft.peek(), day))) return;
      const onIt = renewed(found, day, false);
      if (isNothing(countsOf(onIt, day))) return;
      draft.value = onIt;
      isKept.value = true;
    });
    return () => {
      isWanted = false;
    };
  }, [day, draft, isKept]);
  const hasKept = useRef(false);
  useEffect(() => {
    const isEmpty = isNothing(countsOf(now, day));
    if (isEmpty && !hasKept.current) return;
    hasKept.current = !isEmpty;
    void (isEmpty ? forget(day) : keep(day, now));
  }, [now, day]);
  return isKept;
}

function isNothing({ lessons, homework, remarks, hasCare }: Counts): boolean {
  return lessons + homework + remarks === 0 && !hasCare;
}

function countsWords({ lessons, homework, remarks, hasCare }: Counts): string {
  const words = Y.summary(lessons, homework, remarks);
  return hasCare ? `${words}, ${Y.care().toLowerCase()}` : words;
}

interface BarProps {
  day: ClassDay;
  draft: Signal<Draft>;
  isWaiting: boolean;
  check: () => boolean;
  onSend: () => Promise<void>;
  onLoadAnew: () => Promise<void>;
}

function SaveBar({ day, draft, isWaiting, check, onSend, onLoadAnew }: BarProps) {
  const sending = useSending();
  const failure = sending.failure.value;
  const counts = countsOf(draft.value, day);
  return (
    <div class="desk-bar">
      <p class="grow small" aria-live="polite">
        {isNothing(counts) ? Y.nothing() : countsWords(counts)}
      </p>
      <Button
        kind="main"
        busy={sending.busy.value}
        disabled={isWaiting}
        onClick={() => {
          if (check()) void sending.run(onSend);
          else
            setTimeout(() => document.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
        }}
      >
        {Y.save()}
      </Button>
      <Fault error={failure} />
      {failure instanceof Refusal && failure.type === "changed-since" && (
        <Button onClick={() => void sending.run(onLoadAnew)}>{Y.loadAnew()}</Button>
      )}
    </div>
  );
}
