"""SQL over cards."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from app import db
from app.schools.students.model import CardToPrint, LiveCard, NoSuchStudent


async def live_card(
    conn: db.Conn, *, school_ids: Collection[int], student_id: UUID
) -> LiveCard | None:
    """The pupil's card in one of these schools, if the pupil is there still."""
    return await db.one(
        conn,
        LiveCard,
        """
        select c.school_id, c.student_id, c.id, c.key_id from card c
          join student s on s.school_id = c.school_id and s.id = c.student_id
         where c.school_id = any($1::int[]) and c.student_id = $2 and c.revoked_at is null
           and s.ended_at is null
        """,
        list(school_ids),
        student_id,
    )


async def cards_of_class(conn: db.Conn, *, school_id: int, class_id: UUID) -> list[CardToPrint]:
    """The live cards of the pupils enrolled, in Vietnamese order of names."""
    return await db.many(
        conn,
        CardToPrint,
        """
        select s.name, c.id as card_id, c.key_id,
               case when s.photo_consent then s.photo_key end as photo_key
          from enrolment e
          join student s on s.school_id = e.school_id and s.id = e.student_id
          join card c on c.school_id = s.school_id and c.student_id = s.id
         where e.school_id = $1 and e.class_id = $2 and e.to_day is null and s.ended_at is null
           and c.revoked_at is null
         order by s.sort_key, s.id
        """,
        school_id,
        class_id,
    )


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What a family is told with."""

    student: str
    school: str


async def names_of(conn: db.Conn, *, school_id: int, student_id: UUID) -> Names:
    """The names of a pupil who is known to exist, and of the school."""
    found = await db.one(
        conn,
        Names,
        """
        select s.name as student, school.name as school
          from student s join school on school.id = s.school_id
         where s.school_id = $1 and s.id = $2
        """,
        school_id,
        student_id,
    )
    if found is None:
        raise NoSuchStudent
    return found


async def insert_card(
    conn: db.Conn,
    *,
    school_id: int,
    card_id: bytes,
    student_id: UUID,
    key_id: int,
    issued_by: UUID | None,
    now: datetime,
) -> None:
    """A live card; the former one must have been revoked before."""
    await db.run(
        conn,
        """
        insert into card (school_id, id, student_id, key_id, issued_by, issued_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        school_id,
        card_id,
        student_id,
        key_id,
        issued_by,
        now,
    )


async def revoke_card(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    reason: str,
    revoked_by: UUID,
    now: datetime,
) -> bool:
    """Whether there was a live one."""
    revoked = await db.run(
        conn,
        """
        update card set revoked_at = $3, revoked_reason = $4, revoked_by = $5
         where school_id = $1 and student_id = $2 and revoked_at is null
        """,
        school_id,
        student_id,
        now,
        reason,
        revoked_by,
    )
    return revoked > 0
