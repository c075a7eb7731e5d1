"""Sums of many schools for the department, each counted again by a worker once it is old."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from app import db
from app.schools.common import ZONE
from app.schools.org.queries import live_schools

_LOOK_S: Final = 300.0
# When everybody arrives, nobody counts.
_RUSH: Final = range(6, 8)


class Fresh(Protocol):
    """Of which of these schools the span that begins on this day was counted since then."""

    async def __call__(
        self, conn: db.Conn, *, school_ids: list[int], from_day: date, since: datetime
    ) -> set[int]: ...


class IsDue(Protocol):
    """Whether it was last counted before then, or never, and nobody counts it now."""

    async def __call__(
        self, conn: db.Conn, *, school_id: int, from_day: date, before: datetime
    ) -> bool: ...


class Count(Protocol):
    """Count it, and keep what was counted."""

    async def __call__(
        self, conn: db.Conn, *, school_id: int, from_day: date, now: datetime
    ) -> None: ...


async def recount(
    pool: db.Pool,
    *,
    spans: Iterable[tuple[date, timedelta]],
    fresh: Fresh,
    is_due: IsDue,
    count: Count,
    now: datetime,
) -> int:
    """Count each span, named by its first day, where its count is older than that; how many.

    One school one transaction. Safe at any time, twice, and beside others.
    """
    counted = 0
    for from_day, kept in spans:
        before = now - kept
        async with db.transaction(pool) as conn:
            schools = await live_schools(conn)
            await db.scope(conn, schools=schools)
            done = await fresh(conn, school_ids=schools, from_day=from_day, since=before)
        for school_id in schools:
            if school_id in done:
                continue
            async with db.transaction(pool, schools=[school_id]) as conn:
                if await is_due(conn, school_id=school_id, from_day=from_day, before=before):
                    await count(conn, school_id=school_id, from_day=from_day, now=now)
                    counted += 1
    return counted


async def keep_recounting(
    refresh: Callable[[], Awaitable[int]],
    *,
    clock: Callable[[], datetime],
    away: Callable[[str], None],
    bug: Callable[[str], None],
) -> None:
    """For ever, but while pupils arrive; a PostgreSQL that is away is waited for.

    `away` and `bug` are told the kind of error, in its handler.
    """
    while True:
        try:
            if clock().astimezone(ZONE).hour not in _RUSH:
                await refresh()
        except Exception as error:
            (away if db.is_away(error) else bug)(type(error).__name__)
        await asyncio.sleep(_LOOK_S)
