"""SQL over scans that wait for a verdict."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from app import db
from app.attendance.model import Correction, DayRow, PersonKind
from app.attendance.reviews.model import Asked, Beside, ObviousGroup, Pending, Reason

# A group: as many people, a place as near, clocks off by as nearly the same.
OBVIOUS_PEOPLE = 5
OBVIOUS_DISTANCE_M = 100
OBVIOUS_CLOCK_SPREAD_S = 120


class Tally(Struct, frozen=True, kw_only=True):
    """How many wait, by one of the three or, with none of them, in all."""

    reason: Reason | None
    device_id: UUID | None
    person_kind: PersonKind | None
    person_id: UUID | None
    count: int
    oldest_day: date
    by: int
    scanned_by: UUID | None


class Face(Struct, frozen=True, kw_only=True):
    """A pupil or a member of staff by name; `photo_key` with consent alone."""

    id: UUID
    name: str
    class_name: str | None = None
    photo_key: str | None = None


class Standing(Struct, frozen=True, kw_only=True):
    """A scan that is asked to be decided, with what was decided of it before."""

    event_id: UUID
    day: date
    person_kind: PersonKind
    person_id: UUID
    shift_id: UUID | None
    kinds: list[str]


class VerdictRow(Struct, frozen=True, kw_only=True):
    """A verdict about to be written, with the shift's row before and after it."""

    correction: Correction
    before: DayRow | None
    after: DayRow | None


async def waiting(
    conn: db.Conn,
    *,
    school_id: int,
    asked: Asked,
    before: tuple[date, datetime, UUID],
    limit: int,
) -> list[Pending]:
    """Those without a verdict that stand behind `before`, the newest first."""
    return await db.many(
        conn,
        Pending,
        """
        select e.id as event_id, e.day, e.person_kind, e.person_id, e.direction, e.outcome,
               review_reason(e.outcome, e.source, e.verdict, e.occurred_at, e.received_at)
                   as reason,
               e.source, e.shift_id, e.station_id, e.campus_id, e.device_id, e.scanned_by,
               e.occurred_at, e.scanned_at, e.received_at, e.verdict, e.distance_m,
               e.reason as note
          from scan_event e
         where e.school_id = $1 and e.day between $2 and $3
           and (e.day, e.occurred_at, e.id) < ($4::date, $5::timestamptz, $6::uuid)
           and e.outcome in ('pending_review', 'geo_uncertain', 'clock_suspect', 'clone_suspect',
               'impossible_travel')
           and ($7::text is null or $7 = review_reason(
               e.outcome, e.source, e.verdict, e.occurred_at, e.received_at))
           and ($8::uuid is null or e.person_id = $8)
           and ($9::uuid is null or e.device_id = $9)
           and ($10::text is null or e.person_kind = $10)
           and not exists (
               select from attendance_correction k
                where k.school_id = $1 and k.person_id = e.person_id and k.day = e.day
                  and k.event_id = e.id and k.kind in ('undo', 'confirm', 'reject'))
         order by e.day desc, e.occurred_at desc, e.id desc limit $11
        """,
        school_id,
        asked.first,
        asked.last,
        *before,
        asked.reason,
        asked.person_id,
        asked.device_id,
        asked.person_kind,
        limit,
    )


async def tallies(conn: db.Conn, *, school_id: int, first: date, last: date) -> list[Tally]:
    """How many wait in all (`by` 7), by reason (3), by phone (5) and by person (6)."""
    return await db.many(
        conn,
        Tally,
        """
        select e.reason, e.device_id, e.person_kind, e.person_id, count(*),
               min(e.day) as oldest_day,
               grouping(e.reason, e.device_id, e.person_id) as by,
               (array_agg(e.scanned_by order by e.occurred_at desc))[1] as scanned_by
          from (
               select e.day, e.person_kind, e.person_id, e.device_id, e.scanned_by, e.occurred_at,
                      review_reason(e.outcome, e.source, e.verdict, e.occurred_at, e.received_at)
                          as reason
                 from scan_event e
                where e.school_id = $1 and e.day between $2 and $3
                  and e.outcome in ('pending_review', 'geo_uncertain', 'clock_suspect',
                      'clone_suspect', 'impossible_travel')
                  and not exists (
                      select from attendance_correction k
                       where k.school_id = $1 and k.person_id = e.person_id and k.day = e.day
                         and k.event_id = e.id and k.kind in ('undo', 'confirm', 'reject'))) e
         group by grouping sets ((e.reason), (e.device_id), (e.person_kind, e.person_id), ())
        having count(*) > 0
         order by count(*) desc, e.reason, e.device_id, e.person_id
        """,
        school_id,
        first,
        last,
    )


