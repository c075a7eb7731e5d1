"""`cong-truong dead-letters`: what was given up in all schools, and sending it again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

from app import db
from app.deliveries import queries, service
from app.deliveries.model import Replayed
from app.settings import Settings


def show(settings: Settings, *, say: Callable[[str], None]) -> None:
    """A line a reason: how many, what, and since when."""
    asyncio.run(_show(settings, say))


def replay(settings: Settings, *, reason: str | None, ids: Sequence[UUID] | None) -> Replayed:
    """Send again all, what has this reason, or these; in the audit it is nobody's doing."""
    return asyncio.run(_replay(settings, reason, ids))


async def _show(settings: Settings, say: Callable[[str], None]) -> None:
    async with _all_schools(settings) as (conn, schools):
        found = await queries.dead_counts(conn, school_ids=schools)
    for each in found:
        since = f"{each.oldest_at:%Y-%m-%d %H:%M} UTC"
        say(f"{each.n:>7}  {each.source:<8}  {each.kind:<16}  {each.reason}  (since {since})")
    if not found:
        say("There are no dead letters.")


async def _replay(settings: Settings, reason: str | None, ids: Sequence[UUID] | None) -> Replayed:
    async with _all_schools(settings) as (conn, schools):
        return await service.replay(
            conn,
            school_ids=schools,
            reason=reason,
            ids=ids,
            actor_account_id=None,
            now=datetime.now(UTC),
        )


@asynccontextmanager
async def _all_schools(settings: Settings) -> AsyncIterator[tuple[db.Conn, list[int]]]:
    """One transaction that sees every school's rows."""
    pool = await db.create_pool(settings.require_database_url(), role=db.APP_ROLE, size=1)
    try:
        async with db.transaction(pool) as conn:
            rows = await db.rows(conn, "select id from school order by id")
            schools = [row["id"] for row in rows]
            await db.scope(conn, schools=schools)
            yield conn, schools
    finally:
        await pool.close()
