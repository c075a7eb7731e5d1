"""What both embedded servers share: their user, folder, lock and life, which ends with ours."""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Self, TypedDict

from scripts.errors import CommandFailed
from scripts.servers import places
from scripts.servers.lock import FolderLock

_PR_SET_PDEATHSIG = 1


class ServerFailed(CommandFailed):
    """An embedded server did not start."""


def die_with_parent(sig: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` after which the child gets `sig` when this process ends, even by SIGKILL.

    The kernel watches the *thread* that forks, so fork from the main thread; and it forgets the
    wish on setuid, which Popen does before it calls this (prctl(2), PR_SET_PDEATHSIG).
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("start processes from the main thread, or they die with this one")
    parent = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def in_child() -> None:
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
        if os.getppid() != parent:  # it died before the wish was heard
            os._exit(1)

    return in_child


class RunAs(TypedDict, total=False):
    """Popen's arguments for another user."""

    user: int
    group: int
    extra_groups: list[int]


class EmbeddedServer(ABC):
    """A server from a wheel, on a unix socket, as a child that cannot outlive this process.

    `start` after a crash finds the same data at the same address. A context manager.
    """

    name: ClassVar[str]
    # Tried in this order, each for its seconds; then the process is killed.
    stop_signals: ClassVar[Sequence[tuple[signal.Signals, float]]]

    def __init__(self, data: Path | None) -> None:
        self._data = data
        self._user: pwd.struct_passwd | None = None
        self._home: Path | None = None
        self._sockets: Path | None = None
        self._lock: FolderLock | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def _prepare(self) -> Sequence[str | Path]:
        """Make the folder ready for a start, and the command to run."""

    @abstractmethod
    def _is_ready(self, pid: int) -> bool:
        """Whether the server takes connections."""

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def home(self) -> Path:
        """The folder of data, log and lock."""
        if self._home is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._home

    @property
    def sockets(self) -> Path:
        """The folder of the unix socket: short, since a socket's path ends at 107 bytes."""
        if self._sockets is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._sockets

    def start(self, *, timeout_s: float = 60.0) -> Self:
        """Start, and return when connections are taken.

        Raises:
            InUse: another run uses the folder.
            ServerFailed: with the end of the server's log.
            NoSuchUser: there is nobody to run it as.
        """
        self._end_process()
        is_restart = self._sockets is not None
        try:
            self._take_folders()
            self._launch(self._prepare())
            self._await_ready(timeout_s)
        except BaseException:
            if is_restart:  # others hold the address; the next try is to serve it again
                self._end_process()
            else:
                self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop in order, and keep the data."""
        self._end_process()
        if self._lock is not None:
            self._lock.release()
            self._lock = None
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None
        if self._data is None and self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)
            self._home = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _take_folders(self) -> None:
        self._user = places.server_user()
        if self._data is None:
            self._home = self._home or self._temporary()
        else:
            self._home = places.server_home(self._data, self._user)
        self._lock = self._lock or FolderLock(self._home / f"{self.name}.lock")
        self._lock.acquire()
        if self._sockets is None:
            self._sweep_sockets()
            self._sockets = self._temporary()
            (self._home / f"{self.name}.sockets").write_text(str(self._sockets))

    def _temporary(self) -> Path:
        # Not tempfile's own choice: TMPDIR may be long, or closed to the server's user.
        return self._own(Path(tempfile.mkdtemp(prefix="ct-", dir="/tmp")))

    def _sweep_sockets(self) -> None:
        """Remove the folder that a killed run could not."""
        note = self.home / f"{self.name}.sockets"
        with contextlib.suppress(OSError):
            left = Path(note.read_text())
            if left.parent == Path("/tmp") and left.name.startswith("ct-"):  # noqa: S108
                shutil.rmtree(left, ignore_errors=True)

    def _own(self, path: Path) -> Path:
        if self._user is not None:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)
        return path

    def _launch(self, argv: Sequence[str | Path]) -> None:
        assert self._lock is not None  # noqa: S101
        with (self.home / f"{self.name}.log").open("ab") as log:
            self._process = self._popen(argv, log.fileno(), self._lock.fileno())

    def _popen(self, argv: Sequence[str | Path], log: int, lock: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env=self.environment(),
            pass_fds=(lock,),
            start_new_session=True,  # a Ctrl-C in the terminal is ours to pass on, in order
            preexec_fn=die_with_parent(self.stop_signals[0][0]),
            **self.run_as(),
        )

    def run_as(self) -> RunAs:
        if self._user is None:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def environment(self) -> Mapping[str, str]:
        """Next to nothing of ours: it holds secrets, and PG* or LC_* would change initdb's mind."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C", "HOME": str(self.home)}

    def _await_ready(self, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while not self._is_ready(self.pid):
            if not self.is_running:
                raise ServerFailed(f"{self.name} ended at its start:\n{self._log_end()}")
            if time.monotonic() > deadline:
                raise ServerFailed(f"{self.name} is not ready in {timeout_s:.0f} s.")
            time.sleep(0.005)

    def _log_end(self) -> str:
        text = (self.home / f"{self.name}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-12:])

    def _end_process(self) -> None:
        process = self._process
        if process is None:
            return
        for sig, seconds in self.stop_signals:
            if process.poll() is not None:
                return
            process.send_signal(sig)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
        if process.poll() is None:
            process.kill()
            process.wait()
