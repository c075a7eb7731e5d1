"""`cong-truong run`: everything in one place, started in order, kept alive, stopped in order."""

import asyncio
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec

from app import db
from app.settings import Settings
from scripts import state
from scripts.children import Child, ChildSpec, Kept, Part
from scripts.errors import CommandFailed
from scripts.migrate import migrate
from scripts.servers import EmbeddedPostgres, EmbeddedValkey

DATABASE = "cong_truong"
_READY_S = 90.0


def command(*words: str) -> list[str]:
    """Our own command line, run by this interpreter."""
    return [sys.executable, "-m", "scripts.cli", *words]


# In the order in which they stop: first nothing new comes in, then what is there goes out.
CHILDREN = (
    ChildSpec(name="api", argv=command("serve")),
    ChildSpec(name="relay", argv=command("relay")),
    ChildSpec(name="worker", argv=command("worker")),
)
SEED = ChildSpec(name="demo", argv=command("demo"))


class StopAsked(BaseException):
    """A Ctrl-C or SIGTERM came; everything is to be stopped in order."""


class Supervisor:
    """Servers that the settings leave out, migrations, the demo, then `children` until told to end.

    `seed` fills an empty demo database; None leaves it empty.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        children: Sequence[ChildSpec] = CHILDREN,
        seed: ChildSpec | None = SEED,
        say: Callable[[str], None],
    ) -> None:
        self.settings = settings
        self._specs = children
        self._seed = seed
        self._say = say
        self._lock = state.run_lock(settings.data_dir)
        self._servers: list[EmbeddedPostgres | EmbeddedValkey] = []
        self._children: list[Child] = []

    def run(self, *, on_ready: Callable[[Settings], None]) -> None:
        """Start everything, call `on_ready`, and return after a Ctrl-C, SIGTERM or SIGHUP.

        Raises:
            CommandFailed: something did not start; what had started is stopped.
        """
        with _signals_raise() as ignore_more:
            try:
                self._start()
                on_ready(self.settings)
                self._watch()
            except StopAsked:
                self._say("Đang dừng | stopping")
            finally:
                ignore_more()
                self._stop()

    def _start(self) -> None:
        is_embedded = self.settings.database_url is None
        if not is_embedded:
            _ = self.settings.key_ring  # outside the embedded demo it must be given: fail at once
        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        self._lock.acquire()
        refuse_taken_port(self.settings)
        self._start_servers()
        database_url = self.settings.require_database_url()
        migrate(database_url)
        is_empty = asyncio.run(_is_empty(database_url))
        if is_embedded:
            key = state.master_key(self.settings, is_new=is_empty)
            self.settings = state.as_demo(self.settings, key)
        state.refuse_public_demo(self.settings)
        if is_empty and self.settings.demo and self._seed is not None:
            self._fill(self._seed)
        self._start_children()

    def _start_servers(self) -> None:
        """Start what has no address, and note it for the other commands."""
        database_url = redis_url = None
        if self.settings.database_url is None:
            postgres = EmbeddedPostgres(self.settings.data_dir)
            self._servers.append(postgres)
            postgres.start()
            asyncio.run(_create_database(postgres.dsn("postgres")))
            database_url = postgres.dsn(DATABASE)
        if self.settings.redis_url is None:
            valkey = EmbeddedValkey(self.settings.data_dir)
            self._servers.append(valkey)
            redis_url = valkey.start().url
        note = state.RunState(
            pid=os.getpid(),
            database_url=database_url,
            redis_url=redis_url,
            base_url=self.settings.base_url,
        )
        state.write_state(self.settings.data_dir, note)
        self.settings = msgspec.structs.replace(
            self.settings,
            database_url=database_url or self.settings.database_url,
            redis_url=redis_url or self.settings.redis_url,
        )

    def _child(self, spec: ChildSpec) -> Child:
        log = self.settings.data_dir / "logs" / f"{spec.name}.log"
        return Child(spec, environment=child_environment(self.settings), log=log)

    def _fill(self, spec: ChildSpec) -> None:
        """Run a command to its end, on this terminal: it shows its progress."""
        child = self._child(spec)
        self._children.append(child)
        child.run_here()
        self._children.remove(child)

    def _start_children(self) -> None:
        for spec in self._specs:
            child = self._child(spec)
            self._children.append(child)
            child.start()
        deadline = time.monotonic() + _READY_S
        while not is_ready(self.settings):
            for child in self._children:
                if not child.is_running:
                    raise CommandFailed(child.how_it_ended())
            if time.monotonic() > deadline:
                raise CommandFailed(f"{self.settings.base_url}/health/ready does not say ready.")
            time.sleep(0.05)

    def _watch(self) -> None:
        parts: list[Part] = [*self._servers, *self._children]
        kept = [Kept(part, say=self._say) for part in parts]
        while True:
            for part in kept:
                part.tick()
            time.sleep(0.1)

    def _stop(self) -> None:
        for child in self._children:
            child.stop()
        for server in reversed(self._servers):
            server.stop()
        if self._lock.is_held:
            state.forget_state(self.settings.data_dir)
            self._lock.release()


def child_environment(settings: Settings) -> Mapping[str, str]:
    """Our environment with everything decided, so that a child decides nothing anew."""
    return os.environ | {
        "DATA_DIR": str(settings.data_dir),
        "HOST": settings.host,
        "PORT": str(settings.port),
        "BASE_URL": settings.base_url,
        "DATABASE_URL": settings.require_database_url(),
        "REDIS_URL": settings.require_redis_url(),
        "MASTER_KEY": settings.master_key or "",
        "DEMO": "1" if settings.demo else "0",
        "PYTHONUNBUFFERED": "1",
    }


def refuse_taken_port(settings: Settings) -> None:
    """Raises CommandFailed when HOST and PORT cannot be listened on."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise CommandFailed(
            f"port {settings.port} on {settings.host} cannot be used: {error.strerror}. "
            "Stop what uses it, or set PORT to another."
        ) from None


def is_ready(settings: Settings) -> bool:
    """Whether the API answers /health/ready with 200."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    connection = http.client.HTTPConnection(host, settings.port, timeout=2.0)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


async def _create_database(dsn: str) -> None:
    conn = await db.connect(dsn)
    try:
        sql = "select exists (select from pg_database where datname = $1)"
        if not await db.value(conn, sql, DATABASE):
            await db.run(conn, f"create database {DATABASE}")
    finally:
        await conn.close()


async def _is_empty(dsn: str) -> bool:
    conn = await db.connect(dsn)
    try:
        return bool(await db.value(conn, "select not exists (select from account)"))
    finally:
        await conn.close()


@contextmanager
def _signals_raise() -> Iterator[Callable[[], None]]:
    """The first Ctrl-C, SIGTERM or SIGHUP raises StopAsked. Gives what makes us ignore more."""
    # nohup ignores SIGHUP before we start, and means it.
    wanted = [
        sig
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if sig != signal.SIGHUP or signal.getsignal(sig) != signal.SIG_IGN
    ]

    def ignore_more() -> None:
        for sig in wanted:
            signal.signal(sig, signal.SIG_IGN)

    def stop(_signal: int, _frame: object) -> None:
        ignore_more()
        raise StopAsked

    before = {sig: signal.signal(sig, stop) for sig in wanted}
    try:
        yield ignore_more
    finally:
        for sig, handler in before.items():
            signal.signal(sig, handler)
