"""Sending, against a real database and a server that speaks FCM: leases, and what is settled."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime
from time import monotonic

import asyncpg
import pytest

from app import db
from notifications import deliveries
from notifications.channels.base import PushResult
from notifications.channels.fcm import FcmSender
from notifications.model import Claimed, Settlement
from notifications.rules import BUCKETS, bucket_of
from notifications.sending import MAX_ATTEMPTS, SendDesk, settle
from tests.fakes import fcm as faults
from tests.fakes.fcm import FakeFcm
from tests.notifications.news import Family, block, inbox, put_fact, put_token, until
from tests.notifications.news import deliveries as all_deliveries


@pytest.fixture
async def desk(pool: db.Pool, fcm: FakeFcm) -> AsyncIterator[SendDesk]:
    async with sender_for(fcm) as sender:
        yield SendDesk(pool, {"fcm": sender})


@contextlib.asynccontextmanager
async def sender_for(fcm: FakeFcm) -> AsyncIterator[FcmSender]:
    sender = FcmSender(fcm.credentials_path, fcm.endpoint)
    yield sender
    await sender.close()


async def drain(desk: SendDesk) -> None:
    for bucket in range(BUCKETS):
        await desk.drain(bucket)


def _too_late(claimed: Claimed) -> Settlement:
    return settle(
        claimed,
        PushResult(delivery_id=str(claimed.id), outcome="retry", reason="late", retry_after_s=1.0),
    )


async def make_due(owner: asyncpg.Connection) -> None:
    await owner.execute("update delivery set due_at = now() where state = 'queued'")


async def is_later(owner: asyncpg.Connection, first: datetime) -> bool:
    """Whether the one delivery's lease lasts longer than it did."""
    return bool(await owner.fetchval("select due_at from delivery") > first)


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
    await drain(desk)
    await family.tell(kind="scan_undone", replaces=first["event_id"])
    await drain(desk)
    tags = [push.message["android"]["notification"]["tag"] for push in fcm.accepted]
    ids = {push.message["data"]["id"] for push in fcm.accepted}
    assert tags == [str(first["id"])] * 2
    assert len(ids) == 2


async def test_a_push_that_waits_never_covers_what_has_replaced_it(
    family: Family, desk: SendDesk, fcm: FakeFcm, owner: asyncpg.Connection
) -> None:
    """An absence that FCM would not take yet must not hide the arrival that came meanwhile."""
    mother = await family.parent("m-1")
    await family.tell_today(kind="absence", shift="Ca sáng")
    fcm.faults.append(faults.unavailable("30"))
    await drain(desk)
    (absence,) = await inbox(owner, mother)
    await family.tell_today(kind="arrival_late", minutes=50, replaces=absence["event_id"])
    await make_due(owner)
    await drain(desk)
    (push,) = fcm.accepted
    assert push.message["data"]["kind"] == "arrival_late"
    assert push.message["android"]["notification"]["tag"] == str(absence["id"])
    states = [(row["kind"], row["channel"], row["state"]) for row in await all_deliveries(owner)]
    assert ("absence", "fcm", "unneeded") in states


async def test_an_absence_neither_looks_nor_sounds_like_an_arrival(
    family: Family, desk: SendDesk, fcm: FakeFcm, owner: asyncpg.Connection
) -> None:
    await family.parent("m-1")
    await family.parent("f-1", platform="ios")
    for kind in ("arrival", "absence"):
        await family.tell_today(kind=kind, shift="Ca sáng")
    await drain(desk)
    sent = {(push.token, push.message["data"]["kind"]): push.message for push in fcm.accepted}
    assert sent["m-1", "absence"]["android"]["notification"]["channel_id"] == "alarm"
    assert "channel_id" not in sent["m-1", "arrival"]["android"]["notification"]
    sounds = [
        sent["f-1", kind]["apns"]["payload"]["aps"]["sound"] for kind in ("arrival", "absence")
    ]
    assert sounds == ["default", "alarm.caf"]
    # Neither covers the other, unless it says that it replaces it.
    tags = {
        message["apns"]["headers"]["apns-collapse-id"]
        for (token, _), message in sent.items()
        if token == "f-1"
    }
    assert len(tags) == 2


async def test_a_push_that_waits_is_not_sent_after_a_custody_block(
    family: Family, desk: SendDesk, fcm: FakeFcm, owner: asyncpg.Connection
) -> None:
    father = await family.parent("f-1")
    await family.parent("m-1")
    await family.tell()
    await block(owner, father, family.student)
    await drain(desk)
    assert [push.token for push in fcm.accepted] == ["m-1"]
    states = {
        row["account_id"]: (row["state"], row["reason"]) for row in await all_deliveries(owner)
    }
    assert states[father.account_id] == ("failed", "custody_block")


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


async def test_a_used_up_quota_holds_the_channel_and_burns_no_more_attempts(
    family: Family,
    desk: SendDesk,
    fcm: FakeFcm,
    owner: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mother = await family.parent("m-1")
    await family.tell()
    fcm.faults.append(faults.quota("60"))
    await drain(desk)
    for _ in range(3):
        await make_due(owner)
        assert not await desk.is_due(bucket_of(mother.account_id))
        await drain(desk)
    assert [row["attempts"] for row in await all_deliveries(owner)] == [1]
    later = monotonic() + 60
    for module in ("notifications.sending", "notifications.channels.fcm"):
        monkeypatch.setattr(f"{module}.monotonic", lambda: later)
    await make_due(owner)
    await drain(desk)
    assert [row["state"] for row in await all_deliveries(owner)] == ["sent"]


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
        held = await deliveries.claim(conn, bucket=bucket, channels=["fcm"], limit=9, lease_s=60)
    await drain(desk)
    assert fcm.requests == 0
    await make_due(owner)  # its minute is over
    await drain(desk)
    assert len(fcm.accepted) == 1
    # The first one was only slow: what it says now changes nothing.
    async with pool.acquire() as conn:
        result = _too_late(held[0])
        assert await deliveries.settle(conn, [result]) == 0
    (row,) = await all_deliveries(owner)
    assert (row["state"], row["attempts"]) == ("sent", 2)


async def test_a_slow_provider_does_not_cost_the_lease(
    family: Family, pool: db.Pool, fcm: FakeFcm, owner: asyncpg.Connection
) -> None:
    await family.parent("m-1")
    await family.tell()
    fcm.delay_s = 1.2
    async with sender_for(fcm) as sender:
        slow = SendDesk(pool, {"fcm": sender}, lease_s=3)
        sending = asyncio.create_task(drain(slow))
        await until(lambda: fcm.requests)
        first = await owner.fetchval("select due_at from delivery")
        await until(lambda: is_later(owner, first))
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
