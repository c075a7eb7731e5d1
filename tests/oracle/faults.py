"""kill -9 of one part after the other, at random, for as long as a story is played."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from random import Random

from scripts.servers.valkey import EmbeddedValkey
from tests.oracle.theatre import PARTS, Parts


def killing(
    rng: Random, valkey: EmbeddedValkey, killed: "Counter[str]"
) -> Callable[[Parts], AbstractAsyncContextManager[None]]:
    """Trouble for `perform`; `killed` counts what was killed."""

    @asynccontextmanager
    async def trouble(parts: Parts) -> AsyncIterator[None]:
        is_over = asyncio.Event()
        killer = asyncio.create_task(_kill(rng, parts, valkey, killed, is_over))
        try:
            yield
        finally:
            is_over.set()
            await killer

    return trouble


async def _kill(
    rng: Random,
    parts: Parts,
    valkey: EmbeddedValkey,
    killed: "Counter[str]",
    is_over: asyncio.Event,
) -> None:
    """Where in a story it strikes the machine decides: a wait here is the fault, no synchrony."""
    while not is_over.is_set():
        part = rng.choice([*PARTS, "valkey"])
        if part == "valkey":
            os.kill(valkey.pid, signal.SIGKILL)
            await asyncio.sleep(rng.random())
            valkey.start()  # from the main thread, or it dies with the one that started it
        else:
            parts.kill(part)
            await asyncio.sleep(rng.random() * 0.3)
            parts.start(part)
        killed[part] += 1
        try:
            async with asyncio.timeout(2 + rng.random() * 6):
                await is_over.wait()
        except TimeoutError:
            continue
