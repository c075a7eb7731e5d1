"""SQL over pupils and their enrolments."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from app import db
from app.schools.students.model import Enrolment, Gender, StudentRow


async def students(
    conn: db.Conn,
    *,
    school_id: int,
    class_ids: Collection[UUID] | None,
    pattern: str | None,
    after: tuple[str, UUID] | None,
    limit: int,
    but: Collection[UUID] = (),
) -> list[StudentRow]:
    """The enrolled pupils in Vietnamese order of names, but for some.

    `class_ids` None: of every class.
    """
    return await db.many(
        conn,
        StudentRow,
        """
        select s.id, s.name, s.sort_key, e.class_id, c.name as class_name, s.moet_code,
               case when s.photo_consent and s.ended_at is null then s.photo_key end as photo_key,
               s.born_on, s.gender, s.personal_number_sealed, s.ended_at,
               exists (select 1 from card where card.school_id = s.school_id
                          and card.student_id = s.id and card.revoked_at is null) as has_card
          from student s
          join enrolment e on e.school_id = s.school_id and e.student_id = s.id
               and e.to_day is null
          join school_class c on c.school_id = e.school_id and c.id = e.class_id
         where s.school_id = $1 and s.ended_at is null
           and ($2::uuid[] is null or e.class_id = any($2::uuid[]))
           and ($3::text is null or s.search_key like $3)
           and ($4::text is null or (s.sort_key, s.id) > ($4, $5::uuid))
           and s.id <> all($7::uuid[])
         order by s.sort_key, s.id limit $6
        """,
        school_id,
        None if class_ids is None else list(class_ids),
        pattern,
        after[0] if after else None,
        after[1] if after else None,
        limit,
        list(but),
    )


async def student(conn: db.Conn, *, school_id: int, student_id: UUID) -> StudentRow | None:
    return await db.one(
        conn,
        StudentRow,
        """
        select s.id, s.name, s.sort_key, e.class_id, c.name as class_name, s.moet_code,
               case when s.photo_consent and s.ended_at is null then s.photo_key end as photo_key,
               s.born_on, s.gender, s.personal_number_sealed, s.ended_at,
               exists (select 1 from card where card.school_id = s.school_id
                          and card.student_id = s.id and card.revoked_at is null) as has_card
          from student s
          left join enrolment e on e.school_id = s.school_id and e.student_id = s.id
               and e.to_day is null
          left join school_class c on c.school_id = e.school_id and c.id = e.class_id
         where s.school_id = $1 and s.id = $2
        """,
        school_id,
        student_id,
    )


async def lock_student(conn: db.Conn, *, school_id: int, student_id: UUID) -> bool:
    """Let the changes of one pupil wait for each other; whether there is such a live pupil."""
    found = await db.value(
        conn,
        """
        select 1 from student where school_id = $1 and id = $2 and ended_at is null
           for no key update
        """,
        school_id,
        student_id,
    )
    return found is not None


async def insert_student(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    name: str,
    sort_key: str,
    search_key: str,
    moet_code: str | None,
    born_on: date | None,
    gender: Gender | None,
    personal_number_sealed: bytes | None,
) -> None:
    """A new row.

    Raises:
        db.UniqueViolation: `student_moet_code`: a live pupil of the school has the code.
    """
    await db.run(
        conn,
        """
        insert into student (school_id, id, name, sort_key, search_key, moet_code, born_on, gender,
                             personal_number_sealed)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        school_id,
        student_id,
        name,
        sort_key,
        search_key,
        moet_code,
        born_on,
        gender,
        personal_number_sealed,
    )


async def update_student(
    conn: db.Conn, *, school_id: int, row: StudentRow, search_key: str
) -> None:
    """What the row says of the person.

    Raises:
        db.UniqueViolation: `student_moet_code`: a live pupil of the school has the code.
    """
    await db.run(
        conn,
        """
        update student set name = $3, sort_key = $4, search_key = $5, moet_code = $6, born_on = $7,
               gender = $8, personal_number_sealed = $9
         where school_id = $1 and id = $2
        """,
        school_id,
        row.id,
        row.name,
        row.sort_key,
        search_key,
        row.moet_code,
        row.born_on,
        row.gender,
        row.personal_number_sealed,
    )


