"""One command starts, watches and stops everything; stand-ins take the places of our own parts."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from app.settings import Settings
from scripts import state
from scripts.migrate import migrate
from scripts.servers import EmbeddedPostgres
from scripts.supervisor import DATABASE, is_ready
from tests.conftest import create_database
from tests.scripts.processes import all_gone, descendants, eventually, free_port, is_gone, python

PARTS = ("api", "relay", "worker")


class Run:
    """A `cong-truong run` under way."""

    def __init__(self, data: Path, *parts: str, **environment: str) -> None:
        self.data = data
        self.port = int(environment.get("PORT", free_port()))
        inherited = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")}
        own = {"DATA_DIR": str(data), "PORT": str(self.port), "PYTHONWARNINGS": "error"}
        names = parts or PARTS
        self.process = python(
            "-m", "tests.scripts.fake_run", *names, **(inherited | own | environment)
        )

    def until_ready(self) -> "Run":
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line == f"ready http://localhost:{self.port}\n", line + self.process.stdout.read()
        return self

    def stop(self, sig: signal.Signals = signal.SIGTERM) -> str:
        self.process.send_signal(sig)
        output, _ = self.process.communicate(timeout=120)
        return output

    def wait(self) -> str:
        output, _ = self.process.communicate(timeout=120)
        return output

    @property
    def state(self) -> state.RunState:
        found = state.read_state(self.data)
        assert found is not None
        return found

    def pid_of(self, part: str) -> int | None:
        """The direct child that `part` names, by its command line."""
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):  # a zombie counts as none as well
                line = " ".join(child.cmdline())
                if line.endswith(f"fake_part {part}") or f"/{part} " in line or f"/{part}-" in line:
                    return child.pid
        return None

    def starts_of(self, part: str) -> list[float]:
        """When the part had started, by the monotonic clock."""
        lines = map(str.split, (self.data / "started").read_text().splitlines())
        return [float(at) for name, at in lines if name == part]

    def kill(self, part: str) -> int:
        """Kill the part, once it is there; what its process id was."""
        found: list[int] = []

        def is_there() -> bool:
            pid = self.pid_of(part)
            found.extend([pid] if pid else [])
            return bool(found)

        assert eventually(is_there)
        os.kill(found[0], signal.SIGKILL)
        assert eventually(lambda: is_gone(found[0]))
        return found[0]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Path]:
    """PostgreSQL's files as they are after a first start: migrated, with nothing in it."""
    home = Path(tempfile.mkdtemp(prefix="ct-test-", dir="/var/tmp"))
    home.chmod(0o755)
    with EmbeddedPostgres(home, durable=False, keep=True) as postgres:
        create_database(postgres, DATABASE)
        migrate(postgres.dsn(DATABASE))
    yield home / "pg18"
    shutil.rmtree(home)


@pytest.fixture
def start(start_anew: Callable[..., Run], cluster: Path, data: Path) -> Callable[..., Run]:
    """As `start_anew`, but after a first start, which takes longer than most of these tests do."""
    subprocess.run(["cp", "-a", cluster, data], check=True)
    return start_anew


@pytest.fixture
def start_anew(data: Path) -> Iterator[Callable[..., Run]]:
    """Starts a run on `data`; whatever is still there at the end is stopped."""
    runs: list[Run] = []

    def begin(*parts: str, **environment: str) -> Run:
        runs.append(Run(data, *parts, **environment))
        return runs[-1]

    yield begin
    for run in runs:
        if run.process.poll() is None:
            run.stop()


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_stops_everything_in_order(
    start: Callable[..., Run], data: Path, sig: signal.Signals
) -> None:
    run = start().until_ready()
    family = descendants(run.process.pid)
    assert len(family) >= 5
    run.stop(sig)
    assert run.process.returncode == 0
    assert all_gone(family)
    assert (data / "stopped").read_text().split() == list(PARTS)
    assert state.read_state(data) is None
    assert state.run_lock(data).owner() is None


def test_more_signals_while_it_stops_change_nothing(start: Callable[..., Run], data: Path) -> None:
    run = start().until_ready()
    family = descendants(run.process.pid)
    run.process.send_signal(signal.SIGINT)
    assert run.process.stdout is not None
    assert "stopping" in run.process.stdout.readline()
    for _ in range(3):  # while the API takes its time
        time.sleep(0.03)
        run.process.send_signal(signal.SIGINT)
    run.stop(signal.SIGTERM)
    assert run.process.returncode == 0
    assert all_gone(family)
    assert (data / "stopped").read_text().split() == list(PARTS)


