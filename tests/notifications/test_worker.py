"""The worker as it runs: bells, a Valkey that goes away, missing credentials, upkeep."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest
from redis.asyncio import Redis

from app import db
from app.settings import BadSettings, Settings
from notifications import bells, upkeep, worker
from notifications.relay import run as run_relay
from scripts.servers.valkey import EmbeddedValkey
from tests.fakes.fcm import FakeFcm
from tests.notifications.news import Family, put_fact, until
from tests.notifications.news import deliveries as all_deliveries
from tests.patience import Stopwatch
from tests.world import World


async def _is_empty(redis: Redis, pattern: str) -> bool:
    return not await redis.keys(pattern)


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[None]:
    """Relay and worker in this process, as their commands run them."""
    stop = asyncio.Event()
    tasks = [
        asyncio.create_task(run_relay(settings, stop)),
        asyncio.create_task(worker.run(settings, stop)),
    ]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


def with_fcm(settings: Settings, fcm: FakeFcm, **more: Any) -> Settings:
    return msgspec.structs.replace(
        settings, firebase_credentials=fcm.credentials_path, fcm_endpoint=fcm.endpoint, **more
    )


async def test_a_fact_reaches_the_phone_within_a_second(
    family: Family, settings: Settings, fcm: FakeFcm, owner: asyncpg.Connection
) -> None:
    await family.parent("m-1")
    async with running(with_fcm(settings, fcm)):
        await put_fact(owner, family.school, family.student)
        await fcm.wait_for(1)  # they are up
        for told in range(2, 5):
            watch = Stopwatch()
            await put_fact(owner, family.school, family.student)
            await fcm.wait_for(told)
            assert watch.took_s < 1.0


async def test_a_valkey_that_goes_away_stops_no_push(
    family: Family, settings: Settings, fcm: FakeFcm, owner: asyncpg.Connection
) -> None:
    await family.parent("m-1")
    valkey = EmbeddedValkey(None)
    valkey.start()
    try:
        async with running(with_fcm(settings, fcm, redis_url=valkey.url)):
            await put_fact(owner, family.school, family.student)
            await fcm.wait_for(1)
            valkey.stop()
            await put_fact(owner, family.school, family.student)
            await fcm.wait_for(2)
            valkey.start()
            await put_fact(owner, family.school, family.student)
            await fcm.wait_for(3)
    finally:
        valkey.stop()
    ids = {push.message["data"]["id"] for push in fcm.accepted}
    assert len(ids) == 3


async def test_without_credentials_it_is_said_once_and_every_push_fails_with_the_reason(
    family: Family, settings: Settings, owner: asyncpg.Connection, capsys: Any
) -> None:
    await family.parent("m-1")
    async with running(settings):
        await put_fact(owner, family.school, family.student)
        settled = "select exists (select from delivery where reason <> '')"
        await until(lambda: owner.fetchval(settled))
    (row,) = await all_deliveries(owner)
    assert row["reason"] == "not_configured"
    assert capsys.readouterr().out.count("push.fcm_not_configured") == 1


async def test_bad_credentials_are_named_by_their_variable(
    settings: Settings, tmp_path: Any
) -> None:
    path = tmp_path / "account.json"
    path.write_text("{}")
    with pytest.raises(BadSettings, match="FIREBASE_CREDENTIALS"):
        worker.senders(msgspec.structs.replace(settings, firebase_credentials=path))


async def test_upkeep_keeps_partitions_and_throws_away_what_is_old(
    world: World, owner: asyncpg.Connection, pool: db.Pool
) -> None:
    one, other = await world.school(), await world.school()
    person = await world.account()
    for school, age in ((one, 61), (one, 59), (other, 61)):
        await owner.execute(
            "insert into scan_receipt (school_id, event_id, body_hash, answer, received_at)"
            " values ($1, gen_random_uuid(), '', '{}', now() - $2::interval)",
            school.id,
            timedelta(days=age),
        )
    for age in (1, 3):
        await owner.execute(
            "insert into idempotency_key (account_id, key, request_hash, status, body, created_at)"
            " values ($1, $2, '', 200, '', now() - $3::interval)",
            person.account_id,
            str(age),
            timedelta(days=age),
        )
    await owner.execute("drop table if exists delivery_203001")
    done = await upkeep.look_after(pool)
    assert (done["receipts"], done["idempotency_keys"], done["partitions"]) == (2, 1, 1)
    assert await owner.fetchval("select count(*) from scan_receipt") == 1
    assert await owner.fetchval("select key from idempotency_key") == "1"
    ahead = await owner.fetchval(
        "select to_regclass('inbox_item_' || to_char(current_date + 60, 'YYYYMM')) is not null"
    )
    assert ahead
    again = await upkeep.look_after(pool)
    assert (again["receipts"], again["idempotency_keys"]) == (0, 0)


async def test_upkeep_throws_away_sessions_that_are_long_over_and_ends_their_pushes(
    world: World, owner: asyncpg.Connection, pool: db.Pool
) -> None:
    live, over, ended, lately = [await world.account() for _ in range(4)]
    long_ago = timedelta(days=91)
    for person, column, age in (
        (over, "expires_at", long_ago),
        (ended, "revoked_at", long_ago),
        (lately, "revoked_at", timedelta(days=89)),
    ):
        await owner.execute(
            f"update session set {column} = now() - $2::interval where account_id = $1",
            person.account_id,
            age,
        )
    for person in (live, over):
        await owner.execute(
            "insert into push_token (account_id, device_id, kind, token, platform, locale)"
            " select account_id, device_id, 'fcm', account_id::text, 'android', 'vi'"
            "   from session where account_id = $1",
            person.account_id,
        )
    assert (await upkeep.look_after(pool))["sessions"] == 1
    kept = await owner.fetch("select account_id from session")
    assert {row["account_id"] for row in kept} == {each.account_id for each in (live, over, lately)}
    told = await owner.fetch("select account_id from push_token")
    assert [row["account_id"] for row in told] == [live.account_id]
    await owner.execute(
        "update session set revoked_at = revoked_at - $1::interval where revoked_at is not null",
        long_ago,
    )
    assert (await upkeep.look_after(pool))["sessions"] == 2
    assert await owner.fetchval("select account_id from session") == live.account_id


async def test_upkeep_at_start_runs_once_for_several_workers(
    settings: Settings, resources: Any, capsys: Any
) -> None:
    stop = asyncio.Event()
    tasks = []
    for _ in range(3):
        tasks.append(asyncio.create_task(worker.run(settings, stop)))
        await asyncio.sleep(0.1)
    said = ""

    def is_done() -> bool:
        nonlocal said
        said += capsys.readouterr().out
        return "upkeep.done" in said and said.count("worker.started") == 3

    await until(is_done)
    await asyncio.sleep(0.5)
    stop.set()
    await asyncio.gather(*tasks)
    said += capsys.readouterr().out
    assert said.count("upkeep.done") == 1


async def test_a_bell_is_msgpack_and_its_job_leaves_nothing_behind(
    family: Family, settings: Settings, fcm: FakeFcm, owner: asyncpg.Connection
) -> None:
    client = bells.connect(settings)
    await bells.ring_bucket(client, 3)
    await bells.ring_bucket(client, 3)
    (job,) = await client.keys("arq:job:send:3:*")
    raw = await client.get(job)
    assert raw is not None
    assert msgspec.msgpack.decode(raw)["a"] == [3]
    redis: Redis = Redis.from_url(settings.require_redis_url())
    async with running(with_fcm(settings, fcm)):
        await until(lambda: _is_empty(redis, "arq:*send*"))
    await redis.aclose()
    await bells.hang_up(client)
