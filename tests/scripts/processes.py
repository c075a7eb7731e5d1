"""Looking at real processes from outside."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

REPOSITORY = Path(__file__).resolve().parents[2]


def python(*args: str, **environment: str) -> subprocess.Popen[str]:
    """This interpreter in the repository, with its output in a pipe."""
    return subprocess.Popen(
        [sys.executable, *args],
        cwd=REPOSITORY,
        env=environment or None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def eventually(holds: Callable[[], bool], *, within_s: float = 60.0) -> bool:
    deadline, pause_s = time.monotonic() + within_s, 0.01
    while not holds():
        if time.monotonic() > deadline:
            return False
        # A look at all processes of the machine takes as long as what it waits for needs.
        pause_s = min(pause_s * 1.5, 0.2)
        time.sleep(pause_s)
    return True


def is_gone(pid: int) -> bool:
    """Whether the process ended; a zombie has, where nobody collects orphans."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def all_gone(pids: Sequence[int]) -> bool:
    return all(is_gone(pid) for pid in pids)


def descendants(pid: int) -> list[int]:
    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
