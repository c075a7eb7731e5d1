"""SQL over threads: which there are for somebody, who sits there, read marks."""

from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from app import db
from app.contact_book.threads.model import (
    GIST_CHARS,
    AuthorKind,
    Partner,
    Place,
    Reader,
    Seated,
    Seats,
    ThreadLook,
    ThreadRow,
)
from app.ids import new_id
from app.schools.common import ZONE


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


# Who reads a thread and as what. $1-$3 kin (school, pupil, until), $4-$5 homeroom classes, $6-$8
# taught (school, class, subject), $9 schools led, $10 the account, $11 now, $12 thread, $13 pupil.
# A principal is shown what is named, or was opened with a reason: never all of the school.
READABLE: Final = """
    with kin as (
        select * from unnest($1::int[], $2::uuid[], $3::timestamptz[])
                   as k (school_id, student_id, until)),
    led as (select * from unnest($4::int[], $5::uuid[]) as l (school_id, class_id)),
    taught as (
        select * from unnest($6::int[], $7::uuid[], $8::text[])
                   as e (school_id, class_id, subject)),
    candidate as (
        select t.school_id, t.id
          from kin join thread t on t.school_id = kin.school_id and t.student_id = kin.student_id
         union
        select t.school_id, t.id
          from (select school_id, class_id from led
                 union select school_id, class_id from taught) seat
          join enrolment n on n.school_id = seat.school_id and n.class_id = seat.class_id
           and n.to_day is null
          join thread t on t.school_id = n.school_id and t.student_id = n.student_id
         union
        select a.school_id, a.thread_id from thread_access a
         where a.school_id = any($9::int[]) and a.account_id = $10 and a.until_at > $11
         union
        select t.school_id, t.id from thread t
         where t.school_id = any($9::int[]) and (t.id = $12 or t.student_id = $13)),
    readable as (
        select t.*, s.name as student_name, c.id as class_id, c.name as class_name, kin.until,
               case
                 when kin.student_id is not null then
                     case when t.only_account_id is null or t.only_account_id = $10
                          then 'guardian' end
                 when exists (select from guardianship b
                               where b.school_id = t.school_id and b.student_id = t.student_id
                                 and $10 in (b.account_id, b.pending_account_id)
                                 and b.custody_blocked_at is not null) then null
                 when t.kind = 'homeroom' and exists (
                          select from led where led.school_id = c.school_id and led.class_id = c.id)
                      then 'staff'
                 when t.kind = 'subject' and exists (
                          select from taught
                           where taught.school_id = c.school_id and taught.class_id = c.id
                             and taught.subject = t.subject) then 'staff'
                 when t.school_id = any($9::int[]) then 'principal' end as side
          from candidate d
          join thread t on t.school_id = d.school_id and t.id = d.id
          join student s on s.school_id = t.school_id and s.id = t.student_id
          left join enrolment n
            on n.school_id = t.school_id and n.student_id = t.student_id and n.to_day is null
          left join school_class c
            on c.school_id = n.school_id and c.id = n.class_id and c.ended_at is null
          left join kin on kin.school_id = t.school_id and kin.student_id = t.student_id
         where ($12::uuid is null or t.id = $12) and ($13::uuid is null or t.student_id = $13)),
    marked as (
        select r.*,
               case when r.side = 'staff' and mark.own is null then mark.staff
                    else coalesce(mark.own, 0) end as my_seq,
               mark.family as family_seq, mark.staff as staff_seq
          from readable r
         cross join lateral (
               select max(k.seq) filter (where k.account_id = $10) as own,
                      coalesce(max(k.seq) filter (where k.side = 'guardian'), 0) as family,
                      coalesce(max(k.seq) filter (where k.side = 'staff'), 0) as staff
                 from thread_read k where k.school_id = r.school_id and k.thread_id = r.id) mark
         where r.side is not null),
    counted as (
        select m.*, (
               select count(*)::int from thread_message w
                where w.school_id = m.school_id and w.thread_id = m.id and w.seq > m.my_seq
                  and w.author_kind <> m.side and w.taken_back_at is null
                  and m.side <> 'principal' and (m.until is null or w.sent_at < m.until)) as unread
          from marked m)
"""

_SHOWN: Final = """
    select t.school_id, t.id, t.student_id, t.student_name, t.class_id, t.class_name, t.kind,
           t.subject, t.only_account_id, t.created_at, t.last_at, t.last_seq, t.side, t.until,
           (select max(a.until_at) from thread_access a
             where a.school_id = t.school_id and a.thread_id = t.id and a.account_id = $10
               and a.until_at > $11 and t.side = 'principal') as access_until,
           t.my_seq, t.family_seq, t.staff_seq, t.unread,
           exists (select from thread_block b
                    where b.school_id = t.school_id and b.thread_id = t.id
                      and b.account_id = $10 and b.lifted_at is null) as is_stopped,
           latest.author_name as last_author, latest.author_kind as last_author_kind,
           latest.text as last_text
      from counted t
      left join lateral (
           select m.author_name, m.author_kind,
                  case when m.taken_back_at is null then left(m.text, $18) else '' end as text
             from thread_message m
            where m.school_id = t.school_id and m.thread_id = t.id
              and (t.until is null or m.sent_at < t.until)
            order by m.seq desc limit 1) latest on t.side <> 'principal'
     where ($14::int is null or t.school_id = $14)
       and ($12::uuid is not null or t.last_seq > 0)
       and ($15::timestamptz is null or (t.last_at, t.id) < ($15, $16::uuid))
     order by t.last_at desc, t.id desc limit $17
"""

