"""SQL over threads: which there are for somebody, read marks, looks."""

from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from app import db
from app.contact_book.threads.model import (
    GIST_CHARS,
    AuthorKind,
    Place,
    Reader,
    ThreadLook,
    ThreadRow,
)
from app.ids import new_id
from app.schools.common import ZONE

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
