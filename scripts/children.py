"""The processes that a supervisor keeps alive: started, watched, started again, stopped."""

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

import msgspec

from scripts.errors import CommandFailed
from scripts.servers.process import die_with_parent

_MAX_LOG_BYTES = 50_000_000
_FIRST_WAIT_S = 0.2
_LONGEST_WAIT_S = 5.0
_CALM_S = 30.0


class ChildSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A command to keep running. `grace_s` is what it gets between SIGTERM and SIGKILL."""

    name: str
    argv: Sequence[str]
    grace_s: float = 15.0


class Part(Protocol):
    """What can be kept alive: our own processes and the embedded servers."""

    @property
    def name(self) -> str: ...

    @property
    def is_running(self) -> bool: ...

    def start(self) -> object: ...

    def stop(self) -> None: ...


class Child:
    """One of our processes, its output appended to `log`."""

    def __init__(self, spec: ChildSpec, *, environment: Mapping[str, str], log: Path) -> None:
        self._spec = spec
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        return self._spec.name

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it. When we die it is killed outright: it must survive that anyway."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        if self._log.exists() and self._log.stat().st_size > _MAX_LOG_BYTES:
            self._log.replace(self._log.with_suffix(".old.log"))
        with self._log.open("ab") as log:
            self._process = self._popen(log)

    def run_here(self) -> None:
        """Run it to its end with our own output.

        Raises:
            CommandFailed: it ended badly.
        """
        self._process = self._popen(None)
        code = self._process.wait()
        if code != 0:
            raise CommandFailed(f"{self.name} ended with {_how(code)}.")

    def _popen(self, log: IO[bytes] | None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            list(self._spec.argv),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=dict(self._environment),
            start_new_session=True,  # a Ctrl-C in the terminal is ours to pass on, in order
            preexec_fn=die_with_parent(signal.SIGKILL),
        )

    def stop(self) -> None:
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(self._spec.grace_s)
        if process.poll() is None:
            process.kill()
            process.wait()

    def how_it_ended(self) -> str:
        """Exit code or signal, and the end of the log."""
        code = self._process.poll() if self._process else None
        lines = self._log.read_text(errors="replace").splitlines()[-15:]
        return f"{self.name} ended with {_how(code)}:\n" + "\n".join(lines)


def _how(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"


class Kept:
    """Starts a part again when it is gone, at once and then ever more slowly."""

    def __init__(self, part: Part, *, say: Callable[[str], None]) -> None:
        self._part = part
        self._say = say
        self._is_down = False
        self._wait_s = _FIRST_WAIT_S
        self._started_at = time.monotonic()
        self._next_try = 0.0

    def tick(self) -> None:
        now = time.monotonic()
        if self._part.is_running:
            self._is_down = False
            return
        if not self._is_down:
            self._is_down = True
            if now - self._started_at > _CALM_S:
                self._wait_s = _FIRST_WAIT_S
            self._next_try = now + self._wait_s
            self._say(f"{self._part.name} đã dừng, đang khởi động lại | ended, starting it again")
        if now >= self._next_try:
            self._try(now)

    def _try(self, now: float) -> None:
        self._wait_s = min(self._wait_s * 2, _LONGEST_WAIT_S)
        self._started_at = now
        try:
            self._part.start()
        except (CommandFailed, OSError) as error:
            self._next_try = time.monotonic() + self._wait_s
            self._say(str(error))
        else:
            self._is_down = False
