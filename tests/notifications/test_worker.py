"""The worker against a real database and a server that speaks FCM: leases, settling, upkeep."""

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
from notifications import bells, deliveries, upkeep, worker
from notifications.channels.base import PushResult
from notifications.channels.fcm import FcmSender
from notifications.model import Claimed, Settlement
from notifications.relay import Relay
from notifications.relay import run as run_relay
from notifications.rules import BUCKETS, bucket_of
from notifications.sending import MAX_ATTEMPTS, SendDesk, settle
from scripts.servers.valkey import EmbeddedValkey
from tests.fakes import fcm as faults
from tests.fakes.fcm import FakeFcm
from tests.notifications.news import deliveries as all_deliveries
from tests.notifications.news import inbox, put_fact, put_token, until
from tests.world import Person, School, Student, World


@pytest.fixture
async def fcm() -> AsyncIterator[FakeFcm]:
    async with FakeFcm() as server:
        yield server


@pytest.fixture
async def pool(database: str) -> AsyncIterator[db.Pool]:
    pool = await db.create_pool(database, role=db.WORKER_ROLE, size=6)
    yield pool
    await pool.close()


@pytest.fixture
async def desk(pool: db.Pool, fcm: FakeFcm) -> AsyncIterator[SendDesk]:
    async with sender_for(fcm) as sender:
        yield SendDesk(pool, {"fcm": sender})


@contextlib.asynccontextmanager
async def sender_for(fcm: FakeFcm) -> AsyncIterator[FcmSender]:
    sender = FcmSender(fcm.credentials_path, fcm.endpoint)
    yield sender
    await sender.close()


class Family:
    """A pupil with parents, and facts about the pupil that have reached the inboxes."""

    def __init__(self, world: World, school: School, student: Student, database: str) -> None:
        self.world = world
        self.school = school
        self.student = student
        self._database = database

    async def parent(self, token: str, **more: Any) -> Person:
        person = await self.world.guardian(self.student)
        await put_token(self.world.owner, person, token, **more)
        return person

    async def tell(self, **fact: Any) -> None:
        await put_fact(self.world.owner, self.school, self.student, **fact)
        pool = await db.create_pool(self._database, role=db.RELAY_ROLE, size=1)
        await Relay(pool).relay_due()
        await pool.close()


@pytest.fixture
async def family(world: World, database: str) -> Family:
    school = await world.school()
    return Family(world, school, await world.student(school, "Nguyễn Văn An"), database)


async def drain(desk: SendDesk) -> None:
    for bucket in range(BUCKETS):
        await desk.drain(bucket)


async def _is_empty(redis: Redis, pattern: str) -> bool:
    return not await redis.keys(pattern)


def _too_late(claimed: Claimed) -> Settlement:
    return settle(
        claimed,
        PushResult(delivery_id=str(claimed.id), outcome="retry", reason="late", retry_after_s=1.0),
    )


async def make_due(owner: asyncpg.Connection) -> None:
    await owner.execute("update delivery set due_at = now() where state = 'queued'")


async def test_a_push_names_the_kind_and_never_the_child(
    family: Family, desk: SendDesk, fcm: FakeFcm, owner: asyncpg.Connection
) -> None:
    mother = await family.parent("m-1")
    await family.parent("f-1", platform="ios", locale="en")
    await family.tell()
    await drain(desk)

    pushes = {push.token: push.message for push in fcm.accepted}
    assert set(pushes) == {"m-1", "f-1"}
    (item,) = await inbox(owner, mother)
    assert pushes["m-1"]["data"] == {"id": str(item["id"]), "kind": "arrival"}
    assert pushes["m-1"]["notification"]["title"] == "Con đã vào trường"
    assert pushes["m-1"]["android"]["notification"]["tag"] == str(item["id"])
    assert pushes["m-1"]["android"]["priority"] == "high"
    assert pushes["f-1"]["notification"]["title"] == "Your child has arrived"
    for told in ("An", "06:52", "Trường THCS", "Cổng chính"):
        assert told not in str(pushes)
    for row in await all_deliveries(owner):
        assert (row["state"], row["attempts"], row["reason"]) == ("sent", 1, "accepted")
        assert row["provider_id"].startswith("projects/")
        assert row["sent_at"] is not None
    await drain(desk)
    assert len(fcm.accepted) == 2


