"""What the board counts. One school, one day; each statement reads the day by an index."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.monitoring.model import Mark

# What a phone still holds back after this is `stale_event` anyway.
_PENDING_FOR: Final = timedelta(days=30)


class Enrolled(Struct, frozen=True, kw_only=True):
    class_id: UUID
    pupils: int


class Stood(Struct, frozen=True, kw_only=True):
    """A class's pupils with a row in one shift."""

    class_id: UUID
    shift_id: UUID
    arrived: int = 0
    late: int = 0
    left: int = 0
    on_leave: int = 0
    absent: int = 0


class OnLeave(Struct, frozen=True, kw_only=True):
    """A pupil with approved leave: the class, and the shifts of the day that have a row."""

    student_id: UUID
    class_id: UUID
    recorded: list[UUID]


class Waiting(Struct, frozen=True, kw_only=True):
    """A class's alerts of one shift that wait for the principal."""

    class_id: UUID
    shift_id: UUID
    pupils: int


class Minute(Struct, frozen=True, kw_only=True):
    minute: datetime
    pupils: int


class Scanned(Struct, frozen=True, kw_only=True):
    station_id: UUID | None
    outcome: str
    scans: int
    last_minute: int = 0


class Phone(Struct, frozen=True, kw_only=True):
    station_id: UUID | None
    device_id: UUID
    device_name: str
    person_name: str | None
    beat_at: datetime
    closed_at: datetime | None
    pending: int
    oldest_at: datetime | None


async def without_table_scans(conn: db.Conn) -> None:
    """For the rest of the transaction.

    On the first morning of a month the partitions are empty, and a plan made for an empty table
    would be kept while it fills.
    """
    await conn.execute("set local enable_seqscan = off")


async def enrolled(conn: db.Conn, *, school_id: int, day: date) -> list[Enrolled]:
    """How many pupils each class has on the day."""
    return await db.many(
        conn,
        Enrolled,
        """
        select class_id, count(*) as pupils from enrolment
         where school_id = $1 and from_day <= $2 and (to_day is null or to_day >= $2)
         group by class_id
        """,
        school_id,
        day,
    )


async def stood(conn: db.Conn, *, school_id: int, day: date) -> list[Stood]:
    """How many of each class were recorded in each shift, as what."""
    return await db.many(
        conn,
        Stood,
        """
        select e.class_id, d.shift_id,
               count(*) filter (where d.state in ('present', 'late', 'left_early')) as arrived,
               count(*) filter (where d.late_minutes > 0) as late,
               count(*) filter (where d.left_at is not null) as left,
               count(*) filter (where d.state = 'absent_excused') as on_leave,
               count(*) filter (where d.state = 'absent_unexcused') as absent
          from attendance_day d
          join enrolment e on e.school_id = d.school_id and e.student_id = d.person_id
               and e.from_day <= $2 and (e.to_day is null or e.to_day >= $2)
         where d.school_id = $1 and d.day = $2 and d.person_kind = 'student'
         group by e.class_id, d.shift_id
        """,
        school_id,
        day,
    )


async def on_leave(
    conn: db.Conn, *, school_id: int, day: date, person_ids: Sequence[UUID]
) -> list[OnLeave]:
    """These pupils, as far as they are in a class on the day."""
    return await db.many(
        conn,
        OnLeave,
        """
        select e.student_id, e.class_id,
               array(select d.shift_id from attendance_day d
                      where d.school_id = $1 and d.day = $2 and d.person_id = e.student_id)
                   as recorded
          from enrolment e
         where e.school_id = $1 and e.student_id = any($3)
           and e.from_day <= $2 and (e.to_day is null or e.to_day >= $2)
        """,
        school_id,
        day,
        person_ids,
    )


async def waiting(conn: db.Conn, *, school_id: int, day: date) -> list[Waiting]:
    """How many alerts of each class and shift wait; not of who has been recorded since."""
    return await db.many(
        conn,
        Waiting,
        """
        select e.class_id, a.shift_id, count(*) as pupils
          from absence_case a
          join enrolment e on e.school_id = a.school_id and e.student_id = a.student_id
               and e.from_day <= $2 and (e.to_day is null or e.to_day >= $2)
         where a.school_id = $1 and a.day = $2 and a.decision is null and a.told_at is null
           and not exists (
               select from attendance_day d
                where d.school_id = $1 and d.day = $2 and d.person_id = a.student_id
                  and d.shift_id = a.shift_id)
         group by e.class_id, a.shift_id
        """,
        school_id,
        day,
    )


async def minutes(conn: db.Conn, *, school_id: int, day: date) -> list[Minute]:
    """How many pupils arrived in each minute in which somebody did."""
    return await db.many(
        conn,
        Minute,
        """
        select date_trunc('minute', arrived_at) as minute, count(*) as pupils
          from attendance_day
         where school_id = $1 and day = $2 and person_kind = 'student' and arrived_at is not null
         group by 1 order by 1
        """,
        school_id,
        day,
    )


