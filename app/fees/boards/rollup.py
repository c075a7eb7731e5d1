"""Schools' months of collecting as sums for the department, counted again by a worker."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from app import db
from app.fees.boards import queries
from app.fees.boards.service import by_level
from app.recounting import keep_recounting, recount
from app.schools.common import school_day

# So old a count may be, by how many months ago the bills were due; -1 are those of the next month.
FRESH: Final = {
    0: timedelta(minutes=50),
    1: timedelta(hours=6),
    -1: timedelta(hours=6),
    2: timedelta(hours=23),
    3: timedelta(hours=23),
}

_log = structlog.get_logger(__name__)


def month_of(day: date, *, back: int = 0) -> date:
    """The first day of the month so many months before."""
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


async def refresh(pool: db.Pool, *, now: datetime) -> int:
    """Count the months around where the count is old; how many school months."""
    today = school_day(now)
    return await recount(
        pool,
        spans=[(month_of(today, back=back), kept) for back, kept in FRESH.items()],
        fresh=queries.fresh,
        is_due=queries.is_due,
        count=_count,
        now=now,
    )


async def _count(conn: db.Conn, *, school_id: int, from_day: date, now: datetime) -> None:
    last = month_of(from_day, back=-1) - timedelta(days=1)
    found = await queries.parts(conn, school_id=school_id, from_day=from_day, to_day=last)
    await queries.store(conn, school_id=school_id, month=from_day, counts=by_level(found), now=now)


async def keep_counting(pool: db.Pool, *, clock: Callable[[], datetime]) -> None:
    await keep_recounting(
        lambda: refresh(pool, now=clock()),
        clock=clock,
        away=lambda error: _log.warning("fee_count.postgres_away", error=error),
        bug=lambda error: _log.exception("fee_count.bug", error=error),
    )
