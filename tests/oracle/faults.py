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
    """By the story's progress, so that a slow machine gets on; where in a request, by chance."""
    due = rng.randrange(10, 50)
    while not is_over.is_set():
        if parts.played < due:
            await asyncio.sleep(0.005)
            continue
        await asyncio.sleep(rng.random() * 0.03)
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
        due = parts.played + rng.randrange(15, 60)
