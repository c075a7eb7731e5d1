"""Schools' weeks as sums for the department, counted again within the hour by a worker."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from app import db
from app.attendance.plan import school_day
from app.attendance.queries import plan as plan_of
from app.contact_book.completeness import queries
from app.contact_book.completeness.compute import sums_of
from app.contact_book.completeness.model import monday_of
from app.contact_book.completeness.service import completeness
from app.recounting import keep_recounting, recount

# So old a count may be, of the present week and of the one before: answers still come in.
FRESH: Final = (timedelta(minutes=50), timedelta(hours=12))

_log = structlog.get_logger(__name__)


async def refresh(pool: db.Pool, *, now: datetime) -> int:
    """Count the present week and the one before where the count is old; how many school weeks."""
    monday = monday_of(school_day(now))
    return await recount(
        pool,
        spans=[(monday - timedelta(weeks=back), kept) for back, kept in enumerate(FRESH)],
        fresh=queries.fresh,
        is_due=queries.is_due,
        count=_count,
        now=now,
    )


async def _count(conn: db.Conn, *, school_id: int, from_day: date, now: datetime) -> None:
    plan = await plan_of(conn, school_id=school_id)
    found = await completeness(conn, plan=plan, week=from_day, now=now)
    await queries.store(conn, week=sums_of(found), now=now)


async def keep_counting(pool: db.Pool, *, clock: Callable[[], datetime]) -> None:
    await keep_recounting(
        lambda: refresh(pool, now=clock()),
        clock=clock,
        away=lambda error: _log.warning("book_count.postgres_away", error=error),
        bug=lambda error: _log.exception("book_count.bug", error=error),
    )