async def test_a_replacement_takes_the_same_place_on_the_screen(
    family: Family, desk: SendDesk, fcm: FakeFcm, owner: asyncpg.Connection
) -> None:
    mother = await family.parent("m-1")
    await family.tell(kind="arrival_late", minutes=5)
    (first,) = await inbox(owner, mother)
    await family.tell(kind="scan_undone", replaces=first["event_id"])
    await drain(desk)
    tags = [push.message["android"]["notification"]["tag"] for push in fcm.accepted]
    ids = {push.message["data"]["id"] for push in fcm.accepted}
    assert tags == [str(first["id"])] * 2
    assert len(ids) == 2


async def test_an_unregistered_token_is_disabled_and_sent_to_no_more(
    family: Family, desk: SendDesk, fcm: FakeFcm, owner: asyncpg.Connection
) -> None:
    await family.parent("gone")
    fcm.dead_tokens["gone"] = faults.UNREGISTERED
    await family.tell()
    await family.tell()
    await drain(desk)
    states = {(row["state"], row["reason"]) for row in await all_deliveries(owner)}
    assert states <= {("failed", "unregistered"), ("failed", "no_token")}
    token = await owner.fetchrow("select disabled_at, disabled_reason from push_token")
    assert token is not None
    assert token["disabled_at"] is not None
    assert token["disabled_reason"] == "unregistered"
    asked = fcm.requests
    await family.tell()
    await drain(desk)
    assert fcm.requests == asked


async def test_a_token_registered_again_during_the_send_stays(
    family: Family, desk: SendDesk, fcm: FakeFcm, owner: asyncpg.Connection
) -> None:
    await family.parent("gone")
    fcm.dead_tokens["gone"] = faults.UNREGISTERED
    fcm.delay_s = 0.3
    await family.tell()
    sending = asyncio.create_task(drain(desk))
    await until(lambda: fcm.requests > 0)
    await owner.execute("update push_token set registered_at = now()")
    await sending
    assert await owner.fetchval("select disabled_at from push_token") is None
    assert (await all_deliveries(owner))[0]["reason"] == "unregistered"


async def test_a_server_error_is_tried_again_later_and_given_up_at_last(
    family: Family, desk: SendDesk, fcm: FakeFcm, owner: asyncpg.Connection
) -> None:
    await family.parent("m-1")
    await family.tell()
    fcm.faults.append(faults.unavailable("30"))
    await drain(desk)
    (row,) = await all_deliveries(owner)
    assert (row["state"], row["attempts"]) == ("queued", 1)
    wait = await owner.fetchval("select extract(epoch from due_at - now()) from delivery")
    assert 25 < wait <= 30
    await drain(desk)
    assert fcm.requests == 1  # not before its time
    await make_due(owner)
    await drain(desk)
    assert (await all_deliveries(owner))[0]["state"] == "sent"

    await family.tell()
    for _ in range(MAX_ATTEMPTS):
        fcm.faults.append(faults.INTERNAL)
        await make_due(owner)
        await drain(desk)
    dead = (await all_deliveries(owner))[-1]
    assert (dead["state"], dead["attempts"]) == ("dead", MAX_ATTEMPTS)
    assert dead["reason"].startswith("gave_up:")


async def test_a_closed_line_burns_no_attempt_and_holds_the_channel(
    family: Family, desk: SendDesk, fcm: FakeFcm, owner: asyncpg.Connection
) -> None:
    await family.parent("m-1")
    await family.tell()
    fcm.faults.append(faults.PERMISSION_DENIED)
    await drain(desk)
    (row,) = await all_deliveries(owner)
    assert (row["state"], row["attempts"], row["reason"]) == ("queued", 0, "permission_denied")
    await make_due(owner)
    await drain(desk)
    assert fcm.requests == 1
    assert (await all_deliveries(owner))[0]["attempts"] == 0
    assert not await desk.is_due(row["bucket"])


