"""`cong-truong fees`: every school's money against its facts."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Literal

from app import db
from app.fees.money.check import differences
from app.fees.money.model import Difference
from app.fees.money.rebuild import rebuild
from app.settings import Settings

_Work = Callable[[db.Conn, int], Awaitable[list[Difference]]]
_Isolation = Literal["read_committed", "repeatable_read"]


def check(settings: Settings, *, school_id: int | None, say: Callable[[str], None]) -> int:
    """How many values differ from their facts; `say` gets a line for each."""

    async def look(conn: db.Conn, school: int) -> list[Difference]:
        return await differences(conn, school_id=school)

    # One state for all its questions, so that money on its way is no difference.
    return asyncio.run(_each(settings, school_id, "repeatable_read", look, say))


def repair(settings: Settings, *, school_id: int | None, say: Callable[[str], None]) -> int:
    """How many values differed, before they were derived again; `say` gets a line for each."""

    async def derive(conn: db.Conn, school: int) -> list[Difference]:
        return await rebuild(conn, school_id=school, now=datetime.now(UTC))

    # It sees what was written while it waited for its locks.
    return asyncio.run(_each(settings, school_id, "read_committed", derive, say))


async def _each(
    settings: Settings,
    school_id: int | None,
    isolation: _Isolation,
    work: _Work,
    say: Callable[[str], None],
) -> int:
    """A transaction a school."""
    pool = await db.create_pool(
        settings.require_database_url(), role=db.APP_ROLE, size=1, command_s=600
    )
    total = 0
    try:
        for each in await _schools(pool, school_id):
            async with pool.acquire() as conn, conn.transaction(isolation=isolation):
                await db.scope(conn, schools=[each])
                found = await work(conn, each)
            for one in found:
                say(f"school {each}: {one.what} {one.subject}: {one.found}, not {one.expected}")
            total += len(found)
    finally:
        await pool.close()
    return total


async def _schools(pool: db.Pool, school_id: int | None) -> list[int]:
    async with pool.acquire() as conn:
        found = await db.rows(
            conn,
            "select id from school where $1::int is null or id = $1 order by id",
            school_id,
        )
    return [row["id"] for row in found]
