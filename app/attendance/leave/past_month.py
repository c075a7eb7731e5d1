"""A pupil's days of a past month take two people, as a correction of them does."""

from datetime import datetime, timedelta

from msgspec import structs

from app import audit, db
from app.attendance.absence.rules import rules_of
from app.attendance.leave import news, queries
from app.attendance.leave.model import LeaveRow, Reader, SecondPersonDecides
from app.attendance.plan import school_day
from app.ids import new_id


async def takes_two(conn: db.Conn, row: LeaveRow, reader: Reader, now: datetime) -> bool:
    """Whether the reader's approval is the first of two.

    The department is asked where nobody of the school may decide: it is a second person by itself.

    Raises:
        SecondPersonDecides: there is a first, and the reader is no second person.
    """
    if row.person_kind != "student" or row.from_day >= school_day(now).replace(day=1):
        return False
    if row.first_by is not None:
        if not reader.is_second(row):
            raise SecondPersonDecides
        return False
    if row.school_id in reader.department_schools:
        return False
    return (await rules_of(conn, school_id=row.school_id)).past_month_needs_two


async def approve_first(
    conn: db.Conn, row: LeaveRow, reader: Reader, reason: str, now: datetime
) -> LeaveRow | None:
    """Put down the first approval, and tell who may be the second.

    What is left to be approved at once: days of this month, which must not wait while an alert of
    them is about to go out; None: there are none. The person's lock is held.
    """
    month_start = school_day(now).replace(day=1)
    past, rest = row, None
    if row.to_day >= month_start:
        past = structs.replace(
            row, id=new_id(), to_day=month_start - timedelta(days=1), decision_reason=None
        )
        rest = structs.replace(row, from_day=month_start, paper_key=None)
        await queries.split_off_past(conn, row=row, past_id=past.id, month_start=month_start)
    await queries.approve_first(conn, row=past, reason=reason, first_by=reader.account_id, now=now)
    await record(conn, past, "leave_approved_first", reader, now)
    await news.tell_second_person(conn, row=past, first_by=reader.account_id, now=now)
    return rest


async def record(conn: db.Conn, row: LeaveRow, kind: str, reader: Reader, now: datetime) -> None:
    """What the reader did with the request, in the chain of decisions."""
    await audit.record(
        conn,
        school_id=row.school_id,
        kind=kind,
        subject_id=row.person_id,
        actor_account_id=reader.account_id,
        detail={"request": str(row.id)},
        now=now,
    )
