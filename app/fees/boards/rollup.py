"""Schools' months of collecting as sums for the department, counted again by a worker."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from app import db
from app.fees.boards import queries
from app.fees.boards.service import by_level
from app.schools.common import ZONE, school_day
from app.schools.org.queries import live_schools

_LOOK_S: Final = 300.0
# So old a count may be, by how many months ago the bills were due; -1 are those of the next month.
FRESH: Final = {
    0: timedelta(minutes=50),
    1: timedelta(hours=6),
    -1: timedelta(hours=6),
    2: timedelta(hours=23),
    3: timedelta(hours=23),
}
# When everybody arrives, nobody counts.
_RUSH: Final = range(6, 8)

_log = structlog.get_logger(__name__)


def month_of(day: date, *, back: int = 0) -> date:
    """The first day of the month so many months before."""
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


async def refresh(pool: db.Pool, *, now: datetime) -> int:
    """Count the months around where the count is old; how many school months.

    One school one transaction. Safe at any time, twice, and beside others.
    """
    counted = 0
    for back, kept in FRESH.items():
        month = month_of(school_day(now), back=back)
        async with db.transaction(pool) as conn:
            schools = await live_schools(conn)
            await db.scope(conn, schools=schools)
            fresh = await queries.fresh(conn, school_ids=schools, month=month, since=now - kept)
        for school_id in schools:
            if school_id not in fresh:
                counted += await _refresh_one(pool, school_id, month, now, before=now - kept)
    return counted


async def _refresh_one(
    pool: db.Pool, school_id: int, month: date, now: datetime, *, before: datetime
) -> bool:
    async with db.transaction(pool, schools=[school_id]) as conn:
        if not await queries.is_due(conn, school_id=school_id, month=month, before=before):
            return False
        last = month_of(month, back=-1) - timedelta(days=1)
        found = await queries.parts(conn, school_id=school_id, from_day=month, to_day=last)
        await queries.store(conn, school_id=school_id, month=month, counts=by_level(found), now=now)
        return True


async def keep_counting(pool: db.Pool, *, clock: Callable[[], datetime]) -> None:
    """For ever, but while pupils arrive; a PostgreSQL that is away is waited for."""
    while True:
        try:
            if clock().astimezone(ZONE).hour not in _RUSH:
                await refresh(pool, now=clock())
        except Exception as error:
            if db.is_away(error):
                _log.warning("fee_count.postgres_away", error=type(error).__name__)
            else:
                _log.exception("fee_count.bug", error=type(error).__name__)
        await asyncio.sleep(_LOOK_S)
