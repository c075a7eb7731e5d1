"""SQL over classes, their shifts and teachers."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from app import db
from app.schools.classes.model import SchoolClass, Teacher


async def classes(
    conn: db.Conn,
    *,
    school_id: int,
    only_ids: Collection[UUID] | None,
    school_year: str | None,
    after: tuple[str, int, int, str] | None,
    limit: int,
) -> list[SchoolClass]:
    """The live classes by year, grade and name; 6A2 comes before 6A10.

    `only_ids` None: all. `after` is (school_year, grade, length of the name, name), which no two
    live classes share.
    """
    year, grade, length, name = after or (None, None, None, None)
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
         where c.school_id = $1 and c.ended_at is null
           and ($2::uuid[] is null or c.id = any($2::uuid[]))
           and ($3::text is null or c.school_year = $3)
           and ($4::text is null or (c.school_year, c.grade, length(c.name), c.name)
                                    > ($4, $5::bigint, $6::bigint, $7::text))
         order by c.school_year, c.grade, length(c.name), c.name limit $8
        """,
        school_id,
        None if only_ids is None else list(only_ids),
        school_year,
        year,
        grade,
        length,
        name,
        limit,
    )


async def school_class(conn: db.Conn, *, school_id: int, class_id: UUID) -> SchoolClass | None:
    return await db.one(
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
         where c.school_id = $1 and c.id = $2
        """,
        school_id,
        class_id,
    )


async def insert_class(conn: db.Conn, *, school_id: int, made: SchoolClass) -> None:
    """The row alone.

    Raises:
        db.UniqueViolation: `school_class_name`: a live class of that year has the name.
    """
    await db.run(
        conn,
        """
        insert into school_class
               (school_id, id, school_year, grade, name, campus_id, homeroom_staff_id)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        school_id,
        made.id,
        made.school_year,
        made.grade,
        made.name,
        made.campus_id,
        made.homeroom_staff_id,
    )


async def update_class(conn: db.Conn, *, school_id: int, changed: SchoolClass) -> None:
    """The row alone.

    Raises:
        db.UniqueViolation: `school_class_name`: a live class of that year has the name.
    """
    await db.run(
        conn,
        """
        update school_class set school_year = $3, grade = $4, name = $5, campus_id = $6,
               homeroom_staff_id = $7
         where school_id = $1 and id = $2
        """,
        school_id,
        changed.id,
        changed.school_year,
        changed.grade,
        changed.name,
        changed.campus_id,
        changed.homeroom_staff_id,
    )


async def end_class(conn: db.Conn, *, school_id: int, class_id: UUID, now: datetime) -> None:
    """End the row; who taught it stays on record."""
    await db.run(
        conn,
        "update school_class set ended_at = $3 where school_id = $1 and id = $2",
        school_id,
        class_id,
        now,
    )


async def set_class_shifts(
    conn: db.Conn, *, school_id: int, class_id: UUID, shift_ids: Collection[UUID]
) -> None:
    """Exactly these; what stays is not written, so that the plan's version counts changes only."""
    await db.run(
        conn,
        """
        delete from class_shift
         where school_id = $1 and class_id = $2 and not shift_id = any($3::uuid[])
        """,
        school_id,
        class_id,
        list(shift_ids),
    )
    await db.run(
        conn,
        """
        insert into class_shift (school_id, class_id, shift_id)
        select $1, $2, id from unnest($3::uuid[]) as wanted (id)
            on conflict do nothing
        """,
        school_id,
        class_id,
        list(shift_ids),
    )


async def set_class_teachers(
    conn: db.Conn, *, school_id: int, class_id: UUID, teachers: Collection[Teacher]
) -> None:
    """Exactly these."""
    await db.run(
        conn,
        "delete from class_teacher where school_id = $1 and class_id = $2",
        school_id,
        class_id,
    )
    await db.run(
        conn,
        """
        insert into class_teacher (school_id, class_id, staff_id, subject)
        select $1, $2, staff_id, subject
          from unnest($3::uuid[], $4::text[]) as wanted (staff_id, subject)
            on conflict do nothing
        """,
        school_id,
        class_id,
        [teacher.staff_id for teacher in teachers],
        [teacher.subject for teacher in teachers],
    )


async def is_class_used(conn: db.Conn, *, school_id: int, class_id: UUID) -> bool:
    """Whether a pupil is enrolled in it."""
    used: bool = await db.value(
        conn,
        """
        select exists (select 1 from enrolment
                        where school_id = $1 and class_id = $2 and to_day is null)
        """,
        school_id,
        class_id,
    )
    return used
