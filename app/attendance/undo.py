"""Taking back a scan that was made by mistake: the wrong child, the wrong direction."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from app import db
from app.attendance import days, queries
from app.attendance.absence.queries import wait_for_runs
from app.attendance.absence.taken_back import hold_who_is_missing_now
from app.attendance.days import Facts
from app.attendance.facts import gather
from app.attendance.heard import insert_notices, notice_of, notices_of
from app.attendance.model import SUSPECT, DayRow, Event, Past
from app.attendance.outbox import insert_outbox
from app.attendance.plan import Plan, PlannedShift, school_day
from app.attendance.telling import Pupil, news_after_undo
from app.attendance.writing import drop_day_rows, promote, put_day_rows
from app.errors import Conflict, NotFound
from app.identity.model import Caller

UNDO_WITHIN = timedelta(seconds=60)


class NoSuchScan(NotFound):
    """Không tìm thấy lượt quét của máy này | No such scan of this device"""


class UndoTooLate(Conflict):
    """Đã quá 60 giây để huỷ | It is too late to undo"""


class UndoneScan(Struct, frozen=True, kw_only=True):
    """`status` is the state of the shift afterwards; None: nothing is recorded of it any more."""

    event_id: UUID
    status: str | None


async def undo_scan(
    conn: db.Conn, *, event_id: UUID, caller: Caller, schools: frozenset[int], now: datetime
) -> UndoneScan:
    """Take back a scan that this device sent in the last 60 seconds, and tell who was told.

    Whom it leaves missing after the cut-off has an alert that waits for the principal.

    The fact stays; a correction beside it says that it does not count, by whom and why. Doing it
    twice changes nothing more.

    Raises:
        NoSuchScan: not recorded, or by another device.
        UndoTooLate: it was received more than 60 s ago.
    """
    event = await queries.event_of_device(
        conn, event_id=event_id, school_ids=schools, device_id=caller.device_id, now=now
    )
    if event is None or event.person_id is None or event.person_kind is None:
        raise NoSuchScan
    if now - event.received_at > UNDO_WITHIN:
        raise UndoTooLate(
            (
                "Hãy nhờ giáo viên chủ nhiệm sửa điểm danh.",
                "Ask the homeroom teacher to correct the attendance.",
            )
        )
    if event.person_kind == "student":
        # Before the pupil's lock, as a run takes its own: it is seen, or misses the pupil itself.
        await wait_for_runs(conn, school_id=event.school_id, day=event.day)
    await queries.lock_person(conn, school_id=event.school_id, person_id=event.person_id)
    plan = await queries.plan(conn, school_id=event.school_id)
    day = await _look(conn, event, event.person_id, plan, now)
    if all(past.id != event.id for past in day.history):
        return UndoneScan(event_id=event_id, status=_status(day.row_of(day.history)))
    after = _promoted([past for past in day.history if past.id != event.id], day.shift)
    await _store(conn, day=day, after=after, caller=caller, now=now)
    if event.person_kind == "student":
        await hold_who_is_missing_now(
            conn, plan=plan, day=event.day, student_ids=[event.person_id], now=now
        )
    return UndoneScan(event_id=event_id, status=_status(day.row_of(after)))


class _Day(Struct, frozen=True, kw_only=True):
    """The scan's shift of its day; `history` without the scans that do not count.

    `notices`: how often the family was told of the shift otherwise than of its scans.
    """

    event: Event
    plan: Plan
    shift: PlannedShift | None
    history: list[Past]
    facts: Facts | None
    notices: int

    def row_of(self, history: list[Past]) -> DayRow | None:
        """The state by these scans and all that else is known."""
        if self.facts is None:
            return None
        return days.resolve(msgspec.structs.replace(self.facts, history=history))


async def _look(conn: db.Conn, event: Event, person_id: UUID, plan: Plan, now: datetime) -> _Day:
    found, said = await queries.history(
        conn, school_ids=[event.school_id], person_ids=[person_id], days=[event.day]
    )
    gathered = await gather(
        conn,
        plan=plan,
        person_ids=[person_id],
        first=event.day,
        last=event.day,
        today=school_day(now),
    )
    notices = await notices_of(
        conn,
        school_id=event.school_id,
        person_ids=[person_id],
        first=event.day,
        last=event.day,
    )
    key = (event.day, person_id, event.shift_id) if event.shift_id else None
    return _Day(
        event=event,
        plan=plan,
        shift=plan.shifts.get(event.shift_id) if event.shift_id else None,
        history=[past for past in days.judged(found, said) if past.shift_id == event.shift_id],
        facts=gathered.facts.get(key) if key else None,
        notices=len(notices.get(key, ())) + (key in gathered.told_at) if key else 0,
    )


def _promoted(history: list[Past], shift: PlannedShift | None) -> list[Past]:
    """Without the scan a stored duplicate of it may be the one that counts."""
    unsuspected = [past for past in history if past.outcome not in SUSPECT]
    heads = {past.id for past in days.promoted(unsuspected, shift)}
    return [
        msgspec.structs.replace(past, is_duplicate=False) if past.id in heads else past
        for past in history
    ]


def _status(row: DayRow | None) -> str | None:
    return row.state if row else None


async def _store(
    conn: db.Conn, *, day: _Day, after: list[Past], caller: Caller, now: datetime
) -> None:
    was_row, row = day.row_of(day.history), day.row_of(after)
    await queries.insert_correction(
        conn,
        event=day.event,
        kind="undo",
        decided_by=caller.account_id,
        reason="undone at the scanner",
        before=was_row,
        after=row,
        now=now,
    )
    was = {past.id for past in day.history if past.is_duplicate}
    risen = [past for past in after if past.id in was and not past.is_duplicate]
    if risen:
        await promote(conn, risen)
    if row is not None:
        await put_day_rows(conn, [row])
    elif was_row is not None:
        await drop_day_rows(conn, [was_row])
    if day.event.person_kind == "student":
        await _tell(conn, day=day, after=after, risen=risen, caller=caller, now=now)


async def _tell(
    conn: db.Conn,
    *,
    day: _Day,
    after: list[Past],
    risen: list[Past],
    caller: Caller,
    now: datetime,
) -> None:
    (undone,) = (past for past in day.history if past.id == day.event.id)
    pupil = Pupil(
        name=await queries.student_name(
            conn, school_id=undone.school_id, student_id=undone.person_id
        ),
        plan=day.plan,
        shift=day.shift,
        history=after,
        row=day.row_of(after),
    )
    # What replaced an alert leaves, taken back, the alert: that has to be said again.
    is_last = not day.notices and await _is_last_heard(conn, day.event)
    # Who is absent, whatever was scanned before that was set, has not arrived.
    is_absent = pupil.row is not None and pupil.row.state.startswith("absent")
    for told in news_after_undo(undone, [] if is_absent else risen, pupil, is_last=is_last):
        await insert_outbox(
            conn,
            school_id=told.school_id,
            message_id=told.id,
            kind=told.kind,
            day=told.day,
            event_id=told.event_id,
            student_id=told.student_id,
            actor_account_id=caller.account_id,
            params=told.params,
        )
        if told.kind == "correction" and pupil.row is not None:
            await insert_notices(
                conn,
                school_id=told.school_id,
                notices=[notice_of(pupil.row, event_id=told.event_id, replaces=undone.id, now=now)],
            )


async def _is_last_heard(conn: db.Conn, event: Event) -> bool:
    """Whether nothing else of the shift arrived, and nothing was undone, since the scan did."""
    found: bool = await db.value(
        conn,
        """
        select not exists (
               select from scan_event
                where school_id = $1 and day = $2 and person_id = $3 and id <> $4
                  and shift_id is not distinct from $5 and received_at >= $6)
           and not exists (
               select from scan_refusal
                where school_id = $1 and day = $2 and person_id = $3 and id <> $4
                  and shift_id is not distinct from $5 and received_at >= $6
                  and recorded_as is not null)
           and not exists (
               select from attendance_correction
                where school_id = $1 and day = $2 and person_id = $3 and event_id <> $4
                  and created_at >= $6)
        """,
        event.school_id,
        event.day,
        event.person_id,
        event.id,
        event.shift_id,
        event.received_at,
    )
    return found
