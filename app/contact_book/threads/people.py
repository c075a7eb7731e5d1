"""SQL over who is who to a thread: seats and who sits there, names, principals."""

from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from app import db
from app.contact_book.threads.model import Partner, Reader, Seated, Seats


async def seats(
    conn: db.Conn, *, school_id: int, staff_id: UUID, is_leader: bool, now: datetime
) -> Seats:
    """The classes led and the subjects taught, own ones and those that are stood in for.

    `is_leader`: holds the role of a homeroom teacher; else own classes are led no more.
    """
    rows = await db.rows(
        conn,
        """
        with seat as (
            select $2::uuid as staff_id, $4::boolean as leads
             union all
            select staff_id, true from thread_stand_in
             where school_id = $1 and stand_in_id = $2 and ended_at is null
               and from_at <= $3 and until_at > $3)
        select c.id as class_id, null as subject
          from seat join school_class c on c.school_id = $1 and c.homeroom_staff_id = seat.staff_id
         where c.ended_at is null and seat.leads
         union all
        select c.id, e.subject
          from seat join class_teacher e on e.school_id = $1 and e.staff_id = seat.staff_id
          join school_class c on c.school_id = e.school_id and c.id = e.class_id
         where c.ended_at is null
        """,
        school_id,
        staff_id,
        now,
        is_leader,
    )
    return Seats(
        homeroom_class_ids=frozenset(r["class_id"] for r in rows if r["subject"] is None),
        taught=frozenset((r["class_id"], r["subject"]) for r in rows if r["subject"] is not None),
    )


async def seated(conn: db.Conn, *, school_id: int, thread_id: UUID, now: datetime) -> list[Seated]:
    """Who sits on the school's side at this moment; stand-ins last."""
    return await db.many(
        conn,
        Seated,
        """
        select staff_id, account_id, name, is_stand_in from thread_staff($1, $2, $3)
         order by is_stand_in, name, staff_id
        """,
        school_id,
        thread_id,
        now,
    )


async def partners(conn: db.Conn, *, school_id: int, student_id: UUID) -> list[Partner]:
    """The seats about the pupil: homeroom, and each subject taught in the class."""
    return await db.many(
        conn,
        Partner,
        """
        with place as (
            select c.id, c.homeroom_staff_id
              from enrolment n join school_class c on c.school_id = n.school_id
               and c.id = n.class_id and c.ended_at is null
             where n.school_id = $1 and n.student_id = $2 and n.to_day is null),
        seat as (
            select 'homeroom' as kind, null as subject, f.name
              from place join staff f on f.school_id = $1 and f.id = place.homeroom_staff_id
             union all
            select 'subject', e.subject, f.name
              from place join class_teacher e on e.school_id = $1 and e.class_id = place.id
              join staff f on f.school_id = $1 and f.id = e.staff_id
             where f.ended_at is null)
        select $1::int as school_id, $2::uuid as student_id, seat.kind, seat.subject,
               array_agg(seat.name order by seat.name) as names, t.id as thread_id,
               exists (select from thread_apart a where a.school_id = $1 and a.student_id = $2
                          and a.lifted_at is null) as may_be_apart
          from seat left join thread t on t.school_id = $1 and t.student_id = $2
           and t.kind = seat.kind and coalesce(t.subject, '') = coalesce(seat.subject, '')
           and t.only_account_id is null
         group by seat.kind, seat.subject, t.id
         order by seat.kind, seat.subject
        """,
        school_id,
        student_id,
    )


async def held_partners(
    conn: db.Conn, *, reader: Reader, school_id: int, student_id: UUID
) -> list[Partner]:
    """Those of the pupil's seats that the reader holds; none of a pupil whom a court keeps away."""
    class_id = await db.value(
        conn,
        """
        select n.class_id from enrolment n
         where n.school_id = $1 and n.student_id = $2 and n.to_day is null
           and not exists (
               select from guardianship b
                where b.school_id = n.school_id and b.student_id = n.student_id
                  and $3 in (b.account_id, b.pending_account_id)
                  and b.custody_blocked_at is not null)
        """,
        school_id,
        student_id,
        reader.account_id,
    )
    held = reader.seats[school_id]
    return [
        replace(each, may_be_apart=False)
        for each in await partners(conn, school_id=school_id, student_id=student_id)
        if (each.kind == "homeroom" and class_id in held.homeroom_class_ids)
        or (each.subject is not None and (class_id, each.subject) in held.taught)
    ]


async def guardian_name(
    conn: db.Conn, *, school_id: int, student_id: UUID, account_id: UUID
) -> str | None:
    """What the school calls the account as a guardian of the pupil."""
    name: str | None = await db.value(
        conn,
        """
        select min(g.name) from guardianship link
          join guardian g on g.school_id = link.school_id and g.id = link.guardian_id
         where link.school_id = $1 and link.student_id = $2 and link.account_id = $3
        """,
        school_id,
        student_id,
        account_id,
    )
    return name


async def staff_name(conn: db.Conn, *, school_id: int, account_id: UUID) -> str | None:
    """What the school calls the account as one of its staff."""
    name: str | None = await db.value(
        conn,
        "select min(name) from staff where school_id = $1 and account_id = $2",
        school_id,
        account_id,
    )
    return name


async def principals(conn: db.Conn, *, school_id: int, now: datetime) -> list[UUID]:
    """The accounts that lead the school."""
    rows = await db.rows(
        conn,
        """
        select distinct account_id from membership
         where school_id = $1 and role = 'principal' and ended_at is null
           and (valid_from is null or valid_from <= $2)
           and (valid_until is null or valid_until > $2)
        """,
        school_id,
        now,
    )
    return [row["account_id"] for row in rows]
