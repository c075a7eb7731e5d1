"""What a batch of scans reads: senders, plans, card holders, the day's history."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec

from app import db
from app.attendance.decide import Receipt
from app.attendance.items import HEARD_LATE, CardHolder, Link, LinkRole
from app.attendance.model import Correction, DayRow, Event, Past
from app.attendance.plan import Plan, plan_of, school_day
from app.ids import new_id


async def links_of_sessions(
    conn: db.Conn, *, session_ids: Sequence[UUID], now: datetime
) -> dict[UUID, Link]:
    """The senders behind live sessions; a session that is over is missing.

    A role for a time is still among them for a while after its end: what was scanned in that time
    may be on its way. Ask `Link.may_scan` for the moment of the scan.
    """
    found = await db.rows(
        conn,
        """
        select s.id as session_id, s.account_id, s.device_id,
               d.revoked_at is not null as is_device_revoked,
               d.bound_account_id is not distinct from s.account_id as is_device_bound,
               d.boot_id, d.clock_offset_ms,
               m.school_id, m.role, m.person_id, m.valid_from, m.valid_until, school.plan_version
          from unnest($1::uuid[]) as asked (id)
          join session s on s.id = asked.id
          join account a on a.id = s.account_id
          join device d on d.id = s.device_id
          left join membership m on m.account_id = s.account_id and m.ended_at is null
               and a.paper_at is null
               and (m.valid_from is null or m.valid_from <= $2)
               and (m.valid_until is null or m.valid_until > $2::timestamptz - $3::interval)
          left join school on school.id = m.school_id and school.ended_at is null
         where s.revoked_at is null and s.expires_at > $2 and a.disabled_at is null
        """,
        session_ids,
        now,
        HEARD_LATE,
    )
    links: dict[UUID, Link] = {}
    for row in map(dict, found):
        if row["session_id"] not in links:
            links[row["session_id"]] = msgspec.convert(row, Link)
        # Without a plan's version there is no such school any more.
        if row["plan_version"] is not None:
            links[row["session_id"]].roles.append(msgspec.convert(row, LinkRole))
    return links


async def plan(conn: db.Conn, *, school_id: int) -> Plan:
    """The school's plan as it is now, with its whole calendar and the closures in force."""
    row = await conn.fetchrow(
        """
        select s.id as school_id, s.plan_version as version, s.name, s.level,
          coalesce((select jsonb_agg(jsonb_build_object('id', id, 'campus_id', campus_id,
              'number', number, 'name', name, 'kind', kind))
              from station where school_id = s.id and ended_at is null), '[]') as stations,
          coalesce((select jsonb_agg(jsonb_build_object('id', id, 'name', name,
              'fence', fence::text)) from campus where school_id = s.id), '[]') as campuses,
          coalesce((select jsonb_agg(jsonb_build_object('id', id, 'name', name,
              'starts_at', starts_at, 'ends_at', ends_at, 'late_after', late_after,
              'cut_off', cut_off, 'weekdays', weekdays))
              from shift where school_id = s.id and ended_at is null), '[]') as shifts,
          coalesce((select jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name, 'shift_ids',
              array(select shift_id from class_shift x
                     where x.school_id = s.id and x.class_id = c.id)))
              from school_class c where c.school_id = s.id), '[]') as classes,
          coalesce((select jsonb_agg(jsonb_build_object('staff_id', staff_id,
              'shift_ids', shift_ids)) from (
                  select staff_id, array_agg(shift_id) as shift_ids from staff_shift
                   where school_id = s.id group by staff_id) x), '[]') as staff_shifts,
          coalesce((select jsonb_agg(jsonb_build_object('day', day, 'kind', kind))
              from (select day, kind from calendar_day where school_id = s.id
                    union all
                    select day::date, 'closure' from (
                        with recursive unit as (
                            select id, parent_id from org_unit where id = s.org_unit_id
                             union
                            select o.id, o.parent_id from org_unit o join unit
                                on o.id = unit.parent_id)
                        select from_day, closed_to from closure c where c.school_id = s.id
                        union all
                        select from_day, closed_to from closure c join unit
                            on unit.id = c.org_unit_id) c
                     cross join generate_series(c.from_day, c.closed_to, '1 day') as day) x),
              '[]') as calendar
          from school s where s.id = $1
        """,
        school_id,
    )
    return plan_of(row)


