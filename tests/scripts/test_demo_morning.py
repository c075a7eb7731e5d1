"""A morning replayed through a served API: every scan has its answer, and nobody comes twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time

import msgspec
import pytest
import uvicorn
from redis.asyncio import Redis

from app import db
from app.attendance.plan import ZONE, school_day
from app.settings import Settings
from mobile_api.server import create_app
from scripts.demo.cast import read_cast
from scripts.demo.morning import replay
from scripts.demo.seed import seed
from scripts.demo.turns import mornings_of
from scripts.errors import CommandFailed
from scripts.servers.postgres import EmbeddedPostgres
from scripts.servers.valkey import EmbeddedValkey
from tests.conftest import create_database
from tests.scripts.demo_helpers import demo_settings

THCS = 2
SPEED = 3000.0  # a morning in a second


@pytest.fixture(scope="module")
def demo(postgres: EmbeddedPostgres, database: str, valkey: EmbeddedValkey) -> Settings:
    """The province of the real today: a phone's scans cannot be moved to the tests' clock."""
    create_database(postgres, "ct_demo_morning", template="ct_template")
    settings = demo_settings(postgres.dsn("ct_demo_morning"), valkey)
    seed(settings, days=1)
    return settings


@asynccontextmanager
async def served(settings: Settings, port: int = 0) -> AsyncIterator[str]:
    """The API on a loopback port, 0: a free one, as `serve` runs it."""
    redis: Redis = Redis.from_url(settings.require_redis_url())
    await redis.flushall()
    await redis.aclose()
    config = uvicorn.Config(
        create_app(settings=settings), port=port, http="httptools", ws="none", log_config=None
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:  # noqa: ASYNC110 - uvicorn says it in no other way
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


async def test_a_morning_is_replayed_and_a_second_one_finds_everybody_in(demo: Settings) -> None:
    cast = await read_cast(demo, school_id=THCS)
    planned = mornings_of(cast, school_day(datetime.now(UTC)))
    kinds = Counter(turn.kind for each in planned for turn in each.turns)
    pupils = {turn.child.student_id for each in planned for turn in each.turns}
    async with served(demo) as base_url:
        first = (await replay(demo, base_url, SPEED, school=THCS))[THCS]
        again = (await replay(demo, base_url, SPEED, school=THCS))[THCS]
    assert first.outcomes.total() == first.expected == kinds.total()
    assert first.outcomes["geo_outside"] == kinds["far_off"]
    assert first.outcomes["duplicate"] == kinds["again"]
    assert first.outcomes["ok"] + first.outcomes["late"] == len(pupils) > 200
    assert first.sent_again > 0
    assert first.changed_answers == again.changed_answers == 0
    assert set(again.outcomes) <= {"duplicate", "geo_outside", "ok", "late"}
    assert again.outcomes["duplicate"] >= len(pupils)
    conn = await db.connect(demo.require_database_url())
    today = school_day(datetime.now(UTC))
    stored = await conn.fetch("select person_id from scan_event where day = $1", today)
    told = await conn.fetch("select student_id, kind from outbox")
    scanners = await conn.fetch("select closed_at, pending from scanner")
    make_up = await conn.fetchval(
        "select count(*) from calendar_day where school_id = $1 and day = $2", THCS, today
    )
    await conn.close()
    assert sorted(row["person_id"] for row in stored) == sorted(pupils)
    assert sorted(row["student_id"] for row in told) == sorted(pupils)
    assert len(scanners) == len(planned)
    assert make_up == (today.isoweekday() == 7), "a Sunday is a school day here"
    assert all(row["closed_at"] and row["pending"] == 0 for row in scanners)


async def test_scans_can_bear_the_times_of_the_morning_that_is_past(demo: Settings) -> None:
    async with served(demo) as base_url:
        tallies = await replay(demo, base_url, SPEED, school=1, at_school_time=True)
    assert tallies[1].outcomes.total() == tallies[1].expected
    now = datetime.now(ZONE)
    conn = await db.connect(demo.require_database_url())
    times = await conn.fetch(
        "select (occurred_at at time zone 'Asia/Ho_Chi_Minh')::time as at from scan_event"
        " where day = $1 and school_id = 1 and source = 'card'",
        now.date(),
    )
    await conn.close()
    assert len(times) > 400
    if now.time() > time(7, 30):
        assert all(time(6, 29) < row["at"] < time(7, 26) for row in times)


async def test_the_morning_says_what_is_missing(demo: Settings) -> None:
    with pytest.raises(CommandFailed, match="nothing answers"):
        await replay(demo, "http://127.0.0.1:1", SPEED, school=THCS)
    with pytest.raises(CommandFailed, match="no such school"):
        await replay(demo, "http://127.0.0.1:1", SPEED, school=99)
    with pytest.raises(CommandFailed, match="demo only"):
        await replay(msgspec.structs.replace(demo, demo=False), "http://127.0.0.1:1", SPEED)


async def test_the_api_going_away_for_a_while_costs_no_scan(demo: Settings) -> None:
    async with served(demo) as base_url:
        running = asyncio.create_task(replay(demo, base_url, 1000.0, school=3))
        await asyncio.sleep(1.4)
    port = int(base_url.rpartition(":")[2])
    await asyncio.sleep(0.5)
    assert not running.done()
    async with served(demo, port):
        tallies = await running
    assert tallies[3].outcomes.total() == tallies[3].expected
