"""An FCM-protocol server in a process of its own, so that its CPU is not the worker's."""

import asyncio
import contextlib
import multiprocessing
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp
import uvloop

from notifications.channels.base import PushMessage
from notifications.channels.fcm import FcmSender, encode
from tests.fakes.fcm import FakeFcm

Taken = tuple[str, float]
"""An inbox id and when its push was taken, in Unix time."""


_NO_PHONE = "bare"


class Fcm:
    """The running server, asked through a pipe what it has taken."""

    def __init__(self, pipe: Connection, port: int, credentials: Path) -> None:
        self._pipe = pipe
        self.credentials = credentials
        self.endpoint = f"http://127.0.0.1:{port}"

    async def wait_for(self, count: int, *, timeout_s: float = 30.0) -> list[Taken]:
        """All pushes taken so far, once there are `count`."""
        async with asyncio.timeout(timeout_s):
            while True:
                if self._ask("count") >= count:
                    taken: list[Taken] = self._ask("taken")
                    return taken
                await asyncio.sleep(0.02)

    async def bare_rate(self, *, seconds: float = 4.0, connections: int = 100) -> float:
        """Requests a second that a bare client gets through, with the body of an alert."""
        sender = FcmSender(self.credentials, self.endpoint)
        message = PushMessage(
            delivery_id="d", token=_NO_PHONE, platform="android", kind="arrival",
            notification_id="0" * 36, title="Con đã vào trường", body="Chạm để xem",
            urgent=True, ttl_s=14400,
        )  # fmt: skip
        await sender.send([message])
        headers = {"Authorization": f"Bearer {await sender._token.current()}"}
        url, body = str(sender._url), encode(message, now=time.time())
        end, sent = time.perf_counter() + seconds, 0

        async def send_on(session: aiohttp.ClientSession) -> None:
            nonlocal sent
            while time.perf_counter() < end:
                async with session.post(url, data=body, headers=headers) as response:
                    await response.read()
                sent += 1

        connector = aiohttp.TCPConnector(limit=connections)
        async with aiohttp.ClientSession(connector=connector) as session:
            await asyncio.gather(*(send_on(session) for _ in range(connections)))
        await sender.close()
        return sent / seconds

    def _ask(self, what: str) -> Any:
        self._pipe.send(what)
        return self._pipe.recv()


@contextlib.contextmanager
def served(credentials: Path) -> Iterator[Fcm]:
    """The server, until the end of the block."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, credentials), daemon=True)
    process.start()
    try:
        yield Fcm(ours, ours.recv(), credentials)
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection, credentials: Path) -> None:
    with contextlib.suppress(KeyboardInterrupt, EOFError):
        uvloop.run(_answer(pipe, credentials))


async def _answer(pipe: Connection, credentials: Path) -> None:
    async with FakeFcm() as fcm:
        fcm.write_credentials(credentials)
        pipe.send(int(fcm.endpoint.rsplit(":", 1)[1]))
        while True:
            if not pipe.poll():
                await asyncio.sleep(0.005)
            elif pipe.recv() == "count":
                pipe.send(len(fcm.accepted))
            else:
                pipe.send([(push.message["data"]["id"], push.at) for push in fcm.accepted])
