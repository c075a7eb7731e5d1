/** A class today: who has been scanned, who has not, and what families say is wrong. */

import { computed, useSignal } from "@preact/signals";
import { all, api } from "../../api";
import { Icon } from "../../components/icons";
import { Avatar, Badge, Button, Card, Empty, Field, Loaded, Note, Page } from "../../components/ui";
import { clock, schoolDay } from "../../format";
import { L } from "../../i18n/classes";
import { C } from "../../i18n/common";
import { V } from "../../i18n/leave";
import { now } from "../../now";
import { useQuery } from "../../query";
import type { Parameters } from "../../router";
import "./classes.css";
import { ownClasses } from "./classes";
import { answersFor, Disputes } from "./disputes";
import { ClassLeave } from "./leave";
import { usePolling } from "./polling";
import { PupilDialog } from "./pupil";
import {
  counts,
  type Filter,
  PLACES,
  type Pupil,
  type Shift,
  shiftAt,
  shiftsHeld,
  shown,
  stateOf,
  told,
} from "./register";
import { placeName, scanWords, stateWords, toneOf } from "./words";

const EVERY_MS = 20_000;
const today = computed(() => schoolDay(now.value));

interface Day {
  pupils: Pupil[];
  shifts: Shift[];
}

function useDay(schoolId: number, classId: string) {
  const day = today.value;
  return useQuery<Day>(`lop/${schoolId}/${classId}/${day}`, async () => {
    const path = { school_id: schoolId };
    const [pupils, shifts] = await Promise.all([
      all((cursor) =>
        api.GET("/v1/schools/{school_id}/attendance/{day}", {
          params: { path: { ...path, day }, query: { class_id: classId, limit: 200, cursor } },
        }),
      ),
      all((cursor) =>
        api.GET("/v1/schools/{school_id}/shifts", {
          params: { path, query: { limit: 200, cursor } },
        }),
      ),
    ]);
    return { pupils, shifts };
  });
}

export default function ClassToday({ params }: { params: Parameters }) {
  const schoolId = Number(params.school);
  const classId = params.class ?? "";
  const query = useDay(schoolId, classId);
  usePolling(query, EVERY_MS);
  const name = query.data.value?.pupils[0]?.class_name;
  const hasOthers = ownClasses(schoolId)?.size !== 1;
  return (
    <Page
      title={name ? L.classOf(name) : L.classes()}
      back={hasOthers ? "/lop" : undefined}
      actions={
        <Button
          kind="quiet"
          icon="turn"
          aria-label={L.reload()}
          aria-busy={query.busy.value}
          onClick={() => void query.reload()}
        />
      }
    >
      <Disputes schoolId={schoolId} classId={classId} onAnswered={() => void query.reload()} />
      <ClassLeave schoolId={schoolId} classId={classId} onDecided={() => void query.reload()} />
      <Links schoolId={schoolId} classId={classId} />
      <Loaded query={query}>
        {(day) =>
          day.pupils.length === 0 ? (
            <Empty icon="people" title={L.noPupils()}>
              {L.noPupilsHint()}
            </Empty>
          ) : (
            <Pupils
              day={day}
              schoolId={schoolId}
              at={query.at.value}
              reload={() => query.reload()}
            />
          )
        }
      </Loaded>
    </Page>
  );
}

function Links({ schoolId, classId }: { schoolId: number; classId: string }) {
  const at = `/lop/${schoolId}/${classId}`;
  return (
    <nav class="class-links" aria-label={L.more()}>
      <a class="button" href={`${at}/so`}>
        <Icon name="book" />
        {L.toBook()}
      </a>
      {answersFor(schoolId, classId) && (
        <>
          <a class="button" href={`${at}/vang`}>
            <Icon name="call" />
            {L.callMissing()}
          </a>
          <a class="button" href={`${at}/don`}>
            <Icon name="file" />
            {V.requests()}
          </a>
        </>
      )}
    </nav>
  );
}

interface PupilsProps {
  day: Day;
  schoolId: number;
  at: number | null;
  reload: () => Promise<void>;
}

