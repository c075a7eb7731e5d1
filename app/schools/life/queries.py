"""SQL over pupils who come and go."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from app import db


class Present(Struct, frozen=True, kw_only=True):
    """A live pupil with the present time in a class; None: in none."""

    name: str
    moet_code: str | None
    class_id: UUID | None
    from_day: date | None


class Former(Struct, frozen=True, kw_only=True):
    """A pupil who was here before; `last_day` None: was never in a class."""

    id: UUID
    last_day: date | None


async def locked_student(conn: db.Conn, *, school_id: int, student_id: UUID) -> Present | None:
    """A live pupil, locked until the transaction ends."""
    return await db.one(
        conn,
        Present,
        """
        select s.name, s.moet_code, e.class_id, e.from_day
          from student s
          left join enrolment e on e.school_id = s.school_id and e.student_id = s.id
               and e.to_day is null
         where s.school_id = $1 and s.id = $2 and s.ended_at is null
           for no key update of s
        """,
        school_id,
        student_id,
    )


async def locked_former(conn: db.Conn, *, school_id: int, moet_code: str) -> Former | None:
    """Who of those who have left had this code, the latest; locked until the transaction ends."""
    return await db.one(
        conn,
        Former,
        """
        select s.id, (select max(e.to_day) from enrolment e
                       where e.school_id = s.school_id and e.student_id = s.id) as last_day
          from student s
         where s.school_id = $1 and s.moet_code = $2 and s.ended_at is not null
         order by s.ended_at desc, s.id limit 1 for no key update
        """,
        school_id,
        moet_code,
    )


async def reopen_student(conn: db.Conn, *, school_id: int, student_id: UUID) -> None:
    """Take up the row of a pupil who comes back.

    Raises:
        db.UniqueViolation: `student_moet_code`: a live pupil of the school has the code.
    """
    await db.run(
        conn,
        "update student set ended_at = null where school_id = $1 and id = $2",
        school_id,
        student_id,
    )


async def forget_photo_consent(conn: db.Conn, *, school_id: int, student_id: UUID) -> None:
    """Those who consented are the pupil's guardians here no more."""
    await db.run(
        conn,
        "update student set photo_consent = false where school_id = $1 and id = $2",
        school_id,
        student_id,
    )


async def end_guardianships(
    conn: db.Conn, *, school_id: int, student_id: UUID, told_until: date, now: datetime
) -> int:
    """End all links to the pupil, and the rows of guardians without another; how many links.

    They are still told of what happened up to `told_until`. Custody blocks stay on the links.
    """
    ended = await db.run(
        conn,
        """
        update guardianship set ended_at = $4, told_until = $3
         where school_id = $1 and student_id = $2 and ended_at is null
        """,
        school_id,
        student_id,
        told_until,
        now,
    )
    await db.run(
        conn,
        """
        update guardian g set ended_at = $3
         where g.school_id = $1 and g.ended_at is null
           and g.id in (select l.guardian_id from guardianship l
                         where l.school_id = $1 and l.student_id = $2)
           and not exists (select 1 from guardianship l where l.school_id = g.school_id
                              and l.guardian_id = g.id and l.ended_at is null)
        """,
        school_id,
        student_id,
        now,
    )
    return ended


async def end_student_logins(
    conn: db.Conn, *, school_id: int, student_ids: Collection[UUID], now: datetime
) -> list[UUID]:
    """Take the role of these pupils from their accounts; which accounts."""
    rows = await db.rows(
        conn,
        """
        update membership set ended_at = $3
         where school_id = $1 and person_id = any($2::uuid[]) and role = 'student'
           and ended_at is null
        returning account_id
        """,
        school_id,
        list(student_ids),
        now,
    )
    return sorted(row["account_id"] for row in rows)


async def free_day(conn: db.Conn, *, school_id: int, student_id: UUID, day: date) -> None:
    """Let what ended on this day end the day before; what only began then never was."""
    await db.run(
        conn,
        """
        delete from enrolment
         where school_id = $1 and student_id = $2 and to_day = $3 and from_day = $3
        """,
        school_id,
        student_id,
        day,
    )
    await db.run(
        conn,
        """
        update enrolment set to_day = $3::date - 1
         where school_id = $1 and student_id = $2 and to_day = $3
        """,
        school_id,
        student_id,
        day,
    )
