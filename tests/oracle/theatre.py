"""The running product under the simulated time: its processes, the school, and the player."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import time, timedelta
from pathlib import Path

import asyncpg
import httpx

from app import audit, db
from app.attendance.rebuild import rebuild
from app.settings import Settings
from scripts.servers.process import die_with_parent
from tests.api_process import REPOSITORY
from tests.conftest import MASTER_KEY, open_test_resources
from tests.notifications.news import until
from tests.oracle import facts as f
from tests.oracle.clock import SharedClock
from tests.oracle.compare import Comparison
from tests.oracle.hours import Hours
from tests.oracle.oracle import Oracle
from tests.oracle.part import CLOCK
from tests.oracle.player import Player
from tests.oracle.stage import build
from tests.oracle.truth import Reader
from tests.world import World

PARTS = ("serve", "relay", "worker")


class Parts:
    """The API, the relay and the worker, each startable again after a kill."""

    def __init__(self, settings: Settings, clock: SharedClock, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.folder = folder
        self.played = 0
        """How many happenings have begun."""
        self._environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": settings.require_database_url(),
            "REDIS_URL": settings.require_redis_url(),
            "MASTER_KEY": MASTER_KEY,
            "DATA_DIR": str(folder / "data"),
            "PORT": str(self.port),
            CLOCK: str(clock.path),
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, part: str) -> None:
        with (self.folder / f"{part}.log").open("ab") as log:
            self._running[part] = subprocess.Popen(
                [sys.executable, "-m", "tests.oracle.part", part],
                cwd=REPOSITORY,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )

    def kill(self, part: str) -> None:
        """As the kernel kills: nothing is tidied up."""
        process = self._running[part]
        process.kill()
        process.wait()

    def stop(self) -> None:
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def died(self) -> list[str]:
        return [part for part, process in self._running.items() if process.poll() is not None]

    def log(self, part: str, *, lines: int = 15) -> str:
        text = (self.folder / f"{part}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])


@asynccontextmanager
async def theatre(
    story: f.Story, owner: asyncpg.Connection, settings: Settings, folder: Path
) -> AsyncIterator[tuple[Player, Parts]]:
    """The school of the story set up in an empty database, and the three parts running."""
    begins = f.instant(story.first, time(4))
    clock = SharedClock(folder / "clock", start=begins)
    parts = Parts(settings, clock, folder)
    async with open_test_resources(settings, clock) as resources:  # type: ignore[arg-type]
        await resources.redis.flushall()
        stage = await build(World(owner, resources), story)
        for part in PARTS:
            parts.start(part)
        url = f"http://127.0.0.1:{parts.port}"
        try:
            async with httpx.AsyncClient(base_url=url, timeout=30) as http:
                await until(lambda: _is_ready(http, parts), within_s=60)
                yield Player(http, stage, clock), parts
        finally:
            parts.stop()


async def perform(
    story: f.Story,
    owner: asyncpg.Connection,
    settings: Settings,
    folder: Path,
    *,
    trouble: Callable[[Parts], AbstractAsyncContextManager[object]] = lambda _: nullcontext(),
) -> Comparison:
    """Play the story to its end, wait until all is told, and compare.

    `trouble` goes on for as long as the story does; all parts must run after it.
    """
    oracle, hours = Oracle(story), Hours(story.school)
    async with theatre(story, owner, settings, folder) as (player, parts):
        async with trouble(parts):
            for happening in story.happenings:
                parts.played += 1
                await player.play(happening)
                oracle.hear(happening)
                hours.hear(happening)
        # The day after, when all days of the story are over.
        player.clock.set(f.instant(story.last, time(23)) + timedelta(hours=8))
        await until(lambda: _is_all_told(owner), within_s=120)
        await owner.execute("update session set revoked_at = null, revoked_reason = null")
        months = sorted({f"{day:%Y-%m}" for day in story.days})
        truth = await Reader(player).read(story, months)
        assert not parts.died(), parts.log(parts.died()[0])
        compared = Comparison(story=story, oracle=oracle, truth=truth).run()
        compared.hours(hours, months)
        await _prove(player, compared)
        compared.answers = player.answers
        return compared


async def _prove(player: Player, compared: Comparison) -> None:
    """The days equal their facts, and the chain of decisions is whole."""
    school_id = player.stage.school.id
    pool = player.stage.world.resources.pool
    today = compared.story.last + timedelta(days=1)
    for day in compared.story.days:
        async with db.transaction(pool, schools=[school_id]) as conn:
            for each in await rebuild(
                conn, school_id=school_id, from_day=day, to_day=day, today=today, check=True
            ):
                compared.say("-", f"a rebuild of {day} differs: {each}")
    async with db.transaction(pool, schools=[school_id]) as conn:
        compared.audited, gap = await audit.verify(conn, school_id=school_id)
    if gap is not None:
        compared.say("-", f"the audit's chain breaks: {gap}")


async def _is_ready(http: httpx.AsyncClient, parts: Parts) -> bool:
    died = parts.died()
    assert not died, parts.log(died[0])
    try:
        return (await http.get("/health/ready")).status_code == 200
    except httpx.TransportError:
        return False


async def _is_all_told(owner: asyncpg.Connection) -> bool:
    left: int = await owner.fetchval("select count(*) from outbox where dead_at is null")
    return not left