async def obvious_groups(
    conn: db.Conn,
    *,
    school_id: int,
    first: date,
    last: date,
    most: int,
    groups: int,
    account_id: UUID,
) -> list[ObviousGroup]:
    """Pupils whom one phone scanned at one gate in one half day, all uncertain for one reason.

    `most`: event ids a group; `groups`: how many of them, the largest first. Without children of
    `account_id`, who decides about none of them.
    """
    return await db.many(
        conn,
        ObviousGroup,
        """
        select e.why as reason, e.day, e.is_morning, e.device_id, e.station_id,
               min(station.name) as station_name,
               (select min(t.name) from staff t where t.school_id = $1
                   and t.account_id = (array_agg(e.scanned_by order by e.occurred_at desc))[1])
                   as person_name,
               count(*), count(distinct e.person_id) as people, min(e.occurred_at) as first_at,
               max(e.occurred_at) as last_at, max(e.distance_m)::float8 as max_distance_m,
               min(e.offset_s) as min_clock_offset_s, max(e.offset_s) as max_clock_offset_s,
               (array_agg(e.id order by e.occurred_at, e.id))[:$4] as event_ids
          from (
               select e.id, e.day, e.person_id, e.device_id, e.station_id, e.scanned_by,
                      e.occurred_at, e.distance_m,
                      review_reason(e.outcome, e.source, e.verdict, e.occurred_at, e.received_at)
                          as why,
                      (e.occurred_at at time zone 'Asia/Ho_Chi_Minh')::time < '12:00' as is_morning,
                      extract(epoch from e.scanned_at - e.occurred_at)::int as offset_s
                 from scan_event e
                where e.school_id = $1 and e.day between $2 and $3 and e.person_kind = 'student'
                  and e.outcome in ('pending_review', 'geo_uncertain', 'clock_suspect')
                  and e.device_id is not null and e.station_id is not null
                  and (e.outcome <> 'geo_uncertain' or e.distance_m <= $5)
                  and not exists (
                      select from guardianship g
                       where g.school_id = $1 and g.student_id = e.person_id
                         and $9 in (g.account_id, g.pending_account_id)
                         and (g.ended_at is null or g.custody_blocked_at is not null))
                  and not exists (
                      select from attendance_correction k
                       where k.school_id = $1 and k.person_id = e.person_id and k.day = e.day
                         and k.event_id = e.id and k.kind in ('undo', 'confirm', 'reject'))) e
          left join station on station.school_id = $1 and station.id = e.station_id
         where e.why in ('geo_uncertain', 'no_fix', 'clock_suspect')
         group by e.why, e.day, e.is_morning, e.device_id, e.station_id
        having count(distinct e.person_id) >= $6
           and (e.why <> 'clock_suspect' or max(e.offset_s) - min(e.offset_s) <= $7)
         order by count(*) desc, e.day desc, e.device_id limit $8
        """,
        school_id,
        first,
        last,
        most,
        OBVIOUS_DISTANCE_M,
        OBVIOUS_PEOPLE,
        OBVIOUS_CLOCK_SPREAD_S,
        groups,
        account_id,
    )


async def scans_beside(
    conn: db.Conn, *, school_id: int, person_ids: Sequence[UUID], days: Sequence[date]
) -> list[Beside]:
    """All scans of these people's days that were not undone or rejected, in order of time."""
    return await db.many(
        conn,
        Beside,
        """
        select e.id, e.person_id, e.day, e.direction, e.outcome, e.station_id, e.campus_id,
               e.occurred_at
          from (select distinct * from unnest($2::uuid[], $3::date[]) as q (person_id, day)) asked
          join scan_event e on e.school_id = $1 and e.person_id = asked.person_id
               and e.day = asked.day and e.day between $4 and $5
         where not exists (
               select from attendance_correction k
                where k.school_id = $1 and k.person_id = e.person_id and k.day = e.day
                  and k.event_id = e.id and k.kind in ('undo', 'reject'))
         order by e.occurred_at, e.id
        """,
        school_id,
        person_ids,
        days,
        min(days),
        max(days),
    )


async def faces(conn: db.Conn, *, school_id: int, person_ids: Sequence[UUID]) -> list[Face]:
    """Pupils with class and picture, staff by name."""
    return await db.many(
        conn,
        Face,
        """
        select s.id, s.name, c.name as class_name,
               case when s.photo_consent and s.ended_at is null then s.photo_key end as photo_key
          from student s
          left join lateral (
               select class_id from enrolment e
                where e.school_id = s.school_id and e.student_id = s.id
                order by e.to_day is null desc, e.from_day desc limit 1) e on true
          left join school_class c on c.school_id = s.school_id and c.id = e.class_id
         where s.school_id = $1 and s.id = any($2)
         union all
        select id, name, null, null from staff where school_id = $1 and id = any($2)
        """,
        school_id,
        person_ids,
    )


