"""Who hears of leave and decides about it, and what its person is called: SQL."""

from datetime import datetime
from uuid import UUID

from app import db
from app.attendance.leave.model import LeaveRow, NewLeave


async def deciders(conn: db.Conn, *, school_id: int, asked: NewLeave, now: datetime) -> list[UUID]:
    """The accounts of the school that are to decide, none of which the request is about.

    Of a pupil's the class's homeroom teacher, and where there is none, or it is the teacher's own
    child, the principals; of staff's the principals. Nobody: it is the department's to decide.
    """
    found = await db.rows(
        conn,
        """
        select account_id from leave_deciders($1, $2, $3, $4) order by account_id
        """,
        school_id,
        asked.person_id,
        asked.requested_by,
        now,
    )
    return [row["account_id"] for row in found]


async def seconders(conn: db.Conn, *, row: LeaveRow, first_by: UUID, now: datetime) -> list[UUID]:
    """The school's accounts that may decide after `first_by`. Nobody: it is the department's."""
    found = await db.rows(
        conn,
        "select account_id from leave_seconders($1, $2, $3, $4, $5) order by account_id",
        row.school_id,
        row.person_id,
        row.requested_by,
        first_by,
        now,
    )
    return [each["account_id"] for each in found]


async def person_name(conn: db.Conn, *, school_id: int, asked: NewLeave) -> str | None:
    """The name of the pupil or the member of staff who is here; None: is not."""
    name: str | None = await db.value(
        conn,
        """
        select name from student
         where school_id = $1 and id = $2 and ended_at is null and $3 = 'student'
        union all
        select name from staff
         where school_id = $1 and id = $2 and ended_at is null and $3 = 'staff'
        """,
        school_id,
        asked.person_id,
        asked.person_kind,
    )
    return name
