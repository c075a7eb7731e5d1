/** The big words: what is known of a child's day, by picture, colour and words alike. */

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "../../components/icons";
import { Badge } from "../../components/ui";
import { clock } from "../../format";
import { C } from "../../i18n/common";
import { P } from "../../i18n/parent";
import {
  type Known,
  type Scan,
  type Shift,
  type Standing,
  shiftsToTell,
  standingOf,
} from "./standing";

type Tone = "good" | "late" | "bad" | "wait" | "plain";

interface Said {
  tone: Tone;
  icon: IconName;
  words: string;
  time?: string;
  more?: string | null;
}

const STATES = {
  not_scanned: C.stateNotScanned,
  present: C.statePresent,
  late: C.stateLate,
  absent_excused: C.stateExcused,
  absent_unexcused: C.stateUnexcused,
  left_early: C.stateLeftEarly,
} as const;

export function shiftWords({ state, late_minutes, on_leave }: Shift): string {
  if (state === "not_scanned" && on_leave) return P.onLeave();
  return state === "late" && late_minutes ? P.late(late_minutes) : STATES[state]();
}

export function shiftTone({ state }: Shift): Tone {
  if (state === "late" || state === "left_early") return "late";
  if (state === "absent_unexcused") return "bad";
  return state === "present" ? "good" : "plain";
}

/** The gate, or who noted it where no card was scanned. */
export function placeOf(scan: Scan): string | null {
  const marks = [scan.station_name, scan.source === "mark" ? P.byHand() : null];
  return marks.filter(Boolean).join(", ") || null;
}

function directionWords(scan: Scan): string {
  return scan.direction === "in" ? P.in() : P.out();
}

function said(standing: Standing): Said {
  switch (standing.kind) {
    case "in":
    case "out":
      return {
        tone: standing.kind === "in" ? "good" : "wait",
        icon: standing.kind,
        words: directionWords(standing.scan),
        time: clock(standing.scan.occurred_at),
        more: placeOf(standing.scan),
      };
    case "checking":
      return {
        tone: "late",
        icon: "search",
        words: P.checking(),
        more: [
          P.checkingScan(clock(standing.scan.occurred_at)),
          standing.before &&
            P.before(directionWords(standing.before), clock(standing.before.occurred_at)),
        ]
          .filter(Boolean)
          .join(". "),
      };
    case "present":
      return { tone: "good", icon: "check", words: P.present(), more: P.presentHint() };
    case "absent":
      return standing.isExcused
        ? { tone: "plain", icon: "file", words: P.excused() }
        : { tone: "bad", icon: "absent", words: P.unexcused(), more: P.unexcusedHint() };
    case "on_leave":
      return { tone: "plain", icon: "file", words: P.onLeave(), more: P.onLeaveHint() };
    case "not_scanned":
      return { tone: "plain", icon: "clock", words: P.notScanned() };
    case "none":
      return { tone: "plain", icon: "calendar", words: P.noSchool() };
  }
}

interface Props {
  /** null: loading. */
  day: Known | null;
}

export function StateBlock({ day }: Props) {
  if (!day) {
    return (
      <div class="state plain waiting" aria-busy="true">
        <Icon name="clock" />
        <p class="said words">
          <span class="sr-only">{C.loading()}</span>
        </p>
      </div>
    );
  }
  const { tone, icon, words, time, more } = said(standingOf(day));
  const shifts = shiftsToTell(day.shifts);
  return (
    <div class={`state ${tone}`} aria-live="polite">
      <Icon name={icon} />
      <Words time={time} more={more}>
        {words}
      </Words>
      {shifts.length > 0 && (
        <p class="shifts">
          {shifts.map((shift) => (
            <Badge key={shift.shift_id} tone={shiftTone(shift)}>
              {day.shifts.length > 1 && `${shift.shift_name}: `}
              {shiftWords(shift)}
            </Badge>
          ))}
        </p>
      )}
    </div>
  );
}

/** Yesterday's copy says nothing of today. */
export function UnknownBlock() {
  return (
    <div class="state plain">
      <Icon name="wait" />
      <Words more={P.noDataHint()}>{P.noDataYet()}</Words>
    </div>
  );
}

interface WordsProps {
  time?: string | undefined;
  more?: string | null | undefined;
  children: ComponentChildren;
}

function Words({ time, more, children }: WordsProps) {
  return (
    <div class="said">
      <p class="words">
        {children} {time && <strong class="time">{time}</strong>}
      </p>
      {more && <p>{more}</p>}
    </div>
  );
}
