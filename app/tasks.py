"""Ending background tasks for certain."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

_AGAIN_S: Final = 0.5


async def end(tasks: Iterable[asyncio.Future[Any]]) -> None:
    """Cancel the tasks and wait for their end; what they raise is dropped.

    Again and again: redis-py can swallow a cancellation that comes while it looks with a timeout
    of zero whether a connection still lives (redis-py issue 2551), and the task then goes on.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        done, left = await asyncio.wait(left, timeout=_AGAIN_S)
        for task in done:
            if not task.cancelled():
                task.exception()
