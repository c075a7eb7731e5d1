"""What the tests of relay and worker share: an FCM-protocol server, a pool, a family."""

from collections.abc import AsyncIterator

import pytest

from app import db
from tests.fakes.fcm import FakeFcm
from tests.notifications.news import Family
from tests.world import World


@pytest.fixture
async def fcm() -> AsyncIterator[FakeFcm]:
    async with FakeFcm() as server:
        yield server


@pytest.fixture
async def pool(database: str) -> AsyncIterator[db.Pool]:
    """Connections in the worker's role."""
    pool = await db.create_pool(database, role=db.WORKER_ROLE, size=6)
    yield pool
    await pool.close()


@pytest.fixture
async def family(world: World, database: str) -> Family:
    school = await world.school()
    return Family(world, school, await world.student(school, "Nguyễn Văn An"), database)
