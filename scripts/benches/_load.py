"""A load generator of little cost: keep-alive connections that send prepared requests in turn."""

import asyncio
import itertools
import random
import re
import resource
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import cast

import msgspec
import uvloop

from scripts.benches._province import LAT, LNG, BenchSchool

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class LoadResult(msgspec.Struct, kw_only=True):
    """What one run of the generator saw; `cpu_s` is the generator's own."""

    scans: int
    seconds: float
    cpu_s: float
    ok: int
    latencies_ms: list[float]


class _Client(asyncio.Protocol):
    """One connection: the next request goes out when the answer is in."""

    def __init__(self, run: "_Run") -> None:
        self._run = run
        self._buffer = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are asyncio's by duck typing only.
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        found = _LENGTH.search(head)
        length = int(found[1]) if found else 0
        if len(body) < length:
            return
        self._buffer = body[length:]
        self._run.answered(head, body[:length], time.perf_counter() - self._sent_at)
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._run.closed()

    def _next(self) -> None:
        request = self._run.next_request()
        if request is None:
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


class _Run:
    def __init__(self, requests: Callable[[], bytes], *, seconds: float, size: int) -> None:
        self._requests, self._size = requests, size
        self._end = time.perf_counter() + seconds
        self._open = 0
        self.done = asyncio.Event()
        self.scans = self.ok = 0
        self.error = ""
        self.latencies: list[float] = []

    def next_request(self) -> bytes | None:
        return None if self.error or time.perf_counter() >= self._end else self._requests()

    def answered(self, head: bytes, body: bytes, seconds: float) -> None:
        if not head.startswith(b"HTTP/1.1 200"):
            self.error = f"{head!r} {body[:300]!r}"
            self.done.set()
        self.scans += self._size
        self.ok += body.count(b'"outcome":"ok"')
        self.latencies.append(seconds * 1000)

    def opened(self, count: int) -> None:
        self._open = count

    def closed(self) -> None:
        self._open -= 1
        if self._open == 0:
            self.done.set()


def run(
    schools: list[BenchSchool], *, ports: list[int], seconds: float, connections: int, size: int
) -> LoadResult:
    """Send requests of `size` scans over so many connections for so long."""
    return uvloop.run(_run(schools, ports, seconds, connections, size))


async def _run(
    schools: list[BenchSchool], ports: list[int], seconds: float, connections: int, size: int
) -> LoadResult:
    requests = _requests(schools, size)
    run = _Run(lambda: next(requests), seconds=seconds, size=size)
    run.opened(connections)
    started, cpu = time.perf_counter(), _cpu_s()
    loop = asyncio.get_running_loop()
    for n in range(connections):
        await loop.create_connection(lambda: _Client(run), "127.0.0.1", ports[n % len(ports)])
    await asyncio.wait_for(run.done.wait(), seconds + 30)
    if run.error:
        raise RuntimeError(run.error)
    return LoadResult(
        scans=run.scans,
        seconds=time.perf_counter() - started,
        cpu_s=_cpu_s() - cpu,
        ok=run.ok,
        latencies_ms=run.latencies,
    )


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _requests(schools: list[BenchSchool], size: int) -> Iterator[bytes]:
    """Every card in, then every card out, and so on: each scan is a new fact."""
    for direction in itertools.cycle(("in", "out")):
        depth = min(len(school.cards) for school in schools)
        for first in range(0, depth - size + 1, size):
            for n, school in enumerate(schools):
                cards = school.cards[first : first + size]
                token = school.guards[(first // size + n) % len(school.guards)]
                yield _request(school, token, cards, direction)


def _request(school: BenchSchool, token: str, cards: list[str], direction: str) -> bytes:
    at, mono_ms = _now(int(time.monotonic() * 100))
    gate = school.gate_id
    scans = ",".join(
        f'{{"event_id":"{random.getrandbits(128):032x}","token":"{card}",'
        f'"direction":"{direction}","scanned_at":"{at}","mono_ms":{mono_ms},"device_seq":1,'
        f'"station_id":"{gate}","location":{{"lat":{LAT},"lng":{LNG},"accuracy_m":8.0,'
        f'"fixed_at":"{at}","provider":"android","is_mock":false}}}}'
        for card in cards
    )
    body = f'{{"sent_at":"{at}","sent_mono_ms":{mono_ms},"boot_id":"b","scans":[{scans}]}}'
    head = (
        "POST /v1/attendance/scans HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return (head + body).encode()


@lru_cache(maxsize=1)
def _now(_hundredth: int) -> tuple[str, int]:
    """The wall clock and the monotonic one, the same within a hundredth of a second."""
    return datetime.now(UTC).isoformat(), time.monotonic_ns() // 1_000_000
