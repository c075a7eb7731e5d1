"""Leave is asked for, decided once, and taken back; what it covers follows at once.

Whatever changes what is covered holds the person's lock, as scans and the absence run do: a leave
approved before the run is seen by it, one approved after it corrects what was told.
"""

from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from app import audit, db, names
from app.attendance.absence.queries import wait_for_runs
from app.attendance.leave import news, past_month, queries
from app.attendance.leave.days import check_days, left_over
from app.attendance.leave.model import (
    Filters,
    LeaveDecided,
    LeaveOver,
    LeaveOverlaps,
    LeaveRequest,
    LeaveRow,
    NewLeave,
    NoSuchLeave,
    OwnLeave,
    Reader,
    SecondPersonDecides,
    TooManyLeaves,
)
from app.attendance.plan import school_day
from app.attendance.queries import lock_person
from app.attendance.queries import plan as plan_of
from app.attendance.settling import Cause, settle
from app.crypto import SchoolBox, Vault
from app.errors import Bilingual
from app.ids import new_id
from app.photos.queries import discard
from app.schools.common import school_box

MOST_WAITING: Final = 5
_REASON: Final = "leave_request.reason"


async def ask(
    conn: db.Conn, *, vault: Vault, school_id: int, asked: NewLeave, now: datetime
) -> UUID:
    """Put a request down and tell who is to decide; its id. Ask first whether they may ask.

    Raises:
        BadLeaveDays: too far back, too long, beyond the school year, or no exit time.
        LeaveOverlaps: there is a request, waiting or approved, for a part of the same days.
        TooManyLeaves: five of the person's wait already.
    """
    check_days(asked, today=school_day(now))
    await lock_person(conn, school_id=school_id, person_id=asked.person_id)
    await _check_others(conn, school_id, asked)
    box = await school_box(conn, vault=vault, school_id=school_id)
    request_id = new_id()
    await queries.insert_request(
        conn,
        school_id=school_id,
        request_id=request_id,
        asked=asked,
        reason_sealed=box.seal(names.clean(asked.reason), field=_REASON),
        now=now,
    )
    await audit.record(
        conn,
        school_id=school_id,
        kind="leave_asked",
        subject_id=asked.person_id,
        actor_account_id=asked.requested_by,
        detail={
            "request": str(request_id),
            "from_day": asked.from_day.isoformat(),
            "to_day": asked.to_day.isoformat(),
            "part": asked.part,
        },
        now=now,
    )
    await news.tell_deciders(conn, school_id=school_id, request_id=request_id, asked=asked, now=now)
    return request_id


async def _check_others(conn: db.Conn, school_id: int, asked: NewLeave) -> None:
    other = await queries.overlapping(conn, school_id=school_id, asked=asked)
    if other is not None:
        first, last, state = other
        span_vi = f"{first:%d/%m/%Y}" if first == last else f"{first:%d/%m} – {last:%d/%m/%Y}"
        raise LeaveOverlaps(
            (
                f"Đơn {span_vi} {'đang chờ duyệt' if state == 'pending' else 'đã được duyệt'}."
                " Hãy rút đơn ấy trước, nếu muốn xin khác đi.",
                f"The request for {span_vi} {'waits' if state == 'pending' else 'was approved'}."
                " Withdraw it first if you want something else.",
            )
        )
    waiting = await queries.waiting_requests(conn, school_id=school_id, person_id=asked.person_id)
    if waiting >= MOST_WAITING:
        raise TooManyLeaves(
            (
                f"Có {waiting} đơn đang chờ. Hãy đợi trường trả lời, hoặc rút bớt.",
                f"{waiting} are waiting. Wait for an answer, or withdraw some.",
            )
        )


async def decide(
    conn: db.Conn,
    *,
    reader: Reader,
    request_id: UUID,
    decision: Literal["approve", "reject"],
    reason: str,
    now: datetime,
) -> None:
    """Approve or reject, once, and tell who asked; the other guardians hear of an approval.

    Covered days become `absent_excused`, also days that are over; a family that had been told of an
    absence gets one correction in its place. A pupil's days of a past month take two people, if the
    school's rules say so: they wait on, as a request of their own where others are with them.

    Raises:
        NoSuchLeave: not one that the reader decides on.
        OwnLeave: about the reader, or the reader's child.
        SecondPersonDecides: somebody has approved first, and the reader is no second person.
        LeaveDecided: somebody was faster, or it was withdrawn.
    """
    row = await one(conn, reader=reader, request_id=request_id)
    if reader.is_own(row):
        raise OwnLeave
    if not reader.leads(row):
        raise NoSuchLeave
    approve = decision == "approve"
    today = school_day(now)
    if approve and row.from_day <= today <= row.to_day:
        # A run that holds the pupil's alert does not lock the pupil: it is written first, or later.
        await wait_for_runs(conn, school_id=row.school_id, day=today)
    await lock_person(conn, school_id=row.school_id, person_id=row.person_id)
    row = await one(conn, reader=reader, request_id=request_id)
    reason = names.clean(reason)
    if approve and row.state == "pending" and await past_month.takes_two(conn, row, reader, now):
        rest = await past_month.approve_first(conn, row, reader, reason, now)
        if rest is None:
            return
        row = rest
    if not approve and row.first_by is not None and not reader.is_second(row):
        raise SecondPersonDecides
    if not await queries.decide(
        conn, row=row, approve=approve, reason=reason, decided_by=reader.account_id, now=now
    ):
        raise LeaveDecided(await _state_in_words(conn, reader, request_id))
    if approve:
        await _settle(conn, row, row.from_day, reader, now)
    await news.tell_decision(
        conn,
        row=row,
        decision="approved" if approve else "rejected",
        message=reason or (row.decision_reason or "" if approve else ""),
        decided_by=reader.account_id,
        now=now,
    )
    await past_month.record(
        conn, row, f"leave_{'approved' if approve else 'rejected'}", reader, now
    )