async def hold_people(
    conn: db.Conn,
    *,
    school_ids: Sequence[int],
    card_ids: Sequence[bytes | None],
    person_ids: Sequence[UUID | None],
    days: Sequence[date],
) -> list[CardHolder]:
    """The holders of cards, or pupils by id, each locked until the transaction ends.

    The lock makes the decisions about one person serial, whichever phones they come from: what
    `history` reads next is complete. Taken in the order of the keys, so that batches do not
    deadlock. It is advisory: a row lock would write the student's row for each scan.
    `lateral ... limit 1` asks for index look-ups; as plain joins the planner, who cannot know how
    short the arrays are, reads all cards of the province for a batch. `coalesce` stands in a step
    of its own: under row level security it is no index condition, since it might leak.
    """
    return await db.many(
        conn,
        CardHolder,
        """
        with held as materialized (
            select q.idx::int as idx, q.school_id, q.day, c.id is not null as card_exists,
                   c.revoked_at, coalesce(c.student_id, q.person_id) as person_id
              from unnest($1::int[], $2::bytea[], $3::uuid[], $4::date[]) with ordinality
                   as q (school_id, card_id, person_id, day, idx)
              left join lateral (
                   select id, student_id, revoked_at from card
                    where card.school_id = q.school_id and card.id = q.card_id limit 1) c on true),
        found as materialized (
            select held.idx, held.card_exists, held.revoked_at, s.id as student_id, s.name,
                   s.photo_key, s.ended_at as gone_at, e.class_id,
                   hashtextextended(held.person_id::text, held.school_id) as lock_key
              from held
              left join lateral (
                   select id, name, ended_at,
                          case when photo_consent and ended_at is null then photo_key end
                              as photo_key
                     from student
                    where student.school_id = held.school_id and student.id = held.person_id
                    limit 1) s on true
              left join lateral (
                   select class_id from enrolment e
                    where e.school_id = held.school_id and e.student_id = held.person_id
                      and e.from_day <= held.day and (e.to_day is null or e.to_day >= held.day)
                    order by e.from_day desc limit 1) e on true
             order by lock_key, held.idx)
        select idx - 1 as idx, card_exists, revoked_at, student_id, name, photo_key, gone_at,
               class_id, pg_advisory_xact_lock(lock_key) is null as locked
          from found
        """,
        school_ids,
        card_ids,
        person_ids,
        days,
    )


async def receipts(
    conn: db.Conn, *, school_ids: Sequence[int], event_ids: Sequence[UUID]
) -> list[Receipt]:
    """The stored answers to these event ids."""
    return await db.many(
        conn,
        Receipt,
        """
        select r.school_id, r.event_id, r.body_hash, r.answer
          from unnest($1::int[], $2::uuid[]) as q (school_id, event_id)
         cross join lateral (
               select school_id, event_id, body_hash, answer from scan_receipt
                where scan_receipt.school_id = q.school_id
                  and scan_receipt.event_id = q.event_id limit 1) r
        """,
        school_ids,
        event_ids,
    )


async def history(
    conn: db.Conn, *, school_ids: Sequence[int], person_ids: Sequence[UUID], days: Sequence[date]
) -> tuple[list[Past], list[Correction]]:
    """The recorded scans of these people's days, the stored duplicates, and what was said of them.

    Only such duplicates as may still turn out to matter. Scans that were undone are among them:
    `days.judged` leaves them out. The bounds of the days leave out the other months' partitions
    before the statement begins, instead of opening each to find that out.
    """
    found = await db.rows(
        conn,
        """
        with asked as materialized (
            select distinct * from unnest($1::int[], $2::uuid[], $3::date[])
                as q (school_id, person_id, day))
        select e.*, false as is_duplicate, null::jsonb as correction
          from asked cross join lateral (
               select id, school_id, day, person_id, direction, outcome, shift_id, station_id,
                      campus_id, scanned_by, occurred_at, received_at
                 from scan_event
                where school_id = asked.school_id and person_id = asked.person_id
                  and day = asked.day and day between $4 and $5 limit 1000) e
        union all
        select r.*, true, null
          from asked cross join lateral (
               select id, school_id, day, person_id, direction, recorded_as as outcome, shift_id,
                      station_id, campus_id, scanned_by, occurred_at, received_at
                 from scan_refusal
                where school_id = asked.school_id and person_id = asked.person_id
                  and day = asked.day and day between $4 and $5
                  and recorded_as is not null and promoted_at is null
                limit 1000) r
        union all
        select k.id, k.school_id, k.day, k.person_id, null, null, null, null, null, null, null,
               null, false, jsonb_build_object('id', k.id, 'school_id', k.school_id, 'day', k.day,
               'person_id', k.person_id, 'kind', k.kind, 'event_id', k.event_id,
               'shift_id', k.shift_id, 'state', k.state, 'late_minutes', k.late_minutes,
               'told_as', k.told_as, 'created_at', k.created_at)
          from asked cross join lateral (
               select id, school_id, day, person_id, kind, event_id, shift_id, state, late_minutes,
                      told_as, created_at
                 from attendance_correction
                where school_id = asked.school_id and person_id = asked.person_id
                  and day = asked.day and day between $4 and $5 limit 1000) k
        """,
        school_ids,
        person_ids,
        days,
        min(days),
        max(days),
    )
    said = [row["correction"] for row in found if row["correction"] is not None]
    if not said:
        return db.convert(found, Past), []
    pasts = db.convert([row for row in found if row["correction"] is None], Past)
    return pasts, msgspec.convert(said, list[Correction])


