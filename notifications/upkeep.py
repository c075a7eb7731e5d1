"""What is looked after once a day: partitions ahead, and what is old thrown away."""

from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from app import db
from app.jobs import queries as jobs
from notifications import deliveries, ended_sessions

RECEIPT_DAYS: Final = 60
_RECEIPTS_AT_ONCE: Final = 5000
IDEMPOTENCY_DAYS: Final = 2
# As long a phone counts as one that its owner has used before (app/identity/guard.py).
SESSION_DAYS: Final = 90
JOB_DAYS: Final = 30

_log = structlog.get_logger(__name__)


async def look_after(pool: db.Pool) -> dict[str, int]:
    """Do the day's upkeep; what was thrown away. Safe to run twice, and at once with others.

    One part that fails does not stop the others; it is done the next day.
    """
    parts: dict[str, Callable[[db.Pool], Awaitable[int]]] = {
        "partitions": _keep_partitions,
        "location_days": _drop_old_locations,
        "receipts": _delete_old_receipts,
        "idempotency_keys": _delete_old_idempotency_keys,
        "sessions": _delete_old_sessions,
        "jobs": _delete_old_jobs,
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