function Pupils({ day, schoolId, at, reload }: PupilsProps) {
  const chosen = useSignal<string | null>(null);
  const filter = useSignal<Filter>("all");
  const wanted = useSignal("");
  const opened = useSignal<string | null>(null);
  const held = shiftsHeld(day.pupils, day.shifts);
  const shift = held.find((each) => each.id === chosen.value) ?? shiftAt(held, Date.now());
  const list = shown(day.pupils, shift, filter.value, wanted.value);
  const pupil = day.pupils.find((each) => each.student_id === opened.value);
  const corrects = pupil && answersFor(schoolId, pupil.class_id);
  return (
    <>
      {at !== null && <p class="muted small">{L.asOf(clock(at))}</p>}
      {held.length > 1 && (
        <Shifts
          held={held}
          shift={shift}
          onChoose={(id) => {
            chosen.value = id;
          }}
        />
      )}
      {!shift && <Note tone="wait">{L.noShift()}</Note>}
      {shift && (
        <Filters
          pupils={day.pupils}
          shift={shift}
          filter={filter.value}
          onChoose={(state) => {
            filter.value = state;
          }}
        />
      )}
      <Field
        type="search"
        label={C.search()}
        value={wanted.value}
        onInput={(event) => {
          wanted.value = event.currentTarget.value;
        }}
      />
      <List
        pupils={list}
        shift={shift}
        filter={filter.value}
        isSearched={wanted.value.trim() !== ""}
        onOpen={(id) => {
          opened.value = id;
        }}
      />
      {pupil && (
        <PupilDialog
          pupil={pupil}
          state={stateOf(pupil, shift)}
          schoolId={schoolId}
          day={today.value}
          corrects={corrects ?? false}
          onMarked={reload}
          onClose={() => {
            opened.value = null;
          }}
        />
      )}
    </>
  );
}

interface ShiftsProps {
  held: readonly Shift[];
  shift: Shift | null;
  onChoose: (id: string) => void;
}

function Shifts({ held, shift, onChoose }: ShiftsProps) {
  return (
    <fieldset class="segments">
      <legend class="sr-only">{L.shift()}</legend>
      {held.map((each) => (
        <Button
          key={each.id}
          aria-pressed={each.id === shift?.id}
          onClick={() => onChoose(each.id)}
        >
          {each.name}
        </Button>
      ))}
    </fieldset>
  );
}

interface FiltersProps {
  pupils: readonly Pupil[];
  shift: Shift;
  filter: Filter;
  onChoose: (filter: Filter) => void;
}

/** One for each state that somebody is in; “not scanned” stays, to say that nobody is left. */
function Filters({ pupils, shift, filter, onChoose }: FiltersProps) {
  const found = counts(pupils, shift);
  const states = PLACES.filter((state) => found.has(state) || state === "not_scanned");
  const all: [Filter, string, number][] = [
    ["all", L.all(), pupils.length],
    ...states.map((state): [Filter, string, number] => [
      state,
      placeName(state),
      found.get(state) ?? 0,
    ]),
  ];
  return (
    <div class="class-chips">
      {all.map(([state, label, number]) => (
        <Button key={state} aria-pressed={filter === state} onClick={() => onChoose(state)}>
          {label} <span class="number">{number}</span>
        </Button>
      ))}
    </div>
  );
}

interface ListProps {
  pupils: readonly Pupil[];
  shift: Shift | null;
  filter: Filter;
  isSearched: boolean;
  onOpen: (studentId: string) => void;
}

function List({ pupils, shift, filter, isSearched, onOpen }: ListProps) {
  if (pupils.length === 0) {
    if (isSearched) return <Empty icon="search" title={L.nobodyFound()} />;
    if (filter === "not_scanned") return <Empty icon="check" title={L.everybodyScanned()} />;
    return <Empty icon="people" title={L.nobody()} />;
  }
  return (
    <Card>
      <ul class="plain-list">
        {pupils.map((pupil) => (
          <li key={pupil.student_id}>
            <Row pupil={pupil} shift={shift} onOpen={onOpen} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

interface RowProps {
  pupil: Pupil;
  shift: Shift | null;
  onOpen: (studentId: string) => void;
}

function Row({ pupil, shift, onOpen }: RowProps) {
  const state = stateOf(pupil, shift);
  const { arrival, departure, checking } = told(pupil, state);
  return (
    <button type="button" class="row class-pupil" onClick={() => onOpen(pupil.student_id)}>
      <Avatar name={pupil.name} url={pupil.photo_url} />
      <span class="grow">
        <strong>{pupil.name}</strong>
        {[arrival, departure].map(
          (scan) =>
            scan && (
              <span class="muted" key={scan.id}>
                {scanWords(scan)}
              </span>
            ),
        )}
      </span>
      {checking && <Badge tone="late">{L.beingChecked()}</Badge>}
      {state && <Badge tone={toneOf(state.state)}>{stateWords(state)}</Badge>}
    </button>
  );
}
