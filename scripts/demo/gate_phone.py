"""The phone at a gate: it notes each scan at once and sends when there is a network."""

import asyncio
import contextlib
import functools
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from app.crypto import Vault
from app.ids import new_id
from scripts.demo.card import location_body, scan_body
from scripts.demo.cast import point_inside
from scripts.demo.gate_client import GateClient, Unreachable
from scripts.demo.turns import LASTS_S, GateMorning, Turn
from scripts.errors import CommandFailed

_BATCH: Final = 60
_FAR_M: Final = 450.0
_BEAT_S: Final = 15.0
_GIVE_UP_S: Final = 60.0
_WEEK_MS: Final = 7 * 24 * 3600 * 1000


class MorningClock:
    """Runs `speed` times as fast as ours, from 06:30.

    `opened_at` None: scans bear the present time. Else the instant that was 06:30: scans bear the
    times of that morning, as those of a phone that was offline and kept them.
    """

    def __init__(self, speed: float, *, opened_at: datetime | None) -> None:
        self._speed = speed
        self._opened_at = opened_at
        self._began = time.monotonic()

    @property
    def now_s(self) -> float:
        """Seconds since 06:30, as the morning runs."""
        return (time.monotonic() - self._began) * self._speed

    async def sleep_until(self, at_s: float) -> None:
        await asyncio.sleep(max(0.0, (at_s - self.now_s) / self._speed))

    def stamp(self, at_s: float) -> tuple[datetime, int]:
        """The phone's wall clock and its monotonic milliseconds at a turn."""
        now, mono_ms = datetime.now(UTC), self.mono_ms()
        if self._opened_at is None:
            return now, mono_ms
        at = min(self._opened_at + timedelta(seconds=at_s), now)
        return at, mono_ms - int((now - at).total_seconds() * 1000)

    def mono_ms(self) -> int:
        # A phone that was started a week ago: a morning that is past lies within its boot.
        return time.monotonic_ns() // 1_000_000 + _WEEK_MS


@dataclass(kw_only=True)
class Tally:
    """What has come of a school's scans."""

    expected: int = 0
    shown: int = 0
    offline: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    sent_again: int = 0
    changed_answers: int = 0
    waited_s: float = 0.0
    answer_s: list[float] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        return self.shown - self.outcomes.total()


class GatePhone:
    """Plays one gate's morning."""

    def __init__(
        self, client: GateClient, morning: GateMorning, *, vault: Vault, clock: MorningClock,
        tally: Tally,
    ) -> None:  # fmt: skip
        self._client = client
        self._morning = morning
        self._vault = vault
        self._clock = clock
        self._tally = tally
        self._boot_id = str(new_id())
        self._place = point_inside(morning.gate)
        self._far = point_inside(morning.gate, north_m=_FAR_M)
        self._queue: deque[tuple[Turn, dict[str, Any]]] = deque()
        self._wake = asyncio.Event()
        self._is_over = False
        self._seq = 0

    async def run(self) -> None:
        """Until every turn has its answer.

        Raises:
            CommandFailed: the API refuses, or has been away for a minute.
        """
        beats = asyncio.create_task(self._beat_on())
        try:
            await asyncio.gather(self._take_turns(), self._send_all())
        finally:
            beats.cancel()
            await asyncio.gather(beats, return_exceptions=True)
        await self._patiently(lambda: self._beat(closed=True))

    async def _take_turns(self) -> None:
        for turn in self._morning.turns:
            await self._clock.sleep_until(turn.at_s)
            self._queue.append((turn, self._body(turn)))
            self._tally.shown += 1
            self._wake.set()
        self._is_over = True
        self._wake.set()

    def _body(self, turn: Turn) -> dict[str, Any]:
        station_id = self._morning.gate.station_id
        if turn.kind == "mark":
            return {
                "event_id": new_id(),
                "student_id": turn.child.student_id,
                "direction": "in",
                "station_id": station_id,
                "reason": "Quên thẻ ở nhà",
            }
        self._seq += 1
        at, mono_ms = self._clock.stamp(turn.at_s)
        return scan_body(
            event_id=new_id(),
            token=turn.child.token(self._vault),
            direction="in",
            at=at,
            mono_ms=mono_ms,
            device_seq=self._seq,
            station_id=station_id,
            place=self._far if turn.kind == "far_off" else self._place,
        )

    async def _send_all(self) -> None:
        while self._queue or not self._is_over:
            if not self._queue:
                self._wake.clear()
                await self._wake.wait()
                continue
            was_offline = await self._wait_for_network()
            await self._patiently(functools.partial(self._send_some, again=was_offline))

    async def _wait_for_network(self) -> bool:
        """Whether the head of the queue was taken while there was none."""
        begins, ends = self._morning.outage
        if not begins <= self._queue[0][0].at_s < ends:
            return False
        self._tally.offline += 1
        await self._clock.sleep_until(min(ends, LASTS_S))
        self._tally.offline -= 1
        return True

    async def _patiently(self, send: Callable[[], Awaitable[None]]) -> None:
        """Try again as long as nobody answers."""
        since = time.monotonic()
        while True:
            try:
                await send()
                return
            except Unreachable:
                if time.monotonic() - since > _GIVE_UP_S:
                    raise CommandFailed("the API has not answered for a minute.") from None
                await asyncio.sleep(0.5)

    async def _send_some(self, *, again: bool) -> None:
        """The head of the queue: a mark, or the scans up to the next one."""
        began = time.monotonic()
        if self._queue[0][0].kind == "mark":
            body = self._queue[0][1]
            # A mark is placed in time by the server, so its fix is that of the sending.
            body.setdefault("location", location_body(datetime.now(UTC), self._place))
            results = [await self._client.mark(body)]
        else:
            scans = []
            for turn, body in list(self._queue)[:_BATCH]:
                if turn.kind == "mark":
                    break
                scans.append(body)
            results = await self._client.scans(self._envelope(scans))
            if again:
                await self._send_again(scans, results)
        self._tally.answer_s.append(time.monotonic() - began)
        self._tally.waited_s += self._client.take_waited_s()
        for result in results:
            self._queue.popleft()
            self._tally.outcomes[result["outcome"]] += 1

    async def _send_again(self, scans: list[dict[str, Any]], results: list[dict[str, Any]]) -> None:
        """As a phone does that lost the answer on the way: the same must be said to it."""
        answers = await self._client.scans(self._envelope(scans))
        self._tally.sent_again += len(answers)
        self._tally.changed_answers += sum(
            one != other for one, other in zip(results, answers, strict=True)
        )

    def _envelope(self, scans: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "sent_at": datetime.now(UTC),
            "sent_mono_ms": self._clock.mono_ms(),
            "boot_id": self._boot_id,
            "scans": scans,
        }

    async def _beat_on(self) -> None:
        begins, ends = self._morning.outage
        while True:
            if not begins <= self._clock.now_s < ends:
                with contextlib.suppress(Unreachable):
                    await self._beat(closed=False)
            await asyncio.sleep(_BEAT_S)

    async def _beat(self, *, closed: bool) -> None:
        oldest = self._queue[0][1] if self._queue else {}
        body = {
            "station_id": self._morning.gate.station_id,
            "pending": len(self._queue),
            "oldest_at": oldest.get("scanned_at"),
            "closed": closed,
        }
        await self._client.beat(body)