async def recorded(
    conn: db.Conn, *, school_id: int, day: date, since: datetime, now: datetime
) -> list[Scanned]:
    """The pupils' recorded scans that were not taken back, by station and outcome.

    `last_minute`: those made after `since`, up to now.
    """
    return await db.many(
        conn,
        Scanned,
        """
        select e.station_id, e.outcome, count(*) as scans,
               count(*) filter (where e.occurred_at > $3 and e.occurred_at <= $4) as last_minute
          from scan_event e
         where e.school_id = $1 and e.day = $2 and e.person_kind = 'student'
           and not exists (
               select from attendance_correction k
                where k.school_id = $1 and k.day = $2 and k.event_id = e.id and k.kind = 'undo')
         group by e.station_id, e.outcome
        """,
        school_id,
        day,
        since,
        now,
    )


async def refused(conn: db.Conn, *, school_id: int, day: date) -> list[Scanned]:
    """The refused scans by station and outcome; duplicates that count by now are none of them."""
    return await db.many(
        conn,
        Scanned,
        """
        select station_id, outcome, count(*) as scans from scan_refusal
         where school_id = $1 and day = $2 and promoted_at is null
         group by station_id, outcome
        """,
        school_id,
        day,
    )


async def phones(
    conn: db.Conn, *, school_id: int, day_began: datetime, now: datetime
) -> list[Phone]:
    """The phones heard of since `day_began`, and those that still hold scans back.

    Not those that were reported lost: nothing of them is waited for.
    """
    return await db.many(
        conn,
        Phone,
        """
        select s.station_id, s.device_id, d.name as device_name, staff.name as person_name,
               s.beat_at, s.closed_at, s.pending, s.oldest_at
          from scanner s
          join device d on d.id = s.device_id and d.revoked_at is null
          left join staff on staff.school_id = s.school_id and staff.account_id = s.account_id
               and staff.ended_at is null
         where s.school_id = $1
           and (s.beat_at >= $2 or s.pending > 0 and s.beat_at > $3)
         order by s.pending desc, s.beat_at, s.device_id
        """,
        school_id,
        day_began,
        now - _PENDING_FOR,
    )


async def marks(conn: db.Conn, *, school_ids: Sequence[int], day: date) -> list[Mark]:
    """Where the day of each of these schools stands, in few index look-ups a school."""
    return await db.many(
        conn,
        Mark,
        """
        select s.id as school_id, s.plan_version,
               (select e.received_at from scan_event e
                 where e.school_id = s.id and e.day = $2 and e.person_kind = 'student'
                 order by e.received_at desc limit 1) as last_scan_at,
               (select count(*) from scan_refusal r
                 where r.school_id = s.id and r.day = $2) as refused,
               (select count(*) from attendance_correction k
                 where k.school_id = s.id and k.day = $2) as taken_back,
               (select max(a.ran_at) from absence_run a
                 where a.school_id = s.id and a.day = $2) as last_run_at,
               (select count(*) from absence_case a
                 where a.school_id = s.id and a.day = $2 and a.decision is null
                   and a.told_at is null) as held,
               (select max(p.beat_at) from scanner p where p.school_id = s.id) as last_beat_at
          from unnest($1::int[]) as q (id) join school s on s.id = q.id
        """,
        school_ids,
        day,
    )


async def campus_arrivals(conn: db.Conn, *, school_id: int, station_id: UUID, day: date) -> int:
    """How many pupils were scanned in on the day at the campus of the station.

    Suspects and what was taken back do not count.
    """
    count: int = await db.value(
        conn,
        """
        select count(distinct e.person_id) from scan_event e
          join station here on here.school_id = $1 and here.id = $2
         where e.school_id = $1 and e.day = $3 and e.person_kind = 'student'
           and e.direction = 'in' and e.campus_id = here.campus_id
           and e.outcome not in ('clone_suspect', 'impossible_travel')
           and not exists (
               select from attendance_correction k
                where k.school_id = $1 and k.day = $3 and k.event_id = e.id and k.kind = 'undo')
        """,
        school_id,
        station_id,
        day,
    )
    return count


class Watching(Struct, frozen=True, kw_only=True):
    """Whether a session lives, and its account leads the school."""

    is_live: bool
    is_principal: bool


async def watching(
    conn: db.Conn,
    *,
    session_ids: Sequence[UUID],
    account_ids: Sequence[UUID],
    school_ids: Sequence[int],
    now: datetime,
) -> list[Watching]:
    """How these watchers stand, in their order."""
    return await db.many(
        conn,
        Watching,
        """
        select exists (
                   select from session s
                     join account a on a.id = s.account_id
                     join device d on d.id = s.device_id
                    where s.id = q.session_id and s.account_id = q.account_id
                      and s.revoked_at is null and s.expires_at > $4
                      and a.disabled_at is null and d.revoked_at is null) as is_live,
               exists (
                   select from membership m
                     join account a on a.id = m.account_id
                     join school on school.id = m.school_id
                    where m.account_id = q.account_id and m.school_id = q.school_id
                      and m.role = 'principal' and m.ended_at is null and a.paper_at is null
                      and (m.valid_from is null or m.valid_from <= $4)
                      and (m.valid_until is null or m.valid_until > $4)
                      and school.ended_at is null) as is_principal
          from unnest($1::uuid[], $2::uuid[], $3::int[])
               with ordinality as q (session_id, account_id, school_id, n)
         order by q.n
        """,
        session_ids,
        account_ids,
        school_ids,
        now,
    )