_UNREAD: Final = """
    select school_id, student_id, sum(unread)::int as unread from counted
     where unread > 0 group by school_id, student_id
"""


def until_of(day: date | None) -> datetime | None:
    """The end of the last day that stays readable."""
    return None if day is None else datetime.combine(day + timedelta(days=1), time(), ZONE)


def readable_args(
    reader: Reader, *, now: datetime, thread_id: UUID | None = None, student_id: UUID | None = None
) -> list[object]:
    """$1 to $13 of `READABLE`."""
    homeroom = [
        (school, class_id)
        for school, held in reader.seats.items()
        for class_id in held.homeroom_class_ids
    ]
    taught = [(school, *each) for school, held in reader.seats.items() for each in held.taught]
    return [
        [link.school_id for link in reader.kin],
        [link.student_id for link in reader.kin],
        [until_of(link.until) for link in reader.kin],
        [school for school, _ in homeroom],
        [class_id for _, class_id in homeroom],
        [school for school, _, _ in taught],
        [class_id for _, class_id, _ in taught],
        [subject for _, _, subject in taught],
        sorted(reader.led_schools),
        reader.account_id,
        now,
        thread_id,
        student_id,
    ]


async def threads(
    conn: db.Conn,
    *,
    reader: Reader,
    now: datetime,
    thread_id: UUID | None = None,
    student_id: UUID | None = None,
    school_id: int | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 1,
) -> list[ThreadRow]:
    """Those that the reader may know of, where something was said last first.

    Without `thread_id` those in which nothing has been said are left out.
    """
    return await db.many(
        conn,
        ThreadRow,
        READABLE + _SHOWN,
        *readable_args(reader, now=now, thread_id=thread_id, student_id=student_id),
        school_id,
        *(before or (None, None)),
        limit,
        GIST_CHARS,
    )


async def unread_by_student(
    conn: db.Conn, *, reader: Reader, now: datetime
) -> dict[tuple[int, UUID], int]:
    """How many messages of the other side are unread, by school and pupil; none: not there."""
    rows = await db.rows(
        conn,
        READABLE + _UNREAD,
        *readable_args(reader, now=now),
    )
    return {(row["school_id"], row["student_id"]): row["unread"] for row in rows}


async def find_thread(conn: db.Conn, *, place: Place) -> UUID | None:
    """The one thread of the pupil with this seat, or of one guardian with it."""
    found: UUID | None = await db.value(
        conn,
        """
        select id from thread
         where school_id = $1 and student_id = $2 and kind = $3 and coalesce(subject, '') = $4
           and only_account_id is not distinct from $5
        """,
        place.school_id,
        place.student_id,
        place.kind,
        place.subject or "",
        place.only_account_id,
    )
    return found


async def insert_thread(conn: db.Conn, *, place: Place, opened_by: UUID, now: datetime) -> None:
    """Open it, unless somebody is just doing the same."""
    await db.run(
        conn,
        """
        insert into thread (school_id, id, student_id, kind, subject, only_account_id, opened_by,
               created_at, last_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $8) on conflict do nothing
        """,
        place.school_id,
        new_id(),
        place.student_id,
        place.kind,
        place.subject,
        place.only_account_id,
        opened_by,
        now,
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


async def mark_read(
    conn: db.Conn,
    *,
    school_id: int,
    thread_id: UUID,
    account_id: UUID,
    side: AuthorKind,
    seq: int,
    now: datetime,
) -> None:
    """The account has read so far, or farther before."""
    await db.run(
        conn,
        """
        insert into thread_read (school_id, thread_id, account_id, side, seq, at)
        values ($1, $2, $3, $4, $5, $6)
            on conflict (school_id, thread_id, account_id) do update
               set seq = excluded.seq, side = excluded.side, at = excluded.at
             where excluded.seq > thread_read.seq
        """,
        school_id,
        thread_id,
        account_id,
        side,
        seq,
        now,
    )


async def looks(conn: db.Conn, *, school_id: int, thread_id: UUID) -> list[ThreadLook]:
    """Which principals have opened the thread to themselves, the latest first."""
    return await db.many(
        conn,
        ThreadLook,
        """
        select name, from_at as at, until_at as until from thread_access
         where school_id = $1 and thread_id = $2 order by from_at desc, id desc limit 50
        """,
        school_id,
        thread_id,
    )


async def insert_look(
    conn: db.Conn,
    *,
    school_id: int,
    thread_id: UUID,
    account_id: UUID,
    name: str,
    reason: str,
    now: datetime,
    until: datetime,
) -> None:
    """A principal has said why, and reads until then."""
    await db.run(
        conn,
        """
        insert into thread_access (school_id, id, thread_id, account_id, name, reason, from_at,
               until_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        school_id,
        new_id(),
        thread_id,
        account_id,
        name,
        reason,
        now,
        until,
    )


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


async def is_apart_allowed(conn: db.Conn, *, school_id: int, student_id: UUID) -> bool:
    """Whether the principal has set the custody rule for the pupil."""
    return bool(
        await db.value(
            conn,
            """
            select exists (select from thread_apart
                            where school_id = $1 and student_id = $2 and lifted_at is null)
            """,
            school_id,
            student_id,
        )
    )
