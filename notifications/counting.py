"""What became of each school's news, counted into a roll-up that names nobody.

A school's day is counted as it stands, so a count that was missed or done twice is right the next
time. It costs what the school's day holds, not what the province's does.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from app import db

# Acknowledgements trickle in: a phone that was off reads on Monday what was told on Friday.
DAYS_ANEW: Final = 7


async def count_again(pool: db.Pool, *, days: Sequence[date], now: datetime) -> int:
    """Count these days of all schools; how many schools there are."""
    async with pool.acquire() as conn:
        schools = [row["id"] for row in await db.rows(conn, "select id from school order by id")]
    for school_id in schools:
        for day in days:
            async with pool.acquire() as conn:
                await count_day(conn, school_id=school_id, day=day, now=now)
    return len(schools)


def last_days(today: date, *, days: int = DAYS_ANEW) -> list[date]:
    """The days before today, whose counts may still change."""
    return [today - timedelta(days=back) for back in range(1, days + 1)]


async def count_day(conn: db.Conn, *, school_id: int, day: date, now: datetime) -> None:
    """Count one school's day; what has not changed is not written."""
    await db.run(conn, COUNT, school_id, day, now)


async def forget_before(pool: db.Pool, *, day: date) -> int:
    """Throw away counts and dead letters of days before; how many rows."""
    async with db.transaction(pool) as conn:
        gone = await db.run(conn, "delete from delivery_count where day < $1", day)
        gone += await db.run(conn, "delete from sms_usage where day < $1", day)
        return gone + await db.run(conn, "delete from dead_letter where day < $1", day)


COUNT: Final = """
with found as materialized (
    select kind, channel, state,
           case when state in ('failed', 'dead') then left(coalesce(reason, ''), 60) else '' end
               as reason, count(*) as n
      from delivery where school_id = $1 and day = $2 group by 1, 2, 3, 4
    union all
    select kind, 'inbox', case when read_at is not null then 'read'
                               when delivered_at is not null then 'delivered' else 'sent' end,
           '', count(*)
      from inbox_item where school_id = $1 and day = $2 group by 1, 3),
written as (
    insert into delivery_count as c (school_id, day, kind, channel, state, reason, n, counted_at)
    select $1, $2, kind, channel, state, reason, n, $3 from found
        on conflict (school_id, day, kind, channel, state, reason) do update
       set n = excluded.n, counted_at = excluded.counted_at where c.n <> excluded.n)
delete from delivery_count c
 where c.school_id = $1 and c.day = $2
   and not exists (select from found f
                    where (f.kind, f.channel, f.state, f.reason)
                        = (c.kind, c.channel, c.state, c.reason))
"""
