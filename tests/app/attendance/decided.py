"""What a school has decided of a day, written straight to the tables as its owner would find it."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import asyncpg

from app.attendance.model import absence_event_id
from app.attendance.plan import ZONE
from app.ids import new_id
from tests.world import School, Student


async def told_absent(
    owner: asyncpg.Connection,
    school: School,
    student: Student,
    day: date,
    *,
    shift_id: UUID | None = None,
) -> UUID:
    """The run at the cut-off missed the pupil and told the family; the event of the alert."""
    shift_id = shift_id or school.morning_id
    at = datetime.combine(day, time(7, 45), ZONE)
    await run_held(owner, school, day, shift_id=shift_id)
    await owner.execute(
        "insert into absence_case (school_id, day, student_id, shift_id, class_id, ran_at, doubts,"
        " told_at) values ($1, $2, $3, $4, $5, $6, '{}', $6)",
        school.id,
        day,
        student.id,
        shift_id,
        student.class_id,
        at,
    )
    await owner.execute(
        "insert into attendance_day (school_id, day, person_id, shift_id, person_kind, state)"
        " values ($1, $2, $3, $4, 'student', 'absent_unexcused')",
        school.id,
        day,
        student.id,
        shift_id,
    )
    event_id = absence_event_id(school.id, day, student.id, shift_id)
    await owner.execute(
        "insert into outbox (school_id, id, kind, day, event_id, student_id, params)"
        " values ($1, $2, 'absence', $3, $4, $5, $6)",
        school.id,
        new_id(),
        day,
        event_id,
        student.id,
        {
            "student": student.name,
            "school": school.name,
            "shift": "Ca sáng",
            "day": day.isoformat(),
            "at": datetime.combine(day, time(7, 30), ZONE).isoformat(),
        },
    )
    return event_id


async def run_held(
    owner: asyncpg.Connection, school: School, day: date, *, shift_id: UUID | None = None
) -> None:
    """The absences of the shift are decided."""
    await owner.execute(
        "insert into absence_run (school_id, day, shift_id, ran_at, enrolled, missing, on_leave,"
        " told, held, doubts) values ($1, $2, $3, $4, 1, 1, 0, 1, 0, '{}') on conflict do nothing",
        school.id,
        day,
        shift_id or school.morning_id,
        datetime.combine(day, time(7, 45), ZONE),
    )


async def has_leave(
    owner: asyncpg.Connection,
    student: Student,
    first: date,
    last: date | None = None,
    *,
    part: str = "day",
) -> UUID:
    """Approved leave; nobody has settled anything for it yet."""
    leave_id, last = new_id(), last or first
    at = datetime.combine(first, time(6), ZONE) - timedelta(days=1)
    await owner.execute(
        "insert into leave_request (school_id, id, person_kind, person_id, from_day, to_day, part,"
        " reason_sealed, state, covers_to, requested_by, requested_as, created_at, decided_by,"
        " decided_at) values ($1, $2, 'student', $3, $4, $5, $6, 'x', 'approved', $5, $2,"
        " 'guardian', $7, $2, $7)",
        student.school_id,
        leave_id,
        student.id,
        first,
        last,
        part,
        at,
    )
    return leave_id
