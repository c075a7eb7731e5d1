"""Schools' weeks as sums for the department, counted again within the hour by a worker."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from app import db
from app.attendance.plan import ZONE, school_day
from app.attendance.queries import plan as plan_of
from app.contact_book.completeness import queries
from app.contact_book.completeness.compute import sums_of
from app.contact_book.completeness.model import monday_of
from app.contact_book.completeness.service import completeness
from app.schools.org.queries import live_schools

_LOOK_S: Final = 300.0
# So old a count may be, of the present week and of the one before: answers still come in.
FRESH: Final = (timedelta(minutes=50), timedelta(hours=12))
# When everybody arrives, nobody counts.
_RUSH: Final = range(6, 8)

_log = structlog.get_logger(__name__)


async def refresh(pool: db.Pool, *, now: datetime) -> int:
    """Count the present week and the one before where the count is old; how many school weeks.

    One school one transaction. Safe at any time, twice, and beside others.
    """
    counted = 0
    for back, kept in enumerate(FRESH):
        week = monday_of(school_day(now)) - timedelta(weeks=back)
        async with db.transaction(pool) as conn:
            schools = await live_schools(conn)
            await db.scope(conn, schools=schools)
            fresh = await queries.fresh(conn, school_ids=schools, week=week, since=now - kept)
        for school_id in schools:
            if school_id not in fresh:
                counted += await _refresh_one(pool, school_id, week, now, before=now - kept)
    return counted


async def _refresh_one(
    pool: db.Pool, school_id: int, week: date, now: datetime, *, before: datetime
) -> bool:
    async with db.transaction(pool, schools=[school_id]) as conn:
        if not await queries.is_due(conn, school_id=school_id, week=week, before=before):
            return False
        plan = await plan_of(conn, school_id=school_id)
        found = await completeness(conn, plan=plan, week=week, now=now)
        await queries.store(conn, week=sums_of(found), now=now)
        return True


async def keep_counting(pool: db.Pool, *, clock: Callable[[], datetime]) -> None:
    """For ever, but while pupils arrive; a PostgreSQL that is away is waited for."""
    while True:
        try:
            if clock().astimezone(ZONE).hour not in _RUSH:
                await refresh(pool, now=clock())
        except Exception as error:
            if db.is_away(error):
                _log.warning("book_count.postgres_away", error=type(error).__name__)
            else:
                _log.exception("book_count.bug", error=type(error).__name__)
        await asyncio.sleep(_LOOK_S)
