"""What is looked after once a day: partitions ahead, and what is old thrown away."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final

import structlog

from app import db
from app.attendance.leave import queries as leave
from app.attendance.plan import school_day
from app.contact_book.attachments.sweep import sweep_departments, sweep_unbound
from app.contact_book.daily import news as book_news
from app.jobs import queries as jobs
from notifications import counting, deliveries, ended_sessions

RECEIPT_DAYS: Final = 60
_RECEIPTS_AT_ONCE: Final = 5000
IDEMPOTENCY_DAYS: Final = 2
# As long a phone counts as one that its owner has used before (app/identity/guard.py).
SESSION_DAYS: Final = 90
JOB_DAYS: Final = 30
# So long after the last day of leave a doctor's note may still be asked for.
PAPER_DAYS: Final = 90
_FILES_AT_ONCE: Final = 500
_PAPERS_AT_ONCE: Final = 500
# So long what a family was told of a day in the contact book may be replaced, and a week more.
BOOK_NEWS_DAYS: Final = 14
_BOOK_NEWS_AT_ONCE: Final = 5000
# A school year and a month: whole months go (NEWS_KEPT_MONTHS).
NEWS_MONTHS: Final = 13

_log = structlog.get_logger(__name__)


async def look_after(pool: db.Pool, *, news_months: int = NEWS_MONTHS) -> dict[str, int]:
    """Do the day's upkeep; what was thrown away. Safe to run twice, and at once with others.

    `news_months`: so many whole months of inboxes and deliveries stay beside the present one. One
    part that fails does not stop the others; it is done the next day.
    """
    parts: dict[str, Callable[[db.Pool], Awaitable[int]]] = {
        "partitions": _keep_partitions,
        "location_days": _drop_old_locations,
        "receipts": _delete_old_receipts,
        "idempotency_keys": _delete_old_idempotency_keys,
        "sessions": _delete_old_sessions,
        "jobs": _delete_old_jobs,
        "leave_papers": _forget_old_papers,
        "book_news": _forget_old_book_news,
        "unsent_files": _sweep_unsent_files,
        "news_tables": partial(_drop_old_news, months=news_months),
        "counts": partial(_forget_old_counts, months=news_months),
        "schools_counted": _count_again,
    }
    done = {}
    for name, part in parts.items():
        try:
            done[name] = await part(pool)
        except Exception as error:
            _log.exception("upkeep.failed", part=name, error=type(error).__name__)
    _log.info("upkeep.done", **done)
    return done


async def _keep_partitions(pool: db.Pool) -> int:
    async with db.transaction(pool) as conn:
        await deliveries.keep_partitions(conn)
    return 1


async def _drop_old_locations(pool: db.Pool) -> int:
    async with db.transaction(pool) as conn:
        return await deliveries.drop_old_locations(conn)


async def _delete_old_receipts(pool: db.Pool) -> int:
    """A few thousand at a time: no transaction grows long."""
    total = 0
    async with pool.acquire() as conn:
        while deleted := await deliveries.delete_old_receipts(
            conn, days=RECEIPT_DAYS, limit=_RECEIPTS_AT_ONCE
        ):
            total += deleted
    return total


async def _forget_old_book_news(pool: db.Pool) -> int:
    total = 0
    async with pool.acquire() as conn:
        before = school_day(await db.value(conn, "select now()")) - timedelta(days=BOOK_NEWS_DAYS)
        while deleted := await book_news.forget_old(conn, before=before, limit=_BOOK_NEWS_AT_ONCE):
            total += deleted
    return total


async def _forget_old_papers(pool: db.Pool) -> int:
    total = 0
    async with pool.acquire() as conn:
        before = school_day(await db.value(conn, "select now()")) - timedelta(days=PAPER_DAYS)
        while forgotten := await leave.forget_papers(conn, before=before, limit=_PAPERS_AT_ONCE):
            total += forgotten
    return total


async def _sweep_unsent_files(pool: db.Pool) -> int:
    total = 0
    while True:
        async with db.transaction(pool) as conn:
            schools = await sweep_unbound(conn, limit=_FILES_AT_ONCE)
            departments = await sweep_departments(conn, limit=_FILES_AT_ONCE)
        total += schools + departments
        if max(schools, departments) < _FILES_AT_ONCE:
            return total


async def _delete_old_idempotency_keys(pool: db.Pool) -> int:
    async with pool.acquire() as conn:
        return await deliveries.delete_old_idempotency_keys(conn, days=IDEMPOTENCY_DAYS)


async def _delete_old_sessions(pool: db.Pool) -> int:
    async with pool.acquire() as conn:
        await ended_sessions.end_expired(conn, days=SESSION_DAYS)
        return await ended_sessions.delete_ended(conn, days=SESSION_DAYS)


async def _delete_old_jobs(pool: db.Pool) -> int:
    async with pool.acquire() as conn:
        return await jobs.delete_old(conn, days=JOB_DAYS)


def first_kept(today: date, months: int) -> date:
    """The first day of the oldest month that stays."""
    years, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(years, month + 1, 1)


async def _drop_old_news(pool: db.Pool, *, months: int) -> int:
    async with db.transaction(pool) as conn:
        return await deliveries.drop_old_news(conn, before=first_kept(_today(), months))


async def _forget_old_counts(pool: db.Pool, *, months: int) -> int:
    return await counting.forget_before(pool, day=first_kept(_today(), months))


async def _count_again(pool: db.Pool) -> int:
    now = datetime.now(UTC)
    return await counting.count_again(pool, days=counting.last_days(school_day(now)), now=now)


def _today() -> date:
    return school_day(datetime.now(UTC))
