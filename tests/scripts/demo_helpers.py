"""What the tests of the demo share."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

from app import db
from app.settings import Settings
from scripts.servers.valkey import EmbeddedValkey
from tests.conftest import MASTER_KEY

T = TypeVar("T")
PASSWORD = "demo-cong-truong"


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
