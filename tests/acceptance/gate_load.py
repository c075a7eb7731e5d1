"""Guards' phones under load: they send until they are answered, as real ones do."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx

from app.ids import new_id
from scripts.benches._province import LAT, LNG, BenchSchool

MAX_TRIES = 2000
PAUSE_S = 0.05
_PATIENCE_S = 90.0  # a killed PostgreSQL comes back in it, also on a busy machine


class GateLoad:
    """Phones that scan their own pupils in turn, in and out, a few in a request.

    `answers` holds the outcome of each acknowledged scan by event id; `statuses` counts what the
    tries came to, `none` being a connection that broke.
    """

    def __init__(self, url: str, schools: list[BenchSchool], *, phones: int, size: int) -> None:
        self._url = url
        self._size = size
        self._shares = [
            (school, school.guards[n], school.cards[n :: len(school.guards)])
            for school in schools
            for n in range(len(school.guards))
        ][:phones]
        self._is_over = False
        self._tasks: list[asyncio.Task[None]] = []
        self.sent: list[str] = []
        self.answers: dict[str, str] = {}
        self.statuses: Counter[int | str] = Counter()
        self.slowest_s = 0.0

    async def __aenter__(self) -> "GateLoad":
        self._tasks = [asyncio.create_task(self._phone(*share)) for share in self._shares]
        return self

    async def __aexit__(self, *_: object) -> None:
        """No new scans; the last ones are sent until they are acknowledged."""
        self._is_over = True
        await asyncio.gather(*self._tasks)

    async def acknowledged(self, count: int) -> None:
        """Until so many more scans are acknowledged."""
        wanted = len(self.answers) + count
        await self._until(lambda: len(self.answers) >= wanted)

    async def unavailable(self) -> None:
        """Until another request is answered with 503."""
        before = self.statuses[503]
        await self._until(lambda: self.statuses[503] > before)

    async def _until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(_PATIENCE_S):
            while not holds():
                await asyncio.sleep(0.01)
                for task in self._tasks:
                    if task.done():
                        task.result()

    async def _phone(self, school: BenchSchool, token: str, cards: list[str]) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=self._url, headers=headers, timeout=30) as client:
            for batch in self._batches(school, cards):
                if self._is_over:
                    return
                self.sent += [scan["event_id"] for scan in batch]
                await self._send_until_answered(client, batch)

    def _batches(self, school: BenchSchool, cards: list[str]) -> Iterator[list[dict[str, Any]]]:
        direction = "in"
        while True:
            for first in range(0, len(cards), self._size):
                yield [_scan(school, card, direction) for card in cards[first : first + self._size]]
            direction = "out" if direction == "in" else "in"

    async def _send_until_answered(
        self, client: httpx.AsyncClient, batch: list[dict[str, Any]]
    ) -> None:
        for _ in range(MAX_TRIES):
            started = time.monotonic()
            try:
                answer = await client.post("/v1/attendance/scans", json=_envelope(batch))
            except httpx.TransportError as error:
                self.statuses[type(error).__name__] += 1
                await asyncio.sleep(PAUSE_S)
                continue
            self.slowest_s = max(self.slowest_s, time.monotonic() - started)
            self.statuses[answer.status_code] += 1
            if answer.status_code == 200:
                for result in answer.json()["results"]:
                    self.answers[result["event_id"]] = result["outcome"]
                return
            await asyncio.sleep(PAUSE_S)
        raise AssertionError(f"not answered in {MAX_TRIES} tries: {self.statuses}")


def _scan(school: BenchSchool, card: str, direction: str) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    return {
        "event_id": str(new_id()),
        "token": card,
        "direction": direction,
        "scanned_at": now,
        "mono_ms": _mono_ms(),
        "device_seq": 1,
        "station_id": str(school.gate_id),
        "location": {
            "lat": LAT, "lng": LNG, "accuracy_m": 8.0, "fixed_at": now,
            "provider": "android", "is_mock": False,
        },
    }  # fmt: skip


def _envelope(batch: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "sent_at": datetime.now(UTC).isoformat(),
        "sent_mono_ms": _mono_ms(),
        "boot_id": "b",
        "scans": batch,
    }


def _mono_ms() -> int:
    return time.monotonic_ns() // 1_000_000
