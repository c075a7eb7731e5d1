"""A bank's load: signed webhooks over keep-alive connections, by the clock or as fast as can be.

By the clock a latency counts from the moment at which the webhook was due to go out: an API that
falls behind is not spared what waits meanwhile.
"""

import asyncio
import collections
import itertools
import random
import resource
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import cast

import uvloop
from msgspec import Struct

from scripts.benches._till import AMOUNT, SECRET, Payee
from scripts.demo.bank import BankTransfer, webhook_body, webhook_headers


class Load(Struct, kw_only=True):
    """What a run of the generator saw; `cpu_s` is its own."""

    events: int
    seconds: float
    cpu_s: float
    latencies_ms: list[float]


class _Line(asyncio.Protocol):
    """One connection; its next webhook goes out when the answer is in."""

    def __init__(self, run: "_Run") -> None:
        self._run = run
        self._due = 0.0
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._run.free(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if b'{"success":true}' not in self._buffer:
            if b" 200 OK" not in self._buffer[:20] and len(self._buffer) > 20:
                self._run.fail(self._buffer)
            return
        self._buffer = b""
        self._run.answered(time.perf_counter() - self._due)
        self._run.free(self)

    def send(self, request: bytes, due: float) -> None:
        self._due = due
        self._transport.write(request)

    def close(self) -> None:
        self._transport.close()


class _Run:
    def __init__(self, requests: Iterator[bytes], *, seconds: float, per_s: float | None) -> None:
        self._requests, self._per_s = requests, per_s
        self._lines: collections.deque[_Line] = collections.deque()
        self._waiting: collections.deque[float] = collections.deque()
        self.began = time.perf_counter()
        self._end = self.began + seconds
        self._open = 0
        self.latencies: list[float] = []
        self.done = asyncio.Event()
        self.error = ""

    def free(self, line: _Line) -> None:
        if self._waiting:
            self._send(line, self._waiting.popleft())
        elif self._per_s is None and time.perf_counter() < self._end:
            self._send(line, time.perf_counter())
        else:
            self._lines.append(line)
            self._end_if_over()

    async def tick(self, per_s: float) -> None:
        """By the clock."""
        for number in itertools.count():
            due = self.began + number / per_s
            if due >= self._end:
                break
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if self._lines:
                self._send(self._lines.popleft(), due)
            else:
                self._waiting.append(due)
        self._per_s = None
        self._end_if_over()

    def answered(self, seconds: float) -> None:
        self._open -= 1
        self.latencies.append(seconds * 1000)

    def fail(self, answer: bytes) -> None:
        self.error = repr(answer[:300])
        self.done.set()

    def _send(self, line: _Line, due: float) -> None:
        self._open += 1
        line.send(next(self._requests), due)

    def _end_if_over(self) -> None:
        is_over = self._per_s is None and time.perf_counter() >= self._end
        if is_over and not self._open and not self._waiting:
            self.done.set()


def run(
    payees: Sequence[Payee],
    *,
    port: int,
    seconds: float,
    connections: int,
    per_s: float | None = None,
) -> Load:
    """Send for so long: so many a second, or, None, as many as are answered."""
    return uvloop.run(_run(payees, port, seconds, connections, per_s))


async def _run(
    payees: Sequence[Payee], port: int, seconds: float, connections: int, per_s: float | None
) -> Load:
    load = _Run(_requests(payees), seconds=seconds, per_s=per_s)
    cpu = _cpu_s()
    loop = asyncio.get_running_loop()
    for _ in range(connections):
        await loop.create_connection(lambda: _Line(load), "127.0.0.1", port)
    ticking = asyncio.ensure_future(load.tick(per_s)) if per_s is not None else None
    await asyncio.wait_for(load.done.wait(), seconds + 60)
    if load.error:
        raise RuntimeError(load.error)
    if ticking is not None:
        await ticking
    return Load(
        events=len(load.latencies),
        seconds=time.perf_counter() - load.began,
        cpu_s=_cpu_s() - cpu,
        latencies_ms=load.latencies,
    )


def _cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _requests(payees: Sequence[Payee]) -> Iterator[bytes]:
    """Every bill is paid, school by school in turn; then money that names no bill."""
    ids = itertools.count(time.time_ns() // 1000)
    depth = max(len(payee.references) for payee in payees)
    for n in range(depth):
        for payee in payees:
            reference = payee.references[n : n + 1]
            memo = reference[0] if reference else "khong ro"
            yield _request(payee, next(ids), f"MBVCB.32789.{memo}.CT tu 0123456789")
    while True:
        yield _request(random.choice(payees), next(ids), "nop tien")


def _request(payee: Payee, number: int, memo: str) -> bytes:
    now = datetime.now(UTC)
    body = webhook_body(
        BankTransfer(
            id=number,
            account=payee.number,
            amount=AMOUNT,
            memo=memo,
            at=now,
            reference=f"FT{number}",
        ).event()
    )
    headers = webhook_headers(SECRET, body, at=now)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = (
        f"POST /v1/webhooks/sepay/{payee.merchant_id} HTTP/1.1\r\nHost: localhost\r\n"
        f"{lines}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
