"""A lock on a folder that ends with the last process that holds it, however that process ends."""

import fcntl
import os
import time
from pathlib import Path

from scripts.errors import CommandFailed


class InUse(CommandFailed):
    """Another run is using the folder."""


class FolderLock:
    """An flock on `path`, with the owner's process id written in it.

    The lock belongs to the open file, not to the process: a server that inherits `fileno()` keeps
    the folder locked until it is gone, also when its parent was killed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def fileno(self) -> int:
        if self._fd is None:
            raise RuntimeError(f"{self._path} is not held")
        return self._fd

    def acquire(self, *, wait_s: float = 20.0) -> None:
        """Take the lock. Waits only for what a dead owner left behind, which is about to stop.

        Raises:
            InUse: a living process owns the folder, or what it left does not stop in `wait_s`.
        """
        self.release()
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        deadline = time.monotonic() + wait_s
        try:
            while not _flock(fd):
                self._refuse(_owner(fd), is_late=time.monotonic() > deadline)
                time.sleep(0.02)
            os.ftruncate(fd, 0)
            os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        except BaseException:
            os.close(fd)
            raise
        self._fd = fd

    @property
    def is_held(self) -> bool:
        return self._fd is not None

    def owner(self) -> int | None:
        """The process that holds the lock now, or None. Takes it for a moment if it is free."""
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            return None if _flock(fd) else _owner(fd)
        finally:
            os.close(fd)

    def release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _refuse(self, owner: int | None, *, is_late: bool) -> None:
        folder = self._path.parent
        if owner is not None and owner != os.getpid() and _is_alive(owner):
            raise InUse(
                f"{folder} is in use by process {owner}. Stop it first, or set another DATA_DIR."
            )
        if is_late:
            raise InUse(f"a server of an earlier run still uses {folder} and does not stop.")


def _flock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _owner(fd: int) -> int | None:
    text = os.pread(fd, 32, 0).strip()
    return int(text) if text.isdigit() else None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
