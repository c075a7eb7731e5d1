"""SQL of a change of the school year: many pupils in few statements."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from app import db
from app.schools.classes.model import SchoolClass
from app.schools.life.promotion_plan import Pupil


async def classes_of_year(
    conn: db.Conn, *, school_id: int, school_year: str, with_ended: bool
) -> list[SchoolClass]:
    """The classes of a year by grade and name."""
    return await db.many(
        conn,
        SchoolClass,
        """
        select c.id, c.school_year, c.grade, c.name, c.campus_id, c.homeroom_staff_id, c.ended_at,
               array(select s.shift_id from class_shift s where s.school_id = c.school_id
                        and s.class_id = c.id order by s.shift_id) as shift_ids,
               coalesce((select jsonb_agg(jsonb_build_object('staff_id', t.staff_id,
                                'subject', t.subject) order by t.subject, t.staff_id)
                           from class_teacher t where t.school_id = c.school_id
                            and t.class_id = c.id), '[]') as teachers
          from school_class c
         where c.school_id = $1 and c.school_year = $2 and ($3 or c.ended_at is null)
         order by c.grade, length(c.name), c.name, c.id
        """,
        school_id,
        school_year,
        with_ended,
    )


async def pupils_of_years(
    conn: db.Conn, *, school_id: int, school_years: Collection[str]
) -> list[Pupil]:
    """The live pupils in classes of these years, by name."""
    return await db.many(
        conn,
        Pupil,
        """
        select s.id as student_id, s.name, e.class_id, e.from_day
          from school_class c
          join enrolment e on e.school_id = c.school_id and e.class_id = c.id and e.to_day is null
          join student s on s.school_id = e.school_id and s.id = e.student_id
         where c.school_id = $1 and c.school_year = any($2::text[]) and s.ended_at is null
         order by s.sort_key, s.id
        """,
        school_id,
        list(school_years),
    )


async def lock_pupils(conn: db.Conn, *, school_id: int, school_year: str) -> None:
    """Let changes of single pupils of the year's classes wait, in one order.

    Rows that scans do not lock: nobody at the gate waits for it.
    """
    await db.rows(
        conn,
        """
        select 1 from student s
         where s.school_id = $1 and s.ended_at is null
           and s.id in (select e.student_id from enrolment e
                          join school_class c on c.school_id = e.school_id and c.id = e.class_id
                         where e.school_id = $1 and e.to_day is null and c.school_year = $2)
         order by s.id for no key update of s
        """,
        school_id,
        school_year,
    )


async def end_classes(
    conn: db.Conn, *, school_id: int, class_ids: Sequence[UUID], now: datetime
) -> int:
    """End those that are live; from here on nobody can be enrolled in them."""
    return await db.run(
        conn,
        """
        update school_class set ended_at = $3
         where school_id = $1 and id = any($2::uuid[]) and ended_at is null
        """,
        school_id,
        list(class_ids),
        now,
    )


async def still_enrolled(conn: db.Conn, *, school_id: int, class_ids: Sequence[UUID]) -> bool:
    """Whether a live pupil is left in one of these classes."""
    found: bool = await db.value(
        conn,
        """
        select exists (select from enrolment
                        where school_id = $1 and class_id = any($2::uuid[]) and to_day is null)
        """,
        school_id,
        list(class_ids),
    )
    return found


async def close_enrolments(
    conn: db.Conn, *, school_id: int, student_ids: Sequence[UUID], last_day: date
) -> None:
    """Let the present class of these pupils end; what began after `last_day` never was."""
    await db.run(
        conn,
        """
        delete from enrolment
         where school_id = $1 and student_id = any($2::uuid[]) and to_day is null and from_day > $3
        """,
        school_id,
        list(student_ids),
        last_day,
    )
    await db.run(
        conn,
        """
        update enrolment set to_day = $3
         where school_id = $1 and student_id = any($2::uuid[]) and to_day is null
        """,
        school_id,
        list(student_ids),
        last_day,
    )


async def open_enrolments(
    conn: db.Conn,
    *,
    school_id: int,
    student_ids: Sequence[UUID],
    class_ids: Sequence[UUID],
    from_day: date,
) -> None:
    """Enrol each pupil in the class at the same place of the list."""
    await db.run(
        conn,
        """
        insert into enrolment (school_id, student_id, class_id, from_day)
        select $1, student_id, class_id, $4
          from unnest($2::uuid[], $3::uuid[]) as moved (student_id, class_id)
        """,
        school_id,
        list(student_ids),
        list(class_ids),
        from_day,
    )


async def end_students(
    conn: db.Conn,
    *,
    school_id: int,
    student_ids: Sequence[UUID],
    revoked_by: UUID,
    now: datetime,
) -> None:
    """End these pupils and their cards."""
    await db.run(
        conn,
        "update student set ended_at = $3 where school_id = $1 and id = any($2::uuid[])",
        school_id,
        list(student_ids),
        now,
    )
    await db.run(
        conn,
        """
        update card set revoked_at = $3, revoked_reason = 'graduated', revoked_by = $4
         where school_id = $1 and student_id = any($2::uuid[]) and revoked_at is null
        """,
        school_id,
        list(student_ids),
        now,
        revoked_by,
    )
