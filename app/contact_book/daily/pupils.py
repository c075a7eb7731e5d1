"""Who is in a class on a day, and who of them was not at school."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from app import db
from app.attendance.leave.queries import approved_leave


class Pupil(Struct, frozen=True, kw_only=True):
    """A pupil of the class on that day."""

    id: UUID
    name: str


async def pupils_of(conn: db.Conn, *, school_id: int, class_id: UUID, day: date) -> list[Pupil]:
    """The class's pupils on that day, by name."""
    return await db.many(
        conn,
        Pupil,
        """
        select s.id, s.name from enrolment e
          join student s on s.school_id = e.school_id and s.id = e.student_id
         where e.school_id = $1 and e.class_id = $2 and e.from_day <= $3
           and (e.to_day is null or e.to_day >= $3)
         group by s.school_id, s.id order by s.sort_key, s.id
        """,
        school_id,
        class_id,
        day,
    )


async def absent_of(
    conn: db.Conn, *, school_id: int, student_ids: Sequence[UUID], day: date
) -> frozenset[UUID]:
    """Who of these was away all day: by the day's states, or by leave that covers it."""
    rows = await db.rows(
        conn,
        """
        select person_id from attendance_day
         where school_id = $1 and day = $2 and person_id = any($3)
         group by person_id having bool_and(state in ('absent_excused', 'absent_unexcused'))
        """,
        school_id,
        day,
        list(student_ids),
    )
    covers = await approved_leave(
        conn, school_id=school_id, person_ids=student_ids, first=day, last=day
    )
    on_leave = {cover.person_id for cover in covers if cover.part == "day"}
    # Who had leave and came all the same is there.
    there = await db.rows(
        conn,
        """
        select distinct person_id from attendance_day
         where school_id = $1 and day = $2 and person_id = any($3)
           and state in ('present', 'late', 'left_early')
        """,
        school_id,
        day,
        list(on_leave),
    )
    away = {row["person_id"] for row in rows} | on_leave
    return frozenset(away - {row["person_id"] for row in there})


async def now_in(conn: db.Conn, *, school_id: int, class_ids: Collection[UUID]) -> frozenset[UUID]:
    """Who is in one of these classes now."""
    rows = await db.rows(
        conn,
        """
        select student_id from enrolment
         where school_id = $1 and class_id = any($2) and to_day is null
        """,
        school_id,
        list(class_ids),
    )
    return frozenset(row["student_id"] for row in rows)


async def name_of(conn: db.Conn, *, school_id: int, student_id: UUID) -> str | None:
    """The pupil's name; None: no such pupil here."""
    found: str | None = await db.value(
        conn, "select name from student where school_id = $1 and id = $2", school_id, student_id
    )
    return found
