"""kill -9 of PostgreSQL and of Valkey while scans come in: what was acknowledged is there."""

import os
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest

from app import db
from app.attendance.plan import school_day
from app.attendance.rebuild import rebuild
from app.crypto import Vault
from app.keys import KeyRing
from scripts.benches._province import BenchSchool, build
from scripts.migrate import migrate
from scripts.servers.postgres import EmbeddedPostgres
from scripts.servers.valkey import EmbeddedValkey
from tests.acceptance.gate_load import GateLoad
from tests.api_process import ApiProcess
from tests.conftest import MASTER_KEY
from tests.patience import Stopwatch
from tests.scripts.processes import free_port

PHONES = 6


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where also the user can go who runs the servers for root."""
    path = Path(tempfile.mkdtemp(prefix="ct-test-", dir="/var/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def durable(folder: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL that keeps its promises, for this test alone."""
    with EmbeddedPostgres(folder / "pg") as server:
        migrate(server.dsn("postgres"))
        yield server


@pytest.fixture
def brittle(folder: Path) -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(folder / "valkey") as server:
        yield server


async def province(dsn: str) -> list[BenchSchool]:
    vault = Vault(KeyRing.parse(MASTER_KEY))
    return await build(dsn, vault, schools=2, guards=PHONES // 2, pupils=60)


@pytest.fixture
async def killed(
    durable: EmbeddedPostgres, valkey: EmbeddedValkey, tmp_path: Path
) -> AsyncIterator[ApiProcess]:
    """An API on the PostgreSQL that is going to be killed."""
    with ApiProcess(
        database_url=durable.dsn("postgres"),
        redis_url=valkey.url,
        port=free_port(),
        log=tmp_path / "api.log",
    ) as process:
        yield process


async def check_rows(conn: asyncpg.Connection, load: GateLoad) -> None:
    """Each scan that was sent stands there once, was told once, and made the days it should."""
    assert set(load.answers) == set(load.sent)
    for sql in (
        "select id from scan_event",
        "select event_id from outbox",
        "select event_id from scan_receipt",
    ):
        found = Counter(str(row[0]) for row in await conn.fetch(sql))
        assert found == dict.fromkeys(load.sent, 1), sql
    today = school_day(datetime.now(UTC))
    for row in await conn.fetch("select id from school"):
        assert (
            await rebuild(
                conn,
                school_id=row["id"],
                from_day=today - timedelta(days=1),
                to_day=today,
                check=True,
            )
            == []
        )


async def test_no_acknowledged_scan_is_missing_after_postgresql_was_killed_twice(
    killed: ApiProcess, durable: EmbeddedPostgres, valkey: EmbeddedValkey
) -> None:
    schools = await province(durable.dsn("postgres"))
    pid = killed.pid
    async with GateLoad(killed.url, schools, phones=PHONES, size=3) as load:
        for _ in range(2):
            await load.acknowledged(150)
            before = dict(load.answers)
            os.kill(durable.pid, signal.SIGKILL)
            await load.unavailable()
            async with httpx.AsyncClient(base_url=killed.url, timeout=30) as client:
                assert (await client.get("/health/live")).status_code == 200
                assert (await client.get("/health/ready")).status_code == 503
            durable.start()
            conn = await db.connect(durable.dsn("postgres"))
            kept = {str(row[0]) for row in await conn.fetch("select id from scan_event")}
            await conn.close()
            assert before.keys() <= kept
            # Nobody tells the API; the phones are answered again.
            await load.acknowledged(150)

    assert set(load.statuses) <= {200, 503}
    assert set(load.answers.values()) == {"ok"}
    assert (killed.pid, killed.is_running) == (pid, True)
    conn = await db.connect(durable.dsn("postgres"))
    await check_rows(conn, load)
    await conn.close()


async def test_scans_go_on_while_valkey_is_dead(
    owner: asyncpg.Connection, database: str, brittle: EmbeddedValkey, tmp_path: Path
) -> None:
    schools = await province(database)
    process = ApiProcess(
        database_url=database, redis_url=brittle.url, port=free_port(), log=tmp_path / "api.log"
    )
    with process:
        watch = Stopwatch()
        async with (
            httpx.AsyncClient(base_url=process.url, timeout=30) as client,
            GateLoad(process.url, schools, phones=PHONES, size=1) as load,
        ):
            await load.acknowledged(100)
            os.kill(brittle.pid, signal.SIGKILL)
            await load.acknowledged(200)
            assert (await client.get("/health/ready")).json() == {"status": "degraded"}
            brittle.start()
            await load.acknowledged(200)
            assert (await client.get("/health/ready")).json() == {"status": "ok"}
        assert process.is_running
        # Nobody waits for a server that is away.
        assert load.slowest_s - watch.stood_in_line_s < 5

    assert set(load.statuses) == {200}
    await check_rows(owner, load)
