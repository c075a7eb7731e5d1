"""What the tests of the demo share."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import httpx

from app import db
from app.attendance import queries
from app.attendance.days import derive
from app.attendance.model import DayRow, PersonKind
from app.attendance.plan import Plan
from app.settings import Settings
from scripts.servers.valkey import EmbeddedValkey
from tests.conftest import MASTER_KEY, Clock, app_on, open_test_resources

T = TypeVar("T")
PASSWORD = "demo-cong-truong"
TODAY = date(2026, 11, 16)  # a Monday, and where the tests' clock stands


def demo_settings(dsn: str, valkey: EmbeddedValkey, key: str = MASTER_KEY) -> Settings:
    return Settings(database_url=dsn, redis_url=valkey.url, master_key=key, demo=True)


def look(dsn: str, ask: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
    """One look at a database, for tests that are no coroutines because commands are none."""

    async def run() -> T:
        conn = await db.connect(dsn)
        try:
            return await ask(conn)
        finally:
            await conn.close()

    return asyncio.run(run())


async def rebuilt_days(conn: asyncpg.Connection, plan: Plan) -> dict[tuple[Any, ...], DayRow]:
    """The school's days from its events alone, as any rebuild must make them."""
    events = await conn.fetch(
        "select day, array_agg(distinct person_id) as people from scan_event"
        " where school_id = $1 group by day",
        plan.school_id,
    )
    history = [
        past
        for row in events
        for past in (
            await queries.history(
                conn,
                school_ids=[plan.school_id] * len(row["people"]),
                person_ids=row["people"],
                days=[row["day"]] * len(row["people"]),
            )
        )[0]
    ]
    by_shift: dict[tuple[Any, ...], list[Any]] = {}
    for past in history:
        if past.shift_id is not None:
            by_shift.setdefault((past.person_id, past.day, past.shift_id), []).append(past)
    rows = {
        key: derive(plan.shifts[key[2]], pasts, person_kind=_kind(plan, key[0]))
        for key, pasts in by_shift.items()
    }
    return {key: row for key, row in rows.items() if row is not None}


def _kind(plan: Plan, person_id: UUID) -> PersonKind:
    return "staff" if person_id in plan.staff_shifts else "student"


@asynccontextmanager
async def api_of(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The API on that database, by the tests' clock."""
    async with open_test_resources(settings, Clock()) as resources:
        await resources.redis.flushall()
        transport = httpx.ASGITransport(app=app_on(resources))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client
