"""The command line: what is missing is said in words, and single parts find the running servers."""

import os
from pathlib import Path

import msgspec
import pytest

from app.keys import KeyRing
from app.settings import Settings
from scripts import state
from scripts.errors import CommandFailed
from tests.scripts.processes import python


def said_by(data: Path, *words: str, **environment: str) -> tuple[int, str]:
    process = python(
        "-m",
        "scripts.cli",
        *words,
        PATH=os.environ["PATH"],
        DATA_DIR=str(data),
        PYTHONWARNINGS="error",
        **environment,
    )
    output, _ = process.communicate(timeout=60)
    return process.returncode, output


def note(data: Path, *, pid: int) -> state.RunState:
    return state.RunState(
        pid=pid, database_url="postgresql://x", redis_url="unix://y", base_url="http://z"
    )


@pytest.mark.parametrize("part", ["serve", "relay", "worker", "migrate", "demo"])
def test_a_part_without_servers_says_what_to_do(tmp_path: Path, part: str) -> None:
    code, said = said_by(tmp_path, part)
    assert code == 1
    assert "start everything with ./scripts/run" in said
    assert "Traceback" not in said


def test_a_bad_setting_is_named_and_not_shown(tmp_path: Path) -> None:
    code, said = said_by(tmp_path, "serve", PORT="geheim")
    assert (code, "PORT" in said, "geheim" in said) == (1, True, False)


def test_a_demo_is_not_served_to_the_network(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x", "MASTER_KEY": "11" * 32}
    code, said = said_by(tmp_path, "serve", HOST="0.0.0.0", DEMO="1", **given)
    assert code == 1
    assert "DEMO_PUBLIC=1" in said


def test_demo_data_goes_into_a_demo_only(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis://x", "MASTER_KEY": "11" * 32}
    code, said = said_by(tmp_path, "demo", **given)
    assert code == 1
    assert "with DEMO=1 only" in said


def test_an_unknown_benchmark_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    code, said = said_by(tmp_path, "bench", "absurd")
    assert code == 1
    assert "There are:" in said


def test_a_new_key_is_one_that_the_settings_accept(tmp_path: Path) -> None:
    code, said = said_by(tmp_path, "admin", "new-key")
    assert code == 0
    assert KeyRing.parse(said.strip()).ids == (1,)
    assert said_by(tmp_path, "admin", "new-key")[1] != said


def test_a_part_finds_the_servers_of_the_run_that_is_alive(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    (tmp_path / "master.key").write_text("11" * 32)
    lock = state.run_lock(tmp_path)
    lock.acquire()
    state.write_state(tmp_path, note(tmp_path, pid=os.getpid()))
    filled = state.with_running_servers(settings)
    assert (filled.database_url, filled.redis_url) == ("postgresql://x", "unix://y")
    assert filled.demo
    assert filled.master_key == "11" * 32
    lock.release()
    with pytest.raises(state.NothingRuns):
        state.with_running_servers(settings)


def test_the_note_of_a_dead_run_is_not_believed(tmp_path: Path) -> None:
    lock = state.run_lock(tmp_path)
    lock.acquire()
    state.write_state(tmp_path, note(tmp_path, pid=os.getpid() + 1))
    assert state.read_state(tmp_path) is None
    (tmp_path / "run.json").write_text("{")
    assert state.read_state(tmp_path) is None
    lock.release()


def test_a_given_address_goes_before_that_of_the_run(tmp_path: Path) -> None:
    lock = state.run_lock(tmp_path)
    lock.acquire()
    state.write_state(tmp_path, note(tmp_path, pid=os.getpid()))
    given = Settings(data_dir=tmp_path, database_url="postgresql://own", master_key="22" * 32)
    filled = state.with_running_servers(given)
    assert (filled.database_url, filled.redis_url) == ("postgresql://own", "unix://y")
    assert not filled.demo
    lock.release()


def test_the_base_url_follows_the_port_unless_it_is_given() -> None:
    assert state.load_settings({"PORT": "9000"}).base_url == "http://localhost:9000"
    given = {"PORT": "9000", "BASE_URL": "https://truong.example"}
    assert state.load_settings(given).base_url == "https://truong.example"
    assert state.load_settings({}).data_dir == state.REPOSITORY / ".data"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_loopback_is_open_to_the_demo(host: str) -> None:
    state.refuse_public_demo(Settings(demo=True, host=host))


def test_only_the_demo_is_kept_from_the_network() -> None:
    public = Settings(demo=True, host="0.0.0.0")
    with pytest.raises(CommandFailed):
        state.refuse_public_demo(public)
    state.refuse_public_demo(msgspec.structs.replace(public, demo_public=True))
    state.refuse_public_demo(msgspec.structs.replace(public, demo=False))
