"""Schools' days as numbers for the department, which reads no row of a child."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct

from app import db
from app.attendance.plan import ZONE, Plan, school_day
from app.attendance.plans import Plans
from app.monitoring import queries, service
from app.monitoring.model import ClassCounts
from app.schools.org.queries import live_schools

# What was received first may be committed last: a count soon after the last fact is made again.
_SLACK: Final = timedelta(seconds=10)
_DAYS_BACK: Final = 7
_COUNT: Final = 72170024


class DayCount(Struct, frozen=True, kw_only=True):
    """A school's day. Each pupil counts once a shift that has begun.

    `expected` is `arrived`, `on_leave` and `missing` together; `late` are some of the arrived,
    `absent` and `held` of the missing.
    """

    school_id: int
    day: date
    expected: int = 0
    arrived: int = 0
    late: int = 0
    on_leave: int = 0
    missing: int = 0
    absent: int = 0
    held: int = 0


class Moved(Struct, frozen=True, kw_only=True):
    """A school's day that is not as it was counted last."""

    school_id: int
    plan_version: int
    day: date


async def refresh(pool: db.Pool, *, now: datetime, plans: Plans) -> int:
    """Count again what has moved since its last count, today and a week back; how many days.

    Safe at any time, twice, and beside others.
    """
    async with db.transaction(pool) as conn:
        schools = await live_schools(conn)
    async with db.transaction(pool, schools=schools) as conn:
        await queries.without_table_scans(conn)
        found = await moved(conn, school_ids=schools, today=school_day(now), now=now)
    counted = 0
    for each in found:
        async with db.transaction(pool, schools=[each.school_id]) as conn:
            await queries.without_table_scans(conn)
            counted += await _refresh_one(conn, each, plans, now=now)
    return counted


async def _refresh_one(conn: db.Conn, each: Moved, plans: Plans, *, now: datetime) -> bool:
    is_free: bool = await db.value(
        conn,
        "select pg_try_advisory_xact_lock(hashtextextended($1, $2))",
        each.day.isoformat(),
        _COUNT + each.school_id,
    )
    if not is_free:
        return False
    plan = await plans.of(conn, school_id=each.school_id, version=each.plan_version)
    await store(conn, await count_day(conn, plan=plan, day=each.day, now=now), now=now)
    return True


async def count_day(conn: db.Conn, *, plan: Plan, day: date, now: datetime) -> DayCount:
    """The day as it stands at `now`."""
    pupils = {
        row.class_id: row.pupils
        for row in await queries.enrolled(conn, school_id=plan.school_id, day=day)
    }
    rows = await service.class_rows(conn, plan=plan, day=day, pupils=pupils, now=now)
    begun = {
        shift.id
        for shift in plan.shifts.values()
        if datetime.combine(day, shift.starts_at, ZONE) <= now
    }
    return _sum(plan.school_id, day, (row for row in rows if row.shift_id in begun))


def _sum(school_id: int, day: date, rows: Iterable[ClassCounts]) -> DayCount:
    sums = dict.fromkeys(("arrived", "late", "on_leave", "missing", "absent", "held"), 0)
    for row in rows:
        for name in sums:
            sums[name] += getattr(row, name)
    expected = sums["arrived"] + sums["on_leave"] + sums["missing"]
    return DayCount(school_id=school_id, day=day, expected=expected, **sums)


async def moved(
    conn: db.Conn, *, school_ids: Sequence[int], today: date, now: datetime
) -> list[Moved]:
    """The days of which something became known, or a shift began, since they were counted."""
    return await db.many(
        conn,
        Moved,
        """
        select s.id as school_id, s.plan_version, d.day
          from unnest($1::int[]) as q (id)
         cross join lateral (
               select id, plan_version from school where school.id = q.id limit 1) s
         cross join (select $2::date - n as day from generate_series(0, $5::int) n) d
          left join lateral (
               select counted_at from school_day_count c
                where c.school_id = q.id and c.day = d.day limit 1) c on true
         cross join lateral (
               select coalesce(c.counted_at - $4::interval, '-infinity') as at) since
         where exists (select from scan_event e
                        where e.school_id = q.id and e.day = d.day
                          and e.person_kind = 'student' and e.received_at > since.at)
            or exists (select from attendance_correction k
                        where k.school_id = q.id and k.day = d.day and k.created_at > since.at)
            or exists (select from absence_run r
                        where r.school_id = q.id and r.day = d.day and r.ran_at > since.at)
            or exists (select from absence_case a
                        where a.school_id = q.id and a.day = d.day and a.decided_at > since.at)
            or exists (select from leave_request l
                        where l.school_id = q.id and l.covers_to >= d.day and l.from_day <= d.day
                          and greatest(l.decided_at, l.withdrawn_at) > since.at)
            or exists (select from closure_fanout f
                         join closure on closure.id = f.closure_id
                        where f.school_id = q.id and d.day between closure.from_day
                              and closure.to_day
                          and greatest(closure.created_at, closure.ended_at, f.done_at) > since.at)
            or d.day = $2 and exists (
                   select from shift
                    where shift.school_id = q.id and shift.ended_at is null
                      and ($2 + shift.starts_at) at time zone 'Asia/Ho_Chi_Minh'
                          between since.at and $3)
        """,
        school_ids,
        today,
        now,
        _SLACK,
        _DAYS_BACK,
    )


async def store(conn: db.Conn, count: DayCount, *, now: datetime) -> None:
    """Keep it, unless a later count is there."""
    await conn.execute(
        """
        insert into school_day_count as c (school_id, day, expected, arrived, late, on_leave,
               missing, absent, held, counted_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (school_id, day) do update
               set expected = excluded.expected, arrived = excluded.arrived, late = excluded.late,
                   on_leave = excluded.on_leave, missing = excluded.missing,
                   absent = excluded.absent, held = excluded.held,
                   counted_at = excluded.counted_at
             where c.counted_at <= excluded.counted_at
        """,
        count.school_id,
        count.day,
        count.expected,
        count.arrived,
        count.late,
        count.on_leave,
        count.missing,
        count.absent,
        count.held,
        now,
    )


class Stored(DayCount, frozen=True, kw_only=True):
    """A school's day as it was counted last. `counted_at` None: there was nothing to count."""

    name: str
    counted_at: datetime | None


async def stored(conn: db.Conn, *, school_ids: Collection[int], day: date) -> list[Stored]:
    """The day of each of these schools that are not ended, by name."""
    return await db.many(
        conn,
        Stored,
        """
        select s.id as school_id, s.name, $2::date as day, c.counted_at,
               coalesce(c.expected, 0) as expected, coalesce(c.arrived, 0) as arrived,
               coalesce(c.late, 0) as late, coalesce(c.on_leave, 0) as on_leave,
               coalesce(c.missing, 0) as missing, coalesce(c.absent, 0) as absent,
               coalesce(c.held, 0) as held
          from school s
          left join school_day_count c on c.school_id = s.id and c.day = $2
         where s.id = any($1::int[]) and s.ended_at is null
         order by s.name, s.id
        """,
        sorted(school_ids),
        day,
    )
