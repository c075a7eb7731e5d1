"""Taking back a scan that was made by mistake: the wrong child, the wrong direction."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from app import db
from app.attendance import days, queries
from app.attendance.model import SUSPECT, DayRow, Event, Past
from app.attendance.plan import Plan, PlannedShift
from app.attendance.telling import Pupil, news_after_undo
from app.attendance.writing import drop_day_row, promote, put_day_row
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
    await queries.lock_person(conn, school_id=event.school_id, person_id=event.person_id)
    plan = await queries.plan(conn, school_id=event.school_id)
    before = await _history(conn, event)
    if all(past.id != event.id for past in before):
        return UndoneScan(event_id=event_id, status=_status(before, event, plan))
    after = _promoted([past for past in before if past.id != event.id], _shift(event, plan))
    await _store(conn, event=event, before=before, after=after, plan=plan, caller=caller, now=now)
    return UndoneScan(event_id=event_id, status=_status(after, event, plan))


async def _history(conn: db.Conn, event: Event) -> list[Past]:
    if event.person_id is None:
        return []
    found, said = await queries.history(
        conn, school_ids=[event.school_id], person_ids=[event.person_id], days=[event.day]
    )
    return [past for past in days.judged(found, said) if past.shift_id == event.shift_id]


def _shift(event: Event, plan: Plan) -> PlannedShift | None:
    return plan.shifts.get(event.shift_id) if event.shift_id else None


def _promoted(history: list[Past], shift: PlannedShift | None) -> list[Past]:
    """Without the scan a stored duplicate of it may be the one that counts."""
    unsuspected = [past for past in history if past.outcome not in SUSPECT]
    heads = {past.id for past in days.promoted(unsuspected, shift)}
    return [
        msgspec.structs.replace(past, is_duplicate=False) if past.id in heads else past
        for past in history
    ]


def _row(history: list[Past], event: Event, plan: Plan) -> DayRow | None:
    shift = _shift(event, plan)
    if shift is None or event.person_kind is None:
        return None
    return days.derive(shift, history, person_kind=event.person_kind)


def _status(history: list[Past], event: Event, plan: Plan) -> str | None:
    row = _row(history, event, plan)
    return row.state if row else None


async def _store(
    conn: db.Conn,
    *,
    event: Event,
    before: list[Past],
    after: list[Past],
    plan: Plan,
    caller: Caller,
    now: datetime,
) -> None:
    await queries.insert_correction(
        conn,
        event=event,
        kind="undo",
        decided_by=caller.account_id,
        reason="undone at the scanner",
        before=_row(before, event, plan),
        after=_row(after, event, plan),
        now=now,
    )
    was = {past.id for past in before if past.is_duplicate}
    risen = [past for past in after if past.id in was and not past.is_duplicate]
    if risen:
        await promote(conn, risen)
    row = _row(after, event, plan)
    if row is not None:
        await put_day_row(conn, row)
    else:
        await drop_day_row(
            conn,
            school_id=event.school_id,
            day=event.day,
            person_id=event.person_id,
            shift_id=event.shift_id,
        )
    if event.person_kind == "student":
        (undone,) = (past for past in before if past.id == event.id)
        await _tell(
            conn,
            event=event,
            undone=undone,
            after=after,
            risen=risen,
            plan=plan,
            caller=caller,
        )


async def _tell(
    conn: db.Conn,
    *,
    event: Event,
    undone: Past,
    after: list[Past],
    risen: list[Past],
    plan: Plan,
    caller: Caller,
) -> None:
    pupil = Pupil(
        name=await queries.student_name(
            conn, school_id=event.school_id, student_id=undone.person_id
        ),
        plan=plan,
        shift=_shift(event, plan),
        history=after,
        row=_row(after, event, plan),
    )
    is_last = await _is_last_heard(conn, event)
    for told in news_after_undo(undone, risen, pupil, is_last=is_last):
        await queries.insert_outbox(
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
