"""What the tests of relay and worker share: servers of push protocols, a pool, a family."""

from collections.abc import AsyncIterator

import pytest

from app import db
from notifications.channels.webpush import WebPushSender
from tests.fakes.fcm import FakeFcm
from tests.fakes.webpush import FakePushService
from tests.notifications.news import Family
from tests.notifications.web_pushes import SUBJECT, load_key
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


@pytest.fixture
async def service() -> AsyncIterator[FakePushService]:
    async with FakePushService() as server:
        yield server


@pytest.fixture
async def sender(service: FakePushService) -> AsyncIterator[WebPushSender]:
    """To browsers; the files about another channel have their own."""
    sender = WebPushSender(
        load_key, subject=SUBJECT, hosts=service.origin, concurrency=50, timeout_s=20
    )
    yield sender
    await sender.close()
