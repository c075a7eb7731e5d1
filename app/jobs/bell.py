"""What jobs say through Valkey: that there is one, and how far one is. Neither must arrive.

A job whose bell was lost is found by the workers' own sweep; who missed a step asks for the job.
"""

from contextlib import suppress
from typing import Final
from uuid import UUID

import msgspec
from arq.connections import ArqRedis
from msgspec import msgpack
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.jobs.model import Step

# The arq function that wakes a worker's runner.
WAKE: Final = "wake_jobs"
CHANNEL: Final = "jobs"
_AWAY: Final = (RedisError, OSError, TimeoutError)

_encode = msgspec.json.Encoder().encode


async def ring(redis: Redis, *, queue: str, job_id: UUID) -> None:
    """Wake a worker. Call it after the commit."""
    # In msgpack: arq's own default, pickle, runs what it reads.
    arq = ArqRedis(
        redis.connection_pool,
        job_serializer=msgpack.encode,
        job_deserializer=msgpack.decode,
        default_queue_name=queue,
    )
    with suppress(*_AWAY):
        await arq.enqueue_job(WAKE, _job_id=f"job:{job_id}")


async def tell(redis: Redis, *, account_id: UUID, step: Step) -> None:
    """Say to the account's streams how far its job is."""
    with suppress(*_AWAY):
        await redis.publish(CHANNEL, account_id.bytes + _encode(step))


def decode(payload: bytes) -> tuple[UUID, bytes] | None:
    """The account and the step as JSON; None for what is neither."""
    if len(payload) <= 16:
        return None
    return UUID(bytes=payload[:16]), payload[16:]
