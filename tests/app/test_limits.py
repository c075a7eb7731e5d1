"""Token buckets in a real Valkey, and what becomes of them when it is away."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

import pytest
from redis.asyncio import Redis

from app.errors import TooManyRequests
from app.limits import ACCOUNT, FAILED_IP, SCANS, Bucket, Limiter, address_key
from scripts.servers.valkey import EmbeddedValkey

SLOW = Bucket("slow", 5, 0.001)
FAST = Bucket("fast", 2, 50)


@pytest.fixture
async def redis(valkey: EmbeddedValkey) -> AsyncIterator[Redis]:
    client: Redis = Redis.from_url(valkey.url)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def limiter(redis: Redis) -> Limiter:
    return Limiter(redis)


async def refusals(limiter: Limiter, bucket: Bucket, key: str, times: int) -> int:
    async def take() -> int:
        try:
            await limiter.take(bucket, key)
        except TooManyRequests:
            return 1
        return 0

    return sum(await asyncio.gather(*(take() for _ in range(times))))


async def test_a_bucket_gives_its_capacity_and_no_more_however_many_ask_at_once(
    limiter: Limiter,
) -> None:
    assert await refusals(limiter, SLOW, "a", 300) == 295
    assert await refusals(limiter, SLOW, "b", 5) == 0


async def test_two_processes_share_a_bucket(redis: Redis) -> None:
    one, other = Limiter(redis), Limiter(redis)
    refused = await asyncio.gather(refusals(one, SLOW, "a", 5), refusals(other, SLOW, "a", 5))
    assert sum(refused) == 5


async def test_a_bucket_fills_again_and_says_when(limiter: Limiter) -> None:
    assert await refusals(limiter, FAST, "a", 3) == 1
    await asyncio.sleep(0.06)
    await limiter.take(FAST, "a")
    assert await refusals(limiter, SLOW, "a", 5) == 0
    with pytest.raises(TooManyRequests) as refused:
        await limiter.take(SLOW, "a")
    assert 990 <= refused.value.retry_after_s <= 1000


async def test_a_refused_take_costs_nothing(limiter: Limiter) -> None:
    await limiter.take(SLOW, "a", cost=3)
    with pytest.raises(TooManyRequests):
        await limiter.take(SLOW, "a", cost=3)
    await limiter.take(SLOW, "a", cost=2)


async def test_asking_whether_it_would_be_allowed_costs_nothing(limiter: Limiter) -> None:
    for _ in range(20):
        await limiter.would_allow(SLOW, "a")
    assert await refusals(limiter, SLOW, "a", 5) == 0
    with pytest.raises(TooManyRequests):
        await limiter.would_allow(SLOW, "a")


async def test_what_is_given_back_can_be_taken_again_but_never_fills_past_the_brim(
    limiter: Limiter,
) -> None:
    assert await refusals(limiter, SLOW, "a", 5) == 0
    await limiter.give_back(SLOW, "a")
    assert await refusals(limiter, SLOW, "a", 2) == 1
    for _ in range(50):
        await limiter.give_back(SLOW, "b")
    assert await refusals(limiter, SLOW, "b", 6) == 1


async def test_a_charge_goes_into_debt_down_to_one_capacity(limiter: Limiter) -> None:
    for _ in range(100):
        await limiter.charge(SLOW, "a")
    with pytest.raises(TooManyRequests) as refused:
        await limiter.would_allow(SLOW, "a")
    assert 5_900 <= refused.value.retry_after_s <= 6_000


async def test_a_bucket_that_is_full_again_takes_no_memory(redis: Redis) -> None:
    limiter = Limiter(redis)
    await limiter.take(FAST, "a")
    await limiter.charge(SLOW, "a")
    left = {key: await redis.pttl(key) for key in await redis.keys("*")}
    assert 0 < left[b"limit:fast:a"] <= 1_040
    assert left[b"limit:slow:a"] <= 1_000 * 1_000 + 1_000


async def test_a_server_that_forgot_the_script_or_everything_is_no_trouble(redis: Redis) -> None:
    limiter = Limiter(redis)
    await limiter.take(SLOW, "a")
    await redis.script_flush()
    await redis.flushall()
    assert await refusals(limiter, SLOW, "a", 6) == 1


async def test_with_valkey_away_the_gate_stays_open_and_guesses_stay_counted() -> None:
    nowhere: Redis = Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=0.2)
    limiter = Limiter(nowhere)
    assert await refusals(limiter, ACCOUNT, "a", 500) == 0
    assert await refusals(limiter, SCANS, "a", 5000) == 0
    assert await refusals(limiter, SLOW, "a", 20) == 15
    for _ in range(int(FAILED_IP.capacity)):
        await limiter.charge(FAILED_IP, "b")
    with pytest.raises(TooManyRequests):
        await limiter.would_allow(FAILED_IP, "b")
    await limiter.would_allow(FAILED_IP, "c")
    await nowhere.aclose()


async def test_valkey_that_comes_back_is_used_again(redis: Redis, valkey: EmbeddedValkey) -> None:
    limiter = Limiter(redis)
    await limiter.take(SLOW, "a")
    limiter._down_until = monotonic() + 3600
    await limiter.take(SLOW, "a")
    limiter._down_until = 0.0
    assert await refusals(limiter, SLOW, "a", 5) == 1


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::1", "2001:db8:1:2::"),
        (None, "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_an_ipv6_house_is_one_address(host: str | None, key: str) -> None:
    assert address_key(host) == key
