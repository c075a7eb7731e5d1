"""A process that works until it is told to stop."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import uvloop

from app.tasks import end

Work = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


def utc_now() -> datetime:
    """The clock of relay and worker; what they call is given it, or the moment."""
    return datetime.now(UTC)


def run_until_stopped(work: Work) -> None:
    """Run `work` to its end; SIGTERM and Ctrl-C set the event it is given."""

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await work(stop)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


async def is_set_within(event: asyncio.Event, seconds: float) -> bool:
    """Sleep, but wake when the event is set."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


async def guarded(work: Awaitable[object], *background: Coroutine[Any, Any, None]) -> None:
    """Do `work` while the others run; they are ended with it, and one that fails ends it."""
    tasks = [asyncio.ensure_future(each) for each in (work, *background)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await end(tasks)
