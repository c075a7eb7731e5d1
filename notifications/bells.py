"""Ringing through Valkey: the workers for buckets, the API's streams for accounts.

PostgreSQL holds the truth. Whatever is lost here is found again by the relay's sweep and by the
streams' own, so a bell that cannot be rung is dropped.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterable
from typing import Final
from uuid import UUID

import structlog
from arq.connections import ArqRedis
from msgspec import msgpack
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from app.inbox import bell
from app.settings import Settings

SEND_BUCKET: Final = "send_bucket"
# Workers that are away must not find a mountain: one bell a bucket would do.
_MOST_QUEUED: Final = 200
_PAUSE_S: Final = 1.0

VALKEY_ERRORS: Final = (RedisError, OSError, TimeoutError)

_log = structlog.get_logger(__name__)


def connect(settings: Settings) -> ArqRedis:
    """A client that speaks arq's protocol, in msgpack: arq's default, pickle, runs what it reads.

    Not arq's `create_pool`: that one knows no timeout for a Valkey that hangs.
    """
    pool: ConnectionPool = ConnectionPool.from_url(
        settings.require_redis_url(), socket_timeout=5, socket_connect_timeout=1
    )
    return ArqRedis(
        pool,
        job_serializer=msgpack.encode,
        job_deserializer=msgpack.decode,
        default_queue_name=settings.arq_queue,
    )


async def hang_up(redis: ArqRedis) -> None:
    """Close the client with its connections, which it thinks are somebody else's."""
    with contextlib.suppress(*VALKEY_ERRORS):
        await redis.aclose(close_connection_pool=True)


async def ring_bucket(redis: ArqRedis, bucket: int) -> None:
    """Have a worker drain the bucket. Bells of one second are one job.

    The second is in the job's id, since arq refuses an id for a minute and more after its worker
    was killed.
    """
    await redis.enqueue_job(SEND_BUCKET, bucket, _job_id=f"send:{bucket}:{int(time.time())}")


class Bells:
    """Rings in the background: the relay never waits for Valkey."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis
        self._accounts: set[UUID] = set()
        self._buckets: set[int] = set()
        self._rung = asyncio.Event()
        self._is_away = False

    def ring(self, *, accounts: Iterable[UUID] = (), buckets: Iterable[int] = ()) -> None:
        self._accounts.update(accounts)
        self._buckets.update(buckets)
        if self._accounts or self._buckets:
            self._rung.set()

    async def run(self) -> None:
        """For ever: pass on what was rung."""
        while True:
            await self._rung.wait()
            await self._pass_on()

    async def _pass_on(self) -> None:
        self._rung.clear()
        accounts, self._accounts = self._accounts, set()
        buckets, self._buckets = self._buckets, set()
        try:
            if accounts:
                await self._redis.publish(bell.CHANNEL, bell.encode(accounts))
            if buckets and await self._redis.zcard(self._redis.default_queue_name) < _MOST_QUEUED:
                await asyncio.gather(*(ring_bucket(self._redis, bucket) for bucket in buckets))
        except VALKEY_ERRORS as error:
            if not self._is_away:
                _log.warning("relay.valkey_away", error=type(error).__name__)
            self._is_away = True
            await asyncio.sleep(_PAUSE_S)
        else:
            if self._is_away:
                _log.info("relay.valkey_back")
            self._is_away = False

    async def close(self) -> None:
        """Pass on the last bells, if that is quickly done, and hang up."""
        with contextlib.suppress(*VALKEY_ERRORS):
            async with asyncio.timeout(_PAUSE_S):
                await self._pass_on()
        await hang_up(self._redis)
