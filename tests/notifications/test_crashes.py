"""kill -9 of the real relay and worker in the middle of their work, and a Valkey that forgets."""

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis

from app.settings import Settings
from tests.fakes import fcm as faults
from tests.fakes.fcm import FakeFcm
from tests.notifications.news import inbox, put_fact, put_token, until
from tests.world import Person, World

_REPOSITORY = Path(__file__).resolve().parents[2]
RELAY = "from notifications.relay import main; main(settings)"
WORKER = "from notifications.worker import main; main(settings, lease_s=1.5)"
_SETTINGS = "import os; from app.settings import Settings; settings = Settings.from_env(os.environ)"


class Processes:
    """Our commands as processes of their own, each killed at the end at the latest."""

    def __init__(self, settings: Settings, fcm: FakeFcm, **more: str) -> None:
        self._environment = os.environ | {
            "DATABASE_URL": settings.require_database_url(),
            "REDIS_URL": settings.require_redis_url(),
            "FIREBASE_CREDENTIALS": str(fcm.credentials_path),
            "FCM_ENDPOINT": fcm.endpoint,
            "MASTER_KEY": settings.master_key or "",
            "DATA_DIR": str(settings.data_dir),
            **more,
        }
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, code: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", f"{_SETTINGS}; {code}"],
            cwd=_REPOSITORY,
            env=self._environment,
            stdout=subprocess.DEVNULL,
        )
        self._started.append(process)
        return process

    def kill_all(self) -> None:
        for process in self._started:
            process.kill()
            process.wait()


@pytest.fixture
def processes(settings: Settings, fcm: FakeFcm) -> Iterator[Processes]:
    started = Processes(settings, fcm)
    yield started
    started.kill_all()


def _has_more(fcm: FakeFcm, requests: int) -> bool:
    return fcm.requests > requests


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


async def test_killed_relays_tell_everything_exactly_once(
    world: World, owner: asyncpg.Connection, processes: Processes
) -> None:
    school = await world.school()
    students = [await world.student(school, f"Em {n}") for n in range(10)]
    parents = [await world.guardian(*students) for _ in range(3)]
    for n in range(2500):
        await put_fact(owner, school, students[n % 10])

    for _ in range(3):
        left = await owner.fetchval("select count(*) from outbox")
        two = [processes.start(RELAY), processes.start(RELAY)]
        await until(partial(owner.fetchval, "select count(*) < $1 from outbox", left))
        # One batch is in, and both are in the middle of the next.
        for process in two:
            kill(process)

    last = processes.start(RELAY)
    await until(lambda: owner.fetchval("select not exists (select from outbox)"), within_s=90)
    last.terminate()
    assert last.wait(60) == 0
    for parent in parents:
        items = await inbox(owner, parent)
        assert [item["seq"] for item in items] == list(range(1, 2501))
        assert len({item["event_id"] for item in items}) == 2500


async def test_every_alert_arrives_though_workers_and_relays_die_and_valkey_forgets(
    world: World,
    owner: asyncpg.Connection,
    processes: Processes,
    settings: Settings,
    fcm: FakeFcm,
) -> None:
    school = await world.school()
    student = await world.student(school)
    parents = [await world.guardian(student) for _ in range(6)]
    for number, parent in enumerate(parents):
        await put_token(owner, parent, f"token-{number}")
    redis: Redis = Redis.from_url(settings.require_redis_url())
    fcm.delay_s = 0.15
    relay, worker = processes.start(RELAY), processes.start(WORKER)

    for turn in range(5):
        fcm.faults.extend([faults.unavailable("1"), faults.RESET, faults.LOST_ANSWER])
        asked = fcm.requests
        for _ in range(15):
            await put_fact(owner, school, student)
        await until(partial(_has_more, fcm, asked + 2))
        kill(worker)  # its answers are on the way
        if turn % 2:
            kill(relay)
            await redis.flushall()
        worker = processes.start(WORKER)
        relay = processes.start(RELAY) if turn % 2 else relay

    fcm.delay_s = 0.0
    left = (
        "select not exists (select from outbox)"
        " and not exists (select from delivery where state = 'queued')"
    )
    await until(lambda: owner.fetchval(left), within_s=90)
    await redis.aclose()
    states = await owner.fetch("select distinct state from delivery")
    assert [row[0] for row in states] == ["sent"]
    await _each_arrived(owner, parents, fcm)


async def _each_arrived(owner: asyncpg.Connection, parents: list[Person], fcm: FakeFcm) -> None:
    """Once in the inbox; at least once at FCM; and what came twice shows once on the screen."""
    tags: dict[str, set[str]] = defaultdict(set)
    for push in fcm.accepted:
        tags[push.message["data"]["id"]].add(push.message["android"]["notification"]["tag"])
    for number, parent in enumerate(parents):
        items = await inbox(owner, parent)
        assert [item["seq"] for item in items] == list(range(1, 76))
        for item in items:
            assert tags[str(item["id"])] == {str(item["id"])}
        mine = {p.message["data"]["id"] for p in fcm.accepted if p.token == f"token-{number}"}
        assert mine == {str(item["id"]) for item in items}
    assert len(fcm.accepted) > len(tags), "nothing was sent twice: the kills came too late"
