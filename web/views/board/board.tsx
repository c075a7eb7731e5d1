/** The principal's morning: who is here, who is late, who is missing, as it happens. */

import "./board.css";
import { useSignal } from "@preact/signals";
import { Badge, Button, Empty, Fault, Note, Page, Spinner } from "../../components/ui";
import { count, dayName, moment } from "../../format";
import { B } from "../../i18n/board";
import type { Parameters } from "../../router";
import { DailyLinks, dailyPath } from "../daily/frame";
import { Arrivals } from "./arrivals";
import { Classes } from "./classes";
import { Gates } from "./gates";
import { Missing } from "./missing";
import { type Board, type ClassCounts, claimsLive, useBoard, type Watched } from "./watch";

export default function BoardView({ params }: { params: Parameters }) {
  const schoolId = Number(params.school);
  const watched = useBoard(schoolId);
  const board = watched.board.value;
  return (
    <Page title={B.title()} wide>
      {board ? (
        <Day board={board} watched={watched} schoolId={schoolId} />
      ) : watched.failure.value ? (
        <Fault error={watched.failure.value} />
      ) : (
        <Spinner />
      )}
    </Page>
  );
}

interface DayProps {
  board: Board;
  watched: Watched;
  schoolId: number;
}

function Day({ board, watched, schoolId }: DayProps) {
  // null: the shift that has begun last, for each class its own.
  const shiftId = useSignal<string | null>(null);
  const opened = useSignal<string | null>(null);
  const chosen = board.shifts.find((shift) => shift.shift_id === shiftId.value);
  const shown = chosen ?? firstToCome(board);
  const rows = board.classes.filter((row) =>
    shown ? row.shift_id === shown.shift_id : row.is_current,
  );
  const open = rows.find((row) => row.class_id === opened.value);
  return (
    <>
      <Standing board={board} isLive={claimsLive(watched)} />
      {board.shifts.length > 1 && <Shifts board={board} chosen={shiftId} />}
      {board.shifts.length === 0 ? (
        <NoShift board={board} schoolId={schoolId} />
      ) : (
        <>
          {shown && !shown.has_begun && (
            <Note>{B.notBegun(shown.name, shown.starts_at.slice(0, 5))}</Note>
          )}
          <Numbers counts={shown ?? board.totals} />
          <Pending board={board} />
          <Held held={board.totals.held} schoolId={schoolId} />
        </>
      )}
      <DailyLinks school={schoolId} />
      <div class="board-columns">
        {rows.length > 0 && <Classes rows={rows} onOpen={(id) => (opened.value = id)} />}
        <div class="stack">
          <Arrivals from={board.arrivals_from} counts={board.arrivals} />
          <Gates gates={board.gates} />
        </div>
      </div>
      {open && (
        <Missing
          schoolId={schoolId}
          day={board.day}
          row={open}
          onClose={() => (opened.value = null)}
        />
      )}
    </>
  );
}

/** Before the day's first shift there is none that has begun: the one to come is shown. */
function firstToCome(board: Board) {
  return board.classes.some((row) => row.is_current) ? undefined : board.shifts[0];
}

function Standing({ board, isLive }: { board: Board; isLive: boolean }) {
  return (
    <div class="across board-standing">
      <span class="strong">{dayName(board.day)}</span>
      <span role="status">
        {isLive ? (
          <Badge tone="good">{B.live()}</Badge>
        ) : (
          <Badge tone="wait">{B.away(moment(board.as_of))}</Badge>
        )}
      </span>
    </div>
  );
}

function Shifts({ board, chosen }: { board: Board; chosen: { value: string | null } }) {
  const choices = [
    { id: null as string | null, name: B.current() },
    ...board.shifts.map((shift) => ({ id: shift.shift_id as string | null, name: shift.name })),
  ];
  return (
    <fieldset class="segments board-shifts">
      <legend class="sr-only">{B.shifts()}</legend>
      {choices.map((choice) => (
        <Button
          key={choice.id ?? ""}
          aria-pressed={chosen.value === choice.id}
          onClick={() => (chosen.value = choice.id)}
        >
          {choice.name}
        </Button>
      ))}
    </fieldset>
  );
}

type Counted = Pick<
  ClassCounts,
  "enrolled" | "arrived" | "late" | "missing" | "left" | "on_leave" | "absent" | "held"
>;

function Numbers({ counts }: { counts: Counted }) {
  return (
    <>
      <dl class="board-numbers">
        <div class="good">
          <dt>{B.arrived()}</dt>
          <dd data-testid="arrived">{count(counts.arrived)}</dd>
          <dd class="small">{B.ofAll(count(counts.enrolled))}</dd>
        </div>
        <div class="late">
          <dt>{B.late()}</dt>
          <dd data-testid="late">{count(counts.late)}</dd>
        </div>
        <div class="wait">
          <dt>{B.missing()}</dt>
          <dd data-testid="missing">{count(counts.missing)}</dd>
        </div>
        {counts.on_leave > 0 && (
          <div>
            <dt>{B.onLeave()}</dt>
            <dd data-testid="on-leave">{count(counts.on_leave)}</dd>
          </div>
        )}
        {counts.absent > 0 && (
          <div class="bad">
            <dt>{B.absent()}</dt>
            <dd data-testid="absent">{count(counts.absent)}</dd>
            <dd class="small">{B.absentHint()}</dd>
          </div>
        )}
        {counts.left > 0 && (
          <div>
            <dt>{B.left()}</dt>
            <dd>{count(counts.left)}</dd>
          </div>
        )}
      </dl>
      {counts.missing > 0 && <p class="muted small">{B.missingHint()}</p>}
    </>
  );
}

/** Scans that phones hold back make "missing" too large: said before anybody acts on it. */
function Pending({ board }: { board: Board }) {
  if (board.not_yet_synced === 0) return null;
  const phones = board.gates.flatMap((gate) => gate.phones).filter((phone) => phone.pending > 0);
  return (
    <Note tone="late">
      {B.pending(count(board.not_yet_synced), count(Math.max(1, phones.length)))}
    </Note>
  );
}

/** Of all shifts that have begun: what waits does not wait for a tab to be chosen. */
function Held({ held, schoolId }: { held: number; schoolId: number }) {
  if (held === 0) return null;
  return (
    <Note tone="late">
      <p class="strong">{B.held(count(held))}</p>
      <p>{B.heldHint()}</p>
      <a class="button" href={dailyPath(schoolId, "tin-vang")} data-testid="held">
        {B.toHeld()}
      </a>
    </Note>
  );
}

function NoShift({ board, schoolId }: { board: Board; schoolId: number }) {
  if (board.pupils > 0) {
    return (
      <Empty icon="calendar" title={B.noShift()}>
        <p>{B.noShiftHint()}</p>
      </Empty>
    );
  }
  return (
    <Empty icon="people" title={B.noPupils()}>
      <a class="button" href={`/truong/${schoolId}/chuan-bi`}>
        {B.toSetup()}
      </a>
    </Empty>
  );
}
