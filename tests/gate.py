"""A phone at the gate, as tests hold it: it makes scans and sends them."""

import asyncio
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

import httpx

from app.ids import new_id
from app.limits import SCANS
from tests.conftest import Clock
from tests.world import Person, School

BOOT = "boot-1"
_MONO_ZERO = datetime(2026, 6, 1, tzinfo=UTC).timestamp()


class Gate:
    """A guard's phone at one station. Its clocks agree with the server's unless told otherwise."""

    def __init__(
        self, api: httpx.AsyncClient, clock: Clock, school: School, who: Person,
        *, station_id: UUID | None = None,
    ) -> None:  # fmt: skip
        self.api, self.clock, self.school, self.who = api, clock, school, who
        self.station_id = station_id or school.gate_id
        self.seq = 0

    def mono_ms(self, at: datetime) -> int:
        return int((at.timestamp() - _MONO_ZERO) * 1000)

    def scan(
        self, token: str, direction: str = "in", *, at: datetime | None = None, **changes: Any
    ) -> dict[str, Any]:
        """One scan object, made at `at` (now unless told)."""
        at = at or self.clock.now
        self.seq += 1
        return {
            "event_id": str(new_id()),
            "token": token,
            "direction": direction,
            "scanned_at": at.isoformat(),
            "mono_ms": self.mono_ms(at),
            "device_seq": self.seq,
            "station_id": str(self.station_id),
            "location": self.school.location(at),
        } | changes

    async def send(self, *scans: Any, **changes: Any) -> httpx.Response:
        body = {
            "sent_at": self.clock.now.isoformat(),
            "sent_mono_ms": self.mono_ms(self.clock.now),
            "boot_id": BOOT,
            "scans": list(scans),
        } | changes
        return await self.api.post("/v1/attendance/scans", json=body, headers=self.who.headers)

    async def results(self, *scans: Any, **changes: Any) -> list[dict[str, Any]]:
        response = await self.send(*scans, **changes)
        assert response.status_code == 200, response.text
        results: list[dict[str, Any]] = response.json()["results"]
        return results

    async def outcome(self, *args: Any, **changes: Any) -> str:
        """Scan once and send at once: the outcome."""
        (result,) = await self.results(self.scan(*args, **changes))
        return str(result["outcome"])


class Pace:
    """Keeps a phone that scans until something else is done below the limit of its account.

    On a slow machine that something takes so long that the phone would be told to wait. `slowest_s`
    is the longest time that a batch had to wait for its answer.
    """

    def __init__(self) -> None:
        self._began = monotonic()
        self._sent = 0
        self.slowest_s = 0.0

    async def results(self, gate: Gate, *scans: Any) -> list[dict[str, Any]]:
        self._sent += len(scans)
        ahead_s = (self._sent - SCANS.capacity / 2) / (SCANS.refill_per_s * 0.8)
        await asyncio.sleep(max(0.0, self._began + ahead_s - monotonic()))
        sent_at = monotonic()
        results = await gate.results(*scans)
        self.slowest_s = max(self.slowest_s, monotonic() - sent_at)
        return results

    def assert_none_waited_for(self, other_s: float) -> None:
        """No answer waited for the other work, which took so long.

        One that did would take nearly as long; on a busy machine all takes longer.
        """
        assert self.slowest_s < max(2.0, other_s / 2)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