async def names_of_accounts(
    conn: db.Conn, *, school_id: int, account_ids: Sequence[UUID]
) -> dict[UUID, str]:
    """What the school calls these accounts of its staff, who has left too."""
    found = await db.rows(
        conn,
        """
        select account_id, min(name) as name from staff
         where school_id = $1 and account_id = any($2) group by account_id
        """,
        school_id,
        account_ids,
    )
    return {row["account_id"]: row["name"] for row in found}


async def names_of_places(conn: db.Conn, *, school_id: int) -> dict[UUID, str]:
    """Stations, campuses and shifts by id, ended ones too: past scans name them."""
    found = await db.rows(
        conn,
        """
        select id, name from station where school_id = $1
         union all select id, name from campus where school_id = $1
         union all select id, name from shift where school_id = $1
        """,
        school_id,
    )
    return {row["id"]: row["name"] for row in found}


async def standing(
    conn: db.Conn, *, school_id: int, event_ids: Sequence[UUID], first: date, last: date
) -> list[Standing]:
    """Those of these scans that are, or were, to be reviewed, with all that was said of each."""
    return await db.many(
        conn,
        Standing,
        """
        select e.id as event_id, e.day, e.person_kind, e.person_id, e.shift_id,
               array(select k.kind from attendance_correction k
                      where k.school_id = $1 and k.person_id = e.person_id and k.day = e.day
                        and k.event_id = e.id and k.kind in ('undo', 'confirm', 'reject')) as kinds
          from scan_event e
         where e.school_id = $1 and e.day between $3 and $4 and e.id = any($2)
           and e.outcome in ('pending_review', 'geo_uncertain', 'clock_suspect', 'clone_suspect',
               'impossible_travel')
        """,
        school_id,
        event_ids,
        first,
        last,
    )


async def is_own_staff_id(
    conn: db.Conn, *, school_id: int, account_id: UUID, person_ids: Sequence[UUID]
) -> bool:
    """Whether one of these members of staff is the account, or was."""
    found: bool = await db.value(
        conn,
        """
        select exists (select from staff
                        where school_id = $1 and account_id = $2 and id = any($3))
        """,
        school_id,
        account_id,
        person_ids,
    )
    return found


async def insert_verdicts(
    conn: db.Conn, *, verdicts: Sequence[VerdictRow], kind: str, reason: str, decided_by: UUID
) -> None:
    """A row beside each of these scans; the caller holds their people's locks."""
    await conn.execute(
        """
        insert into attendance_correction (school_id, day, id, event_id, person_id, kind,
               decided_by, reason, before, after, created_at)
        select school_id, day, id, event_id, person_id, $6, $7, $8, before::jsonb, after::jsonb,
               created_at
          from unnest($1::int[], $2::date[], $3::uuid[], $4::uuid[], $5::uuid[], $9::text[],
                   $10::text[], $11::timestamptz[])
               as q (school_id, day, id, event_id, person_id, before, after, created_at)
        """,
        [row.correction.school_id for row in verdicts],
        [row.correction.day for row in verdicts],
        [row.correction.id for row in verdicts],
        [row.correction.event_id for row in verdicts],
        [row.correction.person_id for row in verdicts],
        kind,
        decided_by,
        reason,
        [_json(row.before) for row in verdicts],
        [_json(row.after) for row in verdicts],
        [row.correction.created_at for row in verdicts],
    )


def _json(row: DayRow | None) -> str | None:
    return None if row is None else msgspec.json.encode(row).decode()


class ToldScan(Struct, frozen=True, kw_only=True):
    """A pupil's scan with the words in which the family was told of it."""

    event_id: UUID
    day: date
    student_id: UUID
    student: str
    school: str
    gate: str | None
    at: datetime


async def told_outside_shifts(
    conn: db.Conn,
    *,
    school_id: int,
    person_ids: Sequence[UUID],
    days: Sequence[date],
    event_ids: Sequence[UUID],
) -> list[ToldScan]:
    """Those of these scans that are pupils' and belong to no shift."""
    return await db.many(
        conn,
        ToldScan,
        """
        select e.id as event_id, e.day, e.person_id as student_id, p.name as student,
               s.name as school, t.name as gate, e.occurred_at as at
          from scan_event e
          join student p on p.school_id = e.school_id and p.id = e.person_id
          join school s on s.id = e.school_id
          left join station t on t.school_id = e.school_id and t.id = e.station_id
         where e.school_id = $1 and e.person_id = any($2) and e.day = any($3) and e.id = any($4)
           and e.person_kind = 'student' and e.shift_id is null
         order by e.occurred_at, e.id
        """,
        school_id,
        person_ids,
        days,
        event_ids,
    )
