"""The simulated time: eight bytes in a file that the test writes and all processes read."""

import mmap
import struct
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

_FORMAT: Final = struct.Struct("=q")


class SharedClock:
    """The instant that the test has set, callable as clocks are."""

    def __init__(self, path: Path, *, start: datetime | None = None) -> None:
        self.path = path
        if start is not None:
            path.write_bytes(_FORMAT.pack(_micros(start)))
        with path.open("r+b") as file:
            self._bytes = mmap.mmap(file.fileno(), _FORMAT.size)

    def __call__(self) -> datetime:
        (micros,) = _FORMAT.unpack(self._bytes[:])
        return datetime.fromtimestamp(micros // 1_000_000, UTC).replace(
            microsecond=micros % 1_000_000
        )

    def set(self, now: datetime) -> None:
        """Time only goes on: a script out of order is a mistake of the test."""
        assert now >= self(), f"{now} is before {self()}"
        # Eight aligned bytes: nobody reads half an instant.
        self._bytes[:] = _FORMAT.pack(_micros(now))


def _micros(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000 + at.microsecond
