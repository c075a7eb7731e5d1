"""Rate limits: token buckets in Valkey, taken atomically, many in one round trip.

Keys are an account, a device or, before login, an IP address: a school's 400 phones behind one
NAT at 07:00 must be served, a guesser must not (DESIGN; STACK: Litestar 2.25).
"""

import asyncio
import contextlib
import math
import time
from typing import Any
from uuid import UUID

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.errors import TooManyRequests

log = structlog.get_logger()

# KEYS: buckets. ARGV: now_ms, then per key: capacity, refill per second, cost.
# Returns per key 0 (taken) or the milliseconds to wait. A refused take costs nothing.
_TAKE = """
local now = tonumber(ARGV[1])
local out = {}
for i, key in ipairs(KEYS) do
    local capacity, refill, cost = tonumber(ARGV[3*i-1]), tonumber(ARGV[3*i]), tonumber(ARGV[3*i+1])
    local state = redis.call('HMGET', key, 't', 'n')
    local tokens, at = tonumber(state[2]) or capacity, tonumber(state[1]) or now
    tokens = math.min(capacity, tokens + math.max(0, now - at) / 1000 * refill)
    if tokens >= cost then
        redis.call('HSET', key, 't', now, 'n', tostring(tokens - cost))
        redis.call('PEXPIRE', key, math.ceil(capacity / refill * 1000) + 1000)
        out[i] = 0
    else
        out[i] = math.ceil((cost - tokens) / refill * 1000)
    end
end
return out
"""


class Bucket(msgspec.Struct, frozen=True):
    """`capacity` requests at once, then `refill_per_s` a second."""

    name: str
    capacity: float
    refill_per_s: float


ACCOUNT = Bucket("account", 120, 20)
SCANS = Bucket("scans", 2000, 60)  # single scans; a phone that comes back online brings 200 at once
LOGIN_IP = Bucket("login-ip", 800, 40)  # a whole school behind one address
LOGIN_PHONE = Bucket("login-phone", 6, 1 / 120)
LOGIN_DEVICE = Bucket("login-device", 10, 1 / 30)
FAILED_IP = Bucket("failed-ip", 60, 0.2)  # wrong passwords and codes only: a guesser's budget
OTP_PHONE = Bucket("otp-phone", 3, 1 / 600)
OTP_IP = Bucket("otp-ip", 120, 0.5)

_Take = tuple[str, Bucket, float]


class Limiter:
    """Takes from buckets; concurrent takes of one process share a round trip.

    With Valkey away requests are let through and it is said in the log: a gate must not close
    because a counter is missing. Passwords stay guarded by a bucket in this process.
    """

    def __init__(self, redis: "Redis[Any]", *, prefix: str = "limit") -> None:
        self._redis = redis
        self._prefix = prefix
        self._script = redis.register_script(_TAKE)
        self._waiting: list[tuple[_Take, asyncio.Future[int]]] = []
        self._flusher: asyncio.Task[None] | None = None
        self._local: dict[str, tuple[float, float]] = {}
        self._down_until = 0.0

    async def take(self, bucket: Bucket, key: str | UUID, *, cost: float = 1) -> None:
        """Take `cost` from the key's bucket.

        Raises:
            TooManyRequests: says in how many seconds it would work.
        """
        wait_ms = await self._enqueue((f"{self._prefix}:{bucket.name}:{key}", bucket, cost))
        if wait_ms > 0:
            raise TooManyRequests(math.ceil(wait_ms / 1000))

    async def would_allow(self, bucket: Bucket, key: str | UUID) -> None:
        """Refuse if the bucket is empty, without taking from it.

        Raises:
            TooManyRequests: it is empty.
        """
        await self.take(bucket, key, cost=0.0001)

    async def take_account(self, account_id: UUID) -> None:
        """One ordinary request of a logged-in account."""
        await self.take(ACCOUNT, account_id)

    async def _enqueue(self, take: _Take) -> int:
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((take, future))
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.create_task(self._flush())
        return await future

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:200], self._waiting[200:]
            answers = await self._ask([take for take, _ in batch])
            for (_, future), wait_ms in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(wait_ms)

    async def _ask(self, takes: list[_Take]) -> list[int]:
        if time.monotonic() >= self._down_until:
            args: list[str | float] = [int(time.time() * 1000)]
            for _, bucket, cost in takes:
                args += (bucket.capacity, bucket.refill_per_s, cost)
            with contextlib.suppress(RedisError, OSError, asyncio.TimeoutError):
                answers: list[int] = await self._script([key for key, _, _ in takes], args)
                return answers
            # Do not make every request wait for a server that is away.
            self._down_until = time.monotonic() + 1
            log.warning("limits.valkey_away")
        return [self._take_locally(take) for take in takes]

    def _take_locally(self, take: _Take) -> int:
        key, bucket, cost = take
        if bucket in (ACCOUNT, SCANS):
            return 0
        if len(self._local) > 100_000:
            self._local.clear()
        now = time.monotonic()
        tokens, at = self._local.get(key, (bucket.capacity, now))
        tokens = min(bucket.capacity, tokens + (now - at) * bucket.refill_per_s)
        if tokens < cost:
            return math.ceil((cost - tokens) / bucket.refill_per_s * 1000)
        self._local[key] = (tokens - cost, now)
        return 0
