"""Counts, said in the log once a minute: the relay and the worker have no port to be asked at."""

import asyncio
from collections import Counter
from typing import Final

import structlog

_MINUTE_S: Final = 60.0

_log = structlog.get_logger(__name__)


class MinuteCounts:
    """Counts of one process, begun anew with each line `<name>.minute`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._counts: Counter[str] = Counter()
        self._highest: dict[str, int] = {}

    def add(self, what: str, number: int = 1) -> None:
        if number:
            self._counts[what] += number

    def highest(self, what: str, value: int) -> None:
        """Keep the highest value of the minute."""
        self._highest[what] = max(value, self._highest.get(what, value))

    def take(self) -> dict[str, int]:
        """What was counted since the last time."""
        taken = {**self._counts, **self._highest}
        self._counts.clear()
        self._highest.clear()
        return taken

    async def say_each_minute(self) -> None:
        """For ever: one line a minute, also when there was nothing: it shows that we live."""
        while True:
            await asyncio.sleep(_MINUTE_S)
            self.say()

    def say(self) -> None:
        _log.info(f"{self._name}.minute", **self.take())
