"""Many messages at once: so many hands, one result a message, whatever happens to one of them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

import structlog

from notifications.channels.base import PushMessage, PushResult, backoff_s

SendOne = Callable[[PushMessage], Awaitable[PushResult]]

_BUG_FIRST_S: Final = 10.0

_log = structlog.get_logger(__name__)


async def send_each(
    messages: Sequence[PushMessage], send_one: SendOne, *, at_once: int
) -> list[PushResult]:
    """`send_one` of all, in their order. What it raises becomes a `retry` of that message."""
    results: list[PushResult | None] = [None] * len(messages)
    rest = iter(enumerate(messages))
    # Hands that share one iterator: a task a message would cost more than the request's share.
    async with asyncio.TaskGroup() as hands:
        for _ in range(min(at_once, len(messages))):
            hands.create_task(_send_rest(rest, send_one, results))
    return [result for result in results if result is not None]


async def _send_rest(
    rest: Iterator[tuple[int, PushMessage]], send_one: SendOne, results: list[PushResult | None]
) -> None:
    for index, message in rest:
        try:
            results[index] = await send_one(message)
        except Exception as error:
            # A bug here must cost one message a delay, not 499 others their result.
            _log.exception("push_failed", delivery_id=message.delivery_id)
            results[index] = PushResult(
                delivery_id=message.delivery_id,
                outcome="retry",
                reason=f"bug:{type(error).__name__}",
                retry_after_s=backoff_s(_BUG_FIRST_S, message.attempt),
                alarm=True,
            )
