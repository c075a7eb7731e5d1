"""A school's money, without anything above it."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from app import db
from tests.conftest import delete_rows
from tests.fees.purse import FIRST_SCHOOL, Purse, a_busy_month, lose, open_purse


@pytest.fixture
async def purse(owner: asyncpg.Connection, database: str) -> AsyncIterator[Purse]:
    pool = await db.create_pool(database, role=db.APP_ROLE, size=20)
    yield await open_purse(owner, pool)
    await pool.close()


@pytest.fixture
def lost_school(database: str) -> int:
    """A school of whose money nothing derived is left; for a test that runs no loop of its own."""

    async def make() -> None:
        owner = await db.connect(database)
        await delete_rows(owner)
        pool = await db.create_pool(database, role=db.APP_ROLE, size=2)
        await a_busy_month(await open_purse(owner, pool))
        await lose(owner, FIRST_SCHOOL)
        await pool.close()
        await owner.close()

    asyncio.run(make())
    return FIRST_SCHOOL