async def withdraw(conn: db.Conn, *, reader: Reader, request_id: UUID, now: datetime) -> None:
    """Take a request back, before or after the decision. Days that are over stay as they are.

    So do today's shifts whose cut-off has passed: nobody was looked for then, and nobody will be.
    For today's other shifts the pupil is expected again.

    Raises:
        NoSuchLeave: not one that the reader could have sent.
        LeaveDecided: rejected or withdrawn before.
        LeaveOver: its last day, or the last cut-off of that day, is over.
    """
    row = await one(conn, reader=reader, request_id=request_id)
    if not reader.may_ask_for(row):
        raise NoSuchLeave
    await lock_person(conn, school_id=row.school_id, person_id=row.person_id)
    row = await one(conn, reader=reader, request_id=request_id)
    if row.state not in ("pending", "approved"):
        raise LeaveDecided(await _state_in_words(conn, reader, request_id))
    covers_to, last_part = None, None
    if row.state == "approved":
        plan = await plan_of(conn, school_id=row.school_id)
        shifts = plan.shifts_on(school_day(now), await queries.shift_ids(conn, row=row))
        covers_to, last_part = left_over(row, shifts, now=now)
        if covers_to == row.to_day and last_part is None:
            raise LeaveOver
    if not await queries.withdraw(
        conn,
        row=row,
        covers_to=covers_to,
        last_part=last_part,
        withdrawn_by=reader.account_id,
        now=now,
    ):
        raise LeaveDecided
    if row.paper_key is not None:
        await discard(conn, school_id=row.school_id, keys=[row.paper_key], due_in_s=0.0)
    if row.state == "approved":
        await _settle(conn, row, max(row.from_day, school_day(now)), reader, now)
        await news.tell_withdrawal(conn, row=row, withdrawn_by=reader.account_id, now=now)
    await past_month.record(conn, row, "leave_withdrawn", reader, now)


async def one(conn: db.Conn, *, reader: Reader, request_id: UUID) -> LeaveRow:
    """The request as it is stored.

    Raises:
        NoSuchLeave: not one that the reader may read.
    """
    found = await queries.requests(conn, reader=reader, wanted=Filters(request_id=request_id))
    if not found:
        raise NoSuchLeave
    return found[0]


async def shown(
    conn: db.Conn, rows: list[LeaveRow], *, vault: Vault, reader: Reader, now: datetime
) -> list[LeaveRequest]:
    """Requests as the reader sees them, with what may be done about them."""
    boxes: dict[int, SchoolBox] = {}
    for row in rows:
        if row.school_id not in boxes:
            boxes[row.school_id] = await school_box(conn, vault=vault, school_id=row.school_id)
    today = school_day(now)
    return [_shown(row, boxes[row.school_id], reader, today) for row in rows]


def _shown(row: LeaveRow, box: SchoolBox, reader: Reader, today: date) -> LeaveRequest:
    decides = reader.leads(row) and not reader.is_own(row)
    may_decide = decides and (row.first_by is None or reader.is_second(row))
    hides = row.person_kind == "student" and row.school_id in reader.department_schools
    is_open = row.state == "pending" or (row.state == "approved" and row.to_day >= today)
    return LeaveRequest(
        id=row.id,
        school_id=row.school_id,
        person_kind=row.person_kind,
        person_id=None if hides else row.person_id,
        person_name="" if hides else row.person_name,
        class_id=None if hides else row.class_id,
        class_name=None if hides else row.class_name,
        from_day=row.from_day,
        to_day=row.to_day,
        part=row.part,
        exit_at=row.exit_at,
        reason=box.open(row.reason_sealed, field=_REASON),
        state=row.state,
        covers_to=row.covers_to,
        requested_as=row.requested_as,
        requested_by=None if hides else row.requested_by_name,
        created_at=row.created_at,
        decided_by=row.decided_by_name,
        decided_at=row.decided_at,
        decision_reason=None if row.state == "pending" else row.decision_reason,
        withdrawn_at=row.withdrawn_at,
        approved_first_by=row.first_by_name if decides else None,
        has_paper=row.paper_key is not None,
        may_decide=may_decide and row.state == "pending",
        may_withdraw=is_open and reader.may_ask_for(row),
        may_see_paper=row.paper_key is not None and may_see_paper(row, reader),
    )


def may_see_paper(row: LeaveRow, reader: Reader) -> bool:
    """Who asked, and who of the school decides: a doctor's note is nobody else's to read."""
    if row.school_id in reader.department_schools:
        return False
    if row.requested_by == reader.account_id:
        return True
    return reader.leads(row) and not reader.is_own(row)


async def _settle(conn: db.Conn, row: LeaveRow, first: date, reader: Reader, now: datetime) -> None:
    last = min(row.to_day, school_day(now))
    if first > last:
        return
    await settle(
        conn,
        school_id=row.school_id,
        person_kind=row.person_kind,
        person_ids=[row.person_id],
        first=first,
        last=last,
        cause=Cause(kind="leave", event_id=new_id(), actor_account_id=reader.account_id),
        now=now,
    )


async def _state_in_words(conn: db.Conn, reader: Reader, request_id: UUID) -> Bilingual:
    row = await one(conn, reader=reader, request_id=request_id)
    if row.state == "withdrawn":
        return ("Đơn đã được rút lại.", "It was withdrawn.")
    by = row.decided_by_name or ""
    if row.state == "approved":
        return (f"Đơn đã được duyệt. {by}".strip(), f"It was approved. {by}".strip())
    return (f"Đơn không được duyệt. {by}".strip(), f"It was not approved. {by}".strip())