async def lock_person(conn: db.Conn, *, school_id: int, person_id: UUID) -> None:
    """The lock that `hold_people` takes, for a decision about one person outside a batch."""
    await conn.execute(
        "select pg_advisory_xact_lock(hashtextextended($1::uuid::text, $2))", person_id, school_id
    )


async def lock_people(conn: db.Conn, *, school_id: int, person_ids: Iterable[UUID]) -> None:
    """The locks of several people, in the order in which `hold_people` takes them: no deadlock."""
    await conn.execute(
        """
        with keys as materialized (
            select hashtextextended(person_id::text, $1) as key
              from unnest($2::uuid[]) as person_id order by key)
        select pg_advisory_xact_lock(key) from keys
        """,
        school_id,
        list(person_ids),
    )


async def event_of_device(
    conn: db.Conn,
    *,
    event_id: UUID,
    school_ids: Iterable[int],
    device_id: UUID,
    now: datetime,
) -> Event | None:
    """A recorded scan of this device, of the last 31 days; None: there is none."""
    today = school_day(now)
    return await db.one(
        conn,
        Event,
        """
        select school_id, day, id, person_kind, person_id, direction, outcome, source, shift_id,
               station_id, campus_id, device_id, scanned_by, occurred_at, scanned_at, received_at,
               clock, verdict, distance_m, reason
          from scan_event e
         where school_id = any($1) and day between $2 and $3 and id = $4 and device_id = $5
           and person_id in (
               select (answer::jsonb -> 'student' ->> 'id')::uuid from scan_receipt r
                where r.school_id = e.school_id and r.event_id = $4)
        """,
        sorted(school_ids),
        today - timedelta(days=31),
        today,
        event_id,
        device_id,
    )


async def insert_correction(
    conn: db.Conn,
    *,
    event: Event,
    kind: str,
    decided_by: UUID,
    reason: str,
    before: DayRow | None,
    after: DayRow | None,
    now: datetime,
) -> None:
    """Say beside a fact that it does not count, with the derived state before and after."""
    await conn.execute(
        """
        insert into attendance_correction (school_id, day, id, event_id, person_id, kind,
               decided_by, reason, before, after, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        event.school_id,
        event.day,
        new_id(),
        event.id,
        event.person_id,
        kind,
        decided_by,
        reason,
        msgspec.to_builtins(before),
        msgspec.to_builtins(after),
        now,
    )


async def student_name(conn: db.Conn, *, school_id: int, student_id: UUID) -> str:
    """The name of a pupil who is known to exist."""
    name: str = await db.value(
        conn, "select name from student where school_id = $1 and id = $2", school_id, student_id
    )
    return name


async def make_partitions(conn: db.Conn, *, from_day: date, to_day: date) -> None:
    """Make what partitions these days lack; days that have theirs cost nothing."""
    await conn.execute("select ensure_partitions($1, $2)", from_day, to_day)


def columns(rows: Sequence[Any], *names: str) -> list[Sequence[Any]]:
    """One array a column, as `unnest` wants them; empty where it is to fill up with NULLs."""
    if not rows:
        return [()] * len(names)
    return [
        column if any(value is not None for value in column) else ()
        for column in zip(*map(attrgetter(*names), rows), strict=True)
    ]
