"""Rate limits: token buckets in Valkey, taken atomically, many in one round trip.

Keys are an account, a device or, before login, an IP address: a school's 400 phones behind one
NAT at 07:00 must be served, a guesser must not (DESIGN; STACK: Litestar 2.25).
"""

import asyncio
import contextlib
import ipaddress
import math
import time
from uuid import UUID

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.errors import TooManyRequests, Unavailable

log = structlog.get_logger()

# KEYS: buckets. ARGV: now_ms, then per key: capacity, refill per second, cost, need.
# A bucket that holds less than `need` answers the milliseconds to wait, and loses nothing. Else it
# answers 0 and pays `cost`, if need be into debt, but never deeper than one capacity.
_TAKE = """
local now = tonumber(ARGV[1])
local out = {}
for i, key in ipairs(KEYS) do
    local capacity, refill = tonumber(ARGV[4*i-2]), tonumber(ARGV[4*i-1])
    local cost, need = tonumber(ARGV[4*i]), tonumber(ARGV[4*i+1])
    local state = redis.call('HMGET', key, 't', 'n')
    local tokens, at = tonumber(state[2]) or capacity, tonumber(state[1]) or now
    tokens = math.min(capacity, tokens + math.max(0, now - at) / 1000 * refill)
    if tokens < need then
        out[i] = math.ceil((need - tokens) / refill * 1000)
    else
        if cost ~= 0 then
            tokens = math.min(capacity, math.max(-capacity, tokens - cost))
            redis.call('HSET', key, 't', now, 'n', tostring(tokens))
            redis.call('PEXPIRE', key, math.ceil((capacity - tokens) / refill * 1000) + 1000)
        end
        out[i] = 0
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
REFRESH_IP = Bucket("refresh-ip", 2000, 100)  # of its own: it must not use up the logins
# What follows is given back when the secret was right: only guesses cost.
FAILED_IP = Bucket("failed-ip", 60, 0.2)  # over all phones and devices behind one address
# One address refills half as fast as the phone itself: a lone stranger cannot keep it empty for
# everybody else. A device the account has used before pays into its own bucket instead of these.
LOGIN_PHONE_IP = Bucket("login-phone-ip", 10, 1 / 120)
LOGIN_PHONE = Bucket("login-phone", 30, 1 / 60)
LOGIN_DEVICE = Bucket("login-device", 10, 1 / 60)
OTP_IP = Bucket("otp-ip", 120, 0.5)
OTP_PHONE = Bucket("otp-phone", 3, 1 / 600)  # a text message costs money and wakes its owner
OTP_PHONE_IP = Bucket("otp-phone-ip", 3, 1 / 1200)
OTP_GUESS = Bucket("otp-guess", 10, 1 / 600)  # by phone and address: a stranger burns few codes

_Take = tuple[str, Bucket, float, float]  # key, bucket, cost, need
_ANYHOW = -1e18
_LOCAL_KEYS = 100_000


def address_key(host: str | None) -> str:
    """What stands for a caller's address: IPv4 as it is, of IPv6 the /64 that one house holds."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)


class Limiter:
    """Takes from buckets; concurrent takes of one process share a round trip.

    With Valkey away requests are let through and it is said in the log: a gate must not close
    because a counter is missing. Passwords stay guarded by a bucket in this process.
    """

    def __init__(self, redis: Redis, *, prefix: str = "limit") -> None:
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
        await self._settle(bucket, key, cost=cost, need=cost)

    async def would_allow(self, bucket: Bucket, key: str | UUID) -> None:
        """Refuse if the bucket is empty, without taking from it.

        Raises:
            TooManyRequests: it is empty.
        """
        await self._settle(bucket, key, cost=0, need=1)

    async def charge(self, bucket: Bucket, key: str | UUID) -> None:
        """Take one for what has happened already, into debt where the bucket is empty.

        So that a hundred guesses at once, all begun while it was full, are all paid for.
        """
        await self._settle(bucket, key, cost=1, need=_ANYHOW)

    async def give_back(self, bucket: Bucket, key: str | UUID) -> None:
        """Return one that was taken for an attempt which turned out honest."""
        await self._settle(bucket, key, cost=-1, need=_ANYHOW)

    async def take_account(self, account_id: UUID) -> None:
        """One ordinary request of a logged-in account."""
        await self.take(ACCOUNT, account_id)

    async def _settle(self, bucket: Bucket, key: str | UUID, *, cost: float, need: float) -> None:
        wait_ms = await self._enqueue((f"{self._prefix}:{bucket.name}:{key}", bucket, cost, need))
        if wait_ms > 0:
            raise TooManyRequests(math.ceil(wait_ms / 1000))

    async def _enqueue(self, take: _Take) -> int:
        future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((take, future))
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.create_task(self._flush())
        return await future

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:200], self._waiting[200:]
            try:
                answers = await self._ask([take for take, _ in batch])
            except BaseException as error:
                # Nobody may wait for ever on an answer that will not come.
                for _, future in batch:
                    if not future.done():
                        future.set_exception(Unavailable())
                if not isinstance(error, Exception):
                    raise
                log.exception("limits.bug")
                continue
            for (_, future), wait_ms in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(wait_ms)

    async def _ask(self, takes: list[_Take]) -> list[int]:
        if time.monotonic() >= self._down_until:
            args: list[str | float] = [int(time.time() * 1000)]
            for _, bucket, cost, need in takes:
                args += (bucket.capacity, bucket.refill_per_s, cost, need)
            with contextlib.suppress(RedisError, OSError, asyncio.TimeoutError):
                answers: list[int] = await self._script([take[0] for take in takes], args)
                return answers
            # Do not make every request wait for a server that is away.
            self._down_until = time.monotonic() + 1
            log.warning("limits.valkey_away")
        return [self._take_locally(take) for take in takes]

    def _take_locally(self, take: _Take) -> int:
        key, bucket, cost, need = take
        if bucket in (ACCOUNT, SCANS, REFRESH_IP):
            return 0
        now = time.monotonic()
        tokens, at = self._local.pop(key, (bucket.capacity, now))
        tokens = min(bucket.capacity, tokens + (now - at) * bucket.refill_per_s)
        is_taken = tokens >= need
        if is_taken:
            tokens = min(bucket.capacity, max(-bucket.capacity, tokens - cost))
        self._local[key] = (tokens, now)
        if len(self._local) > _LOCAL_KEYS:
            # The one touched longest ago: whoever is guessing right now stays counted.
            del self._local[next(iter(self._local))]
        return 0 if is_taken else math.ceil((need - tokens) / bucket.refill_per_s * 1000)