def test_after_sigkill_of_the_supervisor_nothing_is_left(start: Callable[..., Run]) -> None:
    run = start().until_ready()
    family = descendants(run.process.pid)
    run.process.kill()
    run.wait()
    assert eventually(lambda: all_gone(family))
    # And nothing that it left hinders the next.
    start(PORT=str(run.port)).until_ready().stop()


@pytest.mark.parametrize("part", ["api", "relay", "worker", "postgres", "valkey-server"])
def test_a_killed_part_is_started_again(start: Callable[..., Run], part: str) -> None:
    run = start().until_ready()
    addresses = run.state
    before = run.kill(part)
    assert eventually(lambda: run.pid_of(part) not in (None, before))
    assert run.state == addresses
    settings = Settings(port=run.port)
    assert eventually(lambda: is_ready(settings) and _answers(addresses.database_url))
    assert "starting it again" in run.stop()


def test_a_part_that_dies_again_and_again_is_started_ever_more_slowly(
    start: Callable[..., Run],
) -> None:
    run = start().until_ready()
    for wait_s in (0.2, 0.4, 0.8, 1.6):
        count, killed_at = len(run.starts_of("worker")), time.monotonic()
        run.kill("worker")
        assert eventually(lambda: len(run.starts_of("worker")) > count)  # noqa: B023
        assert run.starts_of("worker")[-1] - killed_at >= wait_s


def test_a_second_start_on_the_same_data_is_refused_in_words(start: Callable[..., Run]) -> None:
    first = start().until_ready()
    second = start()
    said = second.wait()
    assert second.process.returncode == 1
    assert f"in use by process {first.process.pid}. Stop it first" in said
    assert "Traceback" not in said
    assert is_ready(Settings(port=first.port))


def test_a_taken_port_is_said_in_words_before_anything_starts(
    start_anew: Callable[..., Run], data: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = start_anew(PORT=str(port))
        said = run.wait()
    assert f"port {port} on 127.0.0.1 cannot be used" in said
    assert "set PORT" in said
    assert "Traceback" not in said
    assert not (data / "pg18").exists()


def test_a_part_that_does_not_start_is_shown_and_all_is_stopped(
    start: Callable[..., Run], data: Path
) -> None:
    run = start("broken", "relay")
    said = run.wait()
    assert run.process.returncode == 1
    assert "broken ended with exit code 1" in said
    assert "the part is broken" in said
    assert state.run_lock(data).owner() is None
    assert (data / "stopped").read_text().split() == ["relay"]


def test_the_demo_goes_into_an_empty_database_only(
    start_anew: Callable[..., Run], data: Path
) -> None:
    for _ in range(2):
        start_anew().until_ready().stop()
    assert (data / "seeded").read_text().split() == ["1"]


def test_the_demos_key_is_made_once_and_for_us_alone(
    start_anew: Callable[..., Run], data: Path
) -> None:
    start_anew().until_ready().stop()
    key = (data / "master.key").read_text()
    assert stat.S_IMODE((data / "master.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((data / "run.lock").stat().st_mode) & 0o022 == 0
    start_anew().until_ready().stop()
    assert (data / "master.key").read_text() == key


def test_without_the_key_the_old_data_is_not_served(start: Callable[..., Run], data: Path) -> None:
    start().until_ready().stop()
    (data / "master.key").unlink()
    said = start().wait()
    assert "master.key is gone" in said
    assert not (data / "master.key").exists()


def test_the_demo_is_not_opened_to_the_network(start: Callable[..., Run]) -> None:
    run = start(HOST="0.0.0.0")
    said = run.wait()
    assert run.process.returncode == 1
    assert "DEMO_PUBLIC=1" in said


def test_a_given_database_is_used_and_needs_its_key(
    start_anew: Callable[..., Run], data: Path
) -> None:
    elsewhere = data / "elsewhere"
    with EmbeddedPostgres(elsewhere, durable=False) as postgres:
        dsn = postgres.dsn("postgres")
        assert "MASTER_KEY" in start_anew(DATABASE_URL=dsn).wait()
        run = start_anew(DATABASE_URL=dsn, MASTER_KEY="11" * 32).until_ready()
        assert run.state.database_url is None
        assert run.state.redis_url is not None
        assert run.pid_of("postgres") is None
        run.stop()
        assert postgres.is_running
    assert not (data / "pg18").exists()
    assert not (data / "master.key").exists()
    assert not (data / "seeded").exists()


def _answers(dsn: str | None) -> bool:
    async def ask() -> bool:
        conn = await asyncpg.connect(dsn)
        try:
            return bool(await conn.fetchval("select true"))
        finally:
            await conn.close()

    try:
        return asyncio.run(ask())
    except (OSError, asyncpg.PostgresError):
        return False
