"""Our commands as processes of their own, for benchmarks of what they do together."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator, Mapping

import aiohttp
import asyncpg
import psutil
from msgspec import Struct

from scripts.benches._province import BenchSchool
from scripts.benches._tell_fcm import Fcm


class Place(Struct, kw_only=True):
    """Where everything runs."""

    dsn: str
    environment: Mapping[str, str]
    schools: list[BenchSchool]
    fcm: Fcm


@contextlib.contextmanager
def part(name: str, place: Place) -> Iterator[psutil.Process]:
    """One of our commands as a process of its own."""
    with running(name, place.environment) as process:
        yield process


@contextlib.contextmanager
def running(name: str, environment: Mapping[str, str]) -> Iterator[psutil.Process]:
    """The command in this environment, until the end of the block."""
    command = [sys.executable, "-m", "scripts.cli", name]
    with subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL) as process:
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


async def await_ready(session: aiohttp.ClientSession) -> None:
    """Until the API answers."""
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get("/health/ready") as response:
                    if response.status == 200:
                        return
            await asyncio.sleep(0.1)


async def until(conn: asyncpg.Connection, sql: str, *args: object, every_s: float = 0.02) -> None:
    """Until the statement says true."""
    while True:
        if await conn.fetchval(sql, *args):
            return
        await asyncio.sleep(every_s)
