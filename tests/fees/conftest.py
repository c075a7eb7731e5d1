"""A school's money, without anything above it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from app import db
from tests.fees.purse import Purse, open_purse


@pytest.fixture
async def purse(owner: asyncpg.Connection, database: str) -> AsyncIterator[Purse]:
    pool = await db.create_pool(database, role=db.APP_ROLE, size=20)
    yield await open_purse(owner, pool)
    await pool.close()