async def test_what_cannot_be_sent_is_settled_with_its_reason(
    family: Family, desk: SendDesk, fcm: FakeFcm, owner: asyncpg.Connection
) -> None:
    mother = await family.parent("m-1")
    await put_token(owner, mother, "https://push.example/1", kind="web", platform="web")
    left = await family.parent("l-1")
    locked = await family.parent("d-1")
    late = await family.parent("late")
    await family.tell()
    await owner.execute("delete from push_token where account_id = $1", left.account_id)
    await owner.execute("update account set disabled_at = now() where id = $1", locked.account_id)
    await owner.execute(
        "update delivery set expires_at = now() where account_id = $1", late.account_id
    )
    await drain(desk)
    rows = await owner.fetch("select account_id, channel, state, reason from delivery")
    assert {tuple(row) for row in rows} == {
        (mother.account_id, "fcm", "sent", "accepted"),
        (mother.account_id, "web", "failed", "not_configured"),
        (left.account_id, "fcm", "failed", "no_token"),
        (locked.account_id, "fcm", "failed", "no_token"),
        (late.account_id, "fcm", "dead", "expired"),
    }


async def test_a_dead_workers_lease_runs_out_and_another_sends_the_same_notification(
    family: Family, pool: db.Pool, desk: SendDesk, fcm: FakeFcm, owner: asyncpg.Connection
) -> None:
    mother = await family.parent("m-1")
    await family.tell()
    bucket = bucket_of(mother.account_id)
    async with pool.acquire() as conn:
        held = await deliveries.claim(conn, bucket=bucket, channels=["fcm"], limit=9, lease_s=0.3)
    await drain(desk)
    assert fcm.requests == 0
    await asyncio.sleep(0.35)
    await drain(desk)
    assert len(fcm.accepted) == 1
    # The first one was only slow: what it says now changes nothing.
    async with pool.acquire() as conn:
        result = _too_late(held[0])
        assert await deliveries.settle(conn, [result]) == 0
    (row,) = await all_deliveries(owner)
    assert (row["state"], row["attempts"]) == ("sent", 2)


async def test_a_slow_provider_does_not_cost_the_lease(
    family: Family, pool: db.Pool, fcm: FakeFcm
) -> None:
    await family.parent("m-1")
    await family.tell()
    fcm.delay_s = 1.2
    async with sender_for(fcm) as sender:
        slow = SendDesk(pool, {"fcm": sender}, lease_s=0.6)
        sending = asyncio.create_task(drain(slow))
        await asyncio.sleep(0.9)
        await drain(SendDesk(pool, {"fcm": sender}))
        await sending
    assert fcm.requests == 1


async def test_two_workers_at_once_send_each_push_once(
    family: Family, pool: db.Pool, fcm: FakeFcm, owner: asyncpg.Connection
) -> None:
    for number in range(5):
        await family.parent(f"t-{number}")
    for _ in range(10):
        await put_fact(owner, family.school, family.student)
    await family.tell()
    async with sender_for(fcm) as one, sender_for(fcm) as two:
        desks = [SendDesk(pool, {"fcm": one}), SendDesk(pool, {"fcm": two})]
        await asyncio.gather(*(drain(desk) for desk in desks))
    ids = [push.message["data"]["id"] for push in fcm.accepted]
    assert len(ids) == len(set(ids)) == 55
    assert {row["state"] for row in await all_deliveries(owner)} == {"sent"}


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
            began = asyncio.get_running_loop().time()
            await put_fact(owner, family.school, family.student)
            await fcm.wait_for(told)
            assert asyncio.get_running_loop().time() - began < 1.0


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
            await fcm.wait_for(2, timeout_s=6)
            valkey.start()
            await put_fact(owner, family.school, family.student)
            await fcm.wait_for(3, timeout_s=6)
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


async def test_upkeep_at_start_runs_once_for_several_workers(
    settings: Settings, resources: Any, capsys: Any
) -> None:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(worker.run(settings, stop)) for _ in range(3)]
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