async def end_student(conn: db.Conn, *, school_id: int, student_id: UUID, now: datetime) -> None:
    """End the row alone."""
    await db.run(
        conn,
        "update student set ended_at = $3 where school_id = $1 and id = $2",
        school_id,
        student_id,
        now,
    )


async def end_student_login(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    except_account_id: UUID | None,
    now: datetime,
) -> None:
    """Take the role of this pupil from every account but one."""
    await db.run(
        conn,
        """
        update membership set ended_at = $4
         where school_id = $1 and person_id = $2 and role = 'student' and ended_at is null
           and account_id is distinct from $3::uuid
        """,
        school_id,
        student_id,
        except_account_id,
        now,
    )


async def give_student_login(
    conn: db.Conn, *, membership_id: UUID, account_id: UUID, school_id: int, student_id: UUID
) -> UUID:
    """Make an account this pupil, unless it is one here already; the pupil that it now is."""
    await db.run(
        conn,
        """
        insert into membership (id, account_id, school_id, role, person_id)
        values ($1, $2, $3, 'student', $4)
            on conflict (account_id, school_id, role) where ended_at is null do nothing
        """,
        membership_id,
        account_id,
        school_id,
        student_id,
    )
    owner: UUID = await db.value(
        conn,
        """
        select person_id from membership
         where account_id = $1 and school_id = $2 and role = 'student' and ended_at is null
        """,
        account_id,
        school_id,
    )
    return owner


async def enrolments(conn: db.Conn, *, school_id: int, student_id: UUID) -> list[Enrolment]:
    """All times in a class, the latest first."""
    return await db.many(
        conn,
        Enrolment,
        """
        select e.class_id, c.name as class_name, e.from_day, e.to_day
          from enrolment e
          join school_class c on c.school_id = e.school_id and c.id = e.class_id
         where e.school_id = $1 and e.student_id = $2
         order by e.from_day desc, e.to_day desc nulls first
        """,
        school_id,
        student_id,
    )


async def class_on(conn: db.Conn, *, school_id: int, student_id: UUID, day: date) -> UUID | None:
    """The class that the pupil was in on that day; the last one, of two."""
    found: UUID | None = await db.value(
        conn,
        """
        select class_id from enrolment
         where school_id = $1 and student_id = $2 and from_day <= $3
           and (to_day is null or to_day >= $3)
         order by from_day desc limit 1
        """,
        school_id,
        student_id,
        day,
    )
    return found


async def is_live_class(conn: db.Conn, *, school_id: int, class_id: UUID) -> bool:
    """Whether it can be enrolled in; until the commit nobody can end it."""
    found = await db.value(
        conn,
        """
        select 1 from school_class where school_id = $1 and id = $2 and ended_at is null for share
        """,
        school_id,
        class_id,
    )
    return found is not None


async def insert_enrolment(
    conn: db.Conn, *, school_id: int, student_id: UUID, class_id: UUID, from_day: date
) -> None:
    await db.run(
        conn,
        """
        insert into enrolment (school_id, student_id, class_id, from_day) values ($1, $2, $3, $4)
        """,
        school_id,
        student_id,
        class_id,
        from_day,
    )


async def end_enrolment(conn: db.Conn, *, school_id: int, student_id: UUID, last_day: date) -> None:
    """Close the live enrolment; one that began after `last_day` never was, and is deleted."""
    await db.run(
        conn,
        """
        delete from enrolment
         where school_id = $1 and student_id = $2 and to_day is null and from_day > $3
        """,
        school_id,
        student_id,
        last_day,
    )
    await db.run(
        conn,
        """
        update enrolment set to_day = $3
         where school_id = $1 and student_id = $2 and to_day is null
        """,
        school_id,
        student_id,
        last_day,
    )
