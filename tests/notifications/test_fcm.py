"""FCM through a server that speaks its protocol: what is sent, and what a failure obliges us to."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from notifications.channels.base import Platform, PushMessage, PushResult
from notifications.channels.fcm import BadCredentials, FcmSender
from tests.fakes import fcm as fakes
from tests.fakes.fcm import FakeFcm, Fault
from tests.notifications.news import until
from tests.patience import Stopwatch


@pytest.fixture
async def fcm() -> AsyncIterator[FakeFcm]:
    async with FakeFcm() as server:
        yield server


@pytest.fixture
async def sender(fcm: FakeFcm) -> AsyncIterator[FcmSender]:
    sender = FcmSender(fcm.credentials_path, fcm.endpoint, concurrency=50, timeout_s=20)
    yield sender
    await sender.close()


def push(token: str = "phone-1", platform: Platform = "android", **changes: Any) -> PushMessage:
    fields: dict[str, Any] = {
        "delivery_id": str(uuid.uuid4()),
        "notification_id": str(uuid.uuid4()),
        "kind": "arrival",
        "title": "Con đã vào trường",
        "body": "Chạm để xem",
        "urgent": True,
        "ttl_s": 4 * 3600,
    }
    return PushMessage(token=token, platform=platform, **(fields | changes))


def outcomes(results: Iterable[PushResult]) -> list[str]:
    return [result.outcome for result in results]


async def one(sender: FcmSender, message: PushMessage | None = None) -> PushResult:
    (result,) = await sender.send([message or push()])
    return result


async def test_an_android_push_names_the_kind_and_replaces_itself_on_the_screen(
    fcm: FakeFcm, sender: FcmSender
) -> None:
    message = push()
    result = await one(sender, message)
    (taken,) = fcm.accepted
    assert (result.outcome, result.provider_id) == ("sent", taken.name)
    assert taken.message == {
        "token": "phone-1",
        "data": {"id": message.notification_id, "kind": "arrival"},
        "notification": {"title": "Con đã vào trường", "body": "Chạm để xem"},
        "android": {
            "priority": "high",
            "ttl": "14400s",
            "notification": {"tag": message.notification_id},
        },
    }


async def test_an_iphone_push_carries_collapse_id_priority_and_expiry(
    fcm: FakeFcm, sender: FcmSender
) -> None:
    quiet = push("iphone", "ios", urgent=False, ttl_s=600)
    loud = push("iphone", "ios", replaces_id=quiet.notification_id)
    await sender.send([quiet])
    await sender.send([loud])
    first, second = (taken.message["apns"] for taken in fcm.accepted)
    assert first["headers"]["apns-priority"] == "5"
    assert second["headers"]["apns-priority"] == "10"
    assert int(first["headers"]["apns-expiration"]) == pytest.approx(time.time() + 600, abs=3)
    assert second["headers"]["apns-collapse-id"] == first["headers"]["apns-collapse-id"]
    assert "payload" not in first
    assert second["payload"]["aps"]["sound"] == "default"
    assert fcm.accepted[1].message["data"]["id"] == loud.notification_id


async def test_a_web_push_carries_ttl_urgency_and_topic(fcm: FakeFcm, sender: FcmSender) -> None:
    message = push("browser", "web", urgent=False, ttl_s=60)
    await one(sender, message)
    assert fcm.accepted[0].message["webpush"]["headers"] == {
        "TTL": "60",
        "Urgency": "normal",
        "Topic": message.notification_id.replace("-", ""),
    }


@pytest.mark.parametrize(
    ("fault", "outcome", "reason", "alarm"),
    [
        (fakes.UNREGISTERED, "drop_token", "unregistered", False),
        (fakes.INVALID_TOKEN, "drop_token", "invalid_token", False),
        (fakes.SENDER_ID_MISMATCH, "drop_token", "sender_id_mismatch", True),
        (fakes.INTERNAL, "retry", "internal", False),
        (fakes.unavailable(), "retry", "unavailable", False),
        (fakes.quota(), "retry", "quota_exceeded", False),
        (fakes.RESET, "retry", "connection", False),
        (fakes.CAPTIVE_PORTAL, "retry", "bad_answer", False),
        (fakes.PERMISSION_DENIED, "stop_line", "permission_denied", True),
        (fakes.THIRD_PARTY_AUTH, "stop_line", "third_party_auth:android", True),
        (Fault(status=404, raw="<html>nothing here</html>"), "stop_line", "not_fcm_http_404", True),
        (Fault(status=302, raw=""), "stop_line", "not_fcm_http_302", True),
        (Fault(status=404, rpc="NOT_FOUND"), "drop_message", "not_found", True),
        (Fault(status=400, rpc="INVALID_ARGUMENT"), "drop_message", "invalid_argument", True),
        (Fault(status=502, raw="<html>Bad gateway</html>"), "retry", "http_502", False),
    ],
)
async def test_each_failure_says_what_the_caller_owes(
    fcm: FakeFcm, sender: FcmSender, fault: Fault, outcome: str, reason: str, alarm: bool
) -> None:
    fcm.faults.append(fault)
    message = push()
    result = await one(sender, message)
    assert (result.outcome, result.reason, result.alarm) == (outcome, reason, alarm)
    assert result.delivery_id == message.delivery_id
    assert (result.retry_after_s is not None) == (outcome in ("retry", "stop_line"))
    assert not fcm.accepted


async def test_a_token_fcm_cannot_read_is_dropped(sender: FcmSender) -> None:
    assert (await one(sender, push("malformed!"))).outcome == "drop_token"


async def test_a_body_fcm_cannot_read_is_our_bug_and_costs_no_token(sender: FcmSender) -> None:
    bad_ttl = await one(sender, push(ttl_s=10**13))
    assert (bad_ttl.outcome, bad_ttl.alarm) == ("drop_message", True)
    assert bad_ttl.reason == "bad_request:message.android.ttl"
    too_big = await one(sender, push(body="ạ" * 3000))
    assert (too_big.outcome, too_big.reason, too_big.alarm) == ("drop_message", "too_big", True)
    unsendable = await one(sender, push(""))
    assert (unsendable.outcome, unsendable.reason) == ("drop_message", "not_encodable")


async def test_one_bad_message_does_not_cost_the_others(fcm: FakeFcm, sender: FcmSender) -> None:
    fcm.dead_tokens = {"gone": fakes.UNREGISTERED, "cut": fakes.RESET, "foreign": fakes.INTERNAL}
    messages = [push(token) for token in ("a", "gone", "b", "cut", "", "foreign", "c")]
    results = await sender.send(messages)
    assert [result.delivery_id for result in results] == [m.delivery_id for m in messages]
    assert outcomes(results) == [
        "sent", "drop_token", "sent", "retry", "drop_message", "retry", "sent",
    ]  # fmt: skip


async def test_a_bug_of_ours_in_one_message_costs_the_others_nothing(sender: FcmSender) -> None:
    results = await sender.send([push("a"), push("b", "ios", ttl_s=None), push("c")])
    assert outcomes(results) == ["sent", "retry", "sent"]
    assert (results[1].reason, results[1].alarm) == ("bug:TypeError", True)


async def test_a_lost_answer_is_retried_under_the_same_tag(fcm: FakeFcm, sender: FcmSender) -> None:
    fcm.faults.append(fakes.LOST_ANSWER)
    message = push()
    assert (await one(sender, message)).outcome == "retry"
    assert (await one(sender, message)).outcome == "sent"
    assert len({taken.message["android"]["notification"]["tag"] for taken in fcm.accepted}) == 1


async def test_retry_after_is_obeyed_in_seconds_and_as_a_date(
    fcm: FakeFcm, sender: FcmSender
) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    fcm.faults.extend([fakes.unavailable("17"), fakes.unavailable(date)])
    assert (await one(sender)).retry_after_s == 17
    assert (await one(sender)).retry_after_s == pytest.approx(90, abs=3)


async def test_without_advice_the_wait_doubles_with_the_attempts(
    fcm: FakeFcm, sender: FcmSender
) -> None:
    fcm.faults.extend([fakes.unavailable()] * 3)
    waits = [(await one(sender, push(attempt=n))).retry_after_s or 0 for n in (1, 3, 30)]
    assert 10 <= waits[0] <= 15
    assert 40 <= waits[1] <= 60
    assert 900 <= waits[2] <= 1350


async def test_a_429_pauses_the_whole_project_without_touching_the_network(
    fcm: FakeFcm, sender: FcmSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcm.faults.append(fakes.quota("60"))
    first = await one(sender)
    assert (first.outcome, first.pause_project_s) == ("retry", 60.0)
    asked = fcm.requests
    held = await sender.send([push(platform="ios"), push(platform="web"), push()])
    assert fcm.requests == asked
    assert outcomes(held) == ["retry"] * 3
    assert all(0 < (result.pause_project_s or 0) <= 60 for result in held)
    later = time.monotonic() + 60
    monkeypatch.setattr("notifications.channels.fcm.monotonic", lambda: later)
    assert (await one(sender)).outcome == "sent"


async def test_a_429_in_the_middle_of_a_batch_spares_the_rest_of_it(fcm: FakeFcm) -> None:
    fcm.delay_s = 0.01
    fcm.faults.extend([fakes.quota("60")] * 5)
    sender = FcmSender(fcm.credentials_path, fcm.endpoint, concurrency=5)
    results = await sender.send([push(f"phone-{n}") for n in range(500)])
    await sender.close()
    assert set(outcomes(results)) == {"retry"}
    assert fcm.requests == 5


async def test_a_repeated_429_without_advice_waits_twice_as_long(
    fcm: FakeFcm, sender: FcmSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcm.faults.extend([fakes.quota()] * 2)
    first = (await one(sender)).pause_project_s or 0
    later = time.monotonic() + first + 1
    monkeypatch.setattr("notifications.channels.fcm.monotonic", lambda: later)
    second = (await one(sender)).pause_project_s or 0
    assert 60 <= first <= 90
    assert 120 <= second <= 180


async def test_an_expired_access_token_is_renewed_once_for_all(
    fcm: FakeFcm, sender: FcmSender
) -> None:
    await one(sender)
    fcm.revoke_access_tokens()
    results = await sender.send([push(f"phone-{n}") for n in range(50)])
    assert outcomes(results) == ["sent"] * 50
    assert fcm.token_requests == 2


async def test_a_late_401_for_an_old_token_fetches_no_further_one(
    fcm: FakeFcm, sender: FcmSender
) -> None:
    await one(sender)
    fcm.delay_s = 0.3
    slow = asyncio.create_task(one(sender))
    await until(lambda: fcm.requests == 2)
    fcm.delay_s = 0
    fcm.revoke_access_tokens()
    assert (await one(sender)).outcome == "sent"
    assert (await slow).outcome == "sent"
    assert fcm.token_requests == 2


async def test_many_senders_at_the_start_fetch_one_token(fcm: FakeFcm, sender: FcmSender) -> None:
    await asyncio.gather(*(sender.send([push()]) for _ in range(20)))
    assert fcm.token_requests == 1


async def test_the_token_is_renewed_before_it_ends_and_nobody_waits(
    fcm: FakeFcm, sender: FcmSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    await one(sender)
    fcm.token_faults.append(Fault(hang_s=5, status=503))
    nearly = time.monotonic() + 3600 - 240
    monkeypatch.setattr("notifications.channels.fcm_token.monotonic", lambda: nearly)
    watch = Stopwatch()
    assert (await one(sender)).outcome == "sent"
    assert watch.took_s < 2.0
    await until(lambda: fcm.token_requests == 2)
    assert not fcm.token_faults


async def test_a_dead_token_is_waited_for(
    fcm: FakeFcm, sender: FcmSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    await one(sender)
    fcm.revoke_access_tokens()
    too_late = time.monotonic() + 3600
    monkeypatch.setattr("notifications.channels.fcm_token.monotonic", lambda: too_late)
    assert (await one(sender)).outcome == "sent"
    assert (fcm.requests, fcm.token_requests) == (2, 2)


async def test_a_401_with_a_fresh_token_stops_the_line_with_one_alarm(
    fcm: FakeFcm, sender: FcmSender
) -> None:
    fcm.faults.extend([Fault(status=401, rpc="UNAUTHENTICATED")] * 200)
    results = await sender.send([push(f"phone-{n}") for n in range(200)])
    assert set(outcomes(results)) == {"stop_line"}
    assert sum(result.alarm for result in results) == 1
    asked = fcm.requests
    assert (await one(sender)).outcome == "stop_line"
    assert fcm.requests == asked
    assert not fcm.accepted


async def test_apples_bad_key_stops_the_iphones_alone(fcm: FakeFcm, sender: FcmSender) -> None:
    fcm.faults.append(fakes.THIRD_PARTY_AUTH)
    stopped = await one(sender, push("iphone", "ios"))
    assert (stopped.outcome, stopped.pause_project_s) == ("stop_line", None)
    assert outcomes(await sender.send([push("iphone", "ios"), push()])) == ["stop_line", "sent"]
    assert fcm.token_requests == 1


async def test_a_refused_service_account_stops_the_line(fcm: FakeFcm, sender: FcmSender) -> None:
    fcm.token_faults.append(Fault(status=400, rpc="INVALID_GRANT"))
    result = await one(sender)
    assert (result.outcome, result.reason) == ("stop_line", "access_token_refused")
    assert fcm.requests == 0


async def test_a_hanging_token_endpoint_delays_the_messages_and_burns_none(fcm: FakeFcm) -> None:
    fcm.token_faults.append(Fault(hang_s=3.0))
    sender = FcmSender(fcm.credentials_path, fcm.endpoint, concurrency=10, timeout_s=0.3)
    watch = Stopwatch()
    results = await sender.send([push() for _ in range(300)])
    assert watch.took_s < 1.5
    assert {(r.outcome, r.reason) for r in results} == {("retry", "no_access_token")}
    await sender.close()


async def test_a_dead_fcm_costs_a_batch_one_timeout_not_five_hundred(fcm: FakeFcm) -> None:
    fcm.faults.extend([fakes.HANG] * 500)
    sender = FcmSender(fcm.credentials_path, fcm.endpoint, concurrency=25, timeout_s=0.4)
    watch = Stopwatch()
    results = await sender.send([push(f"phone-{n}") for n in range(500)])
    assert watch.took_s < 2.0
    assert set(outcomes(results)) == {"retry"}
    await sender.close()


async def test_no_answer_is_a_retry(fcm: FakeFcm) -> None:
    fcm.faults.append(fakes.HANG)
    sender = FcmSender(fcm.credentials_path, fcm.endpoint, timeout_s=1)
    result = await one(sender)
    assert (result.outcome, result.reason, result.alarm) == ("retry", "timeout", False)
    assert result.retry_after_s is not None
    await sender.close()


async def test_nobody_listening_is_a_retry(fcm: FakeFcm) -> None:
    sender = FcmSender(fcm.credentials_path, "http://127.0.0.1:9", timeout_s=2.0)
    result = await one(sender)
    assert (result.outcome, result.reason) == ("retry", "connection")
    await sender.close()


async def test_no_more_than_the_allowed_requests_run_at_once(fcm: FakeFcm) -> None:
    fcm.delay_s = 0.02
    sender = FcmSender(fcm.credentials_path, fcm.endpoint, concurrency=7)
    batches = [[push(f"phone-{n}-{m}") for m in range(20)] for n in range(4)]
    await asyncio.gather(*(sender.send(batch) for batch in batches))
    await sender.close()
    assert len(fcm.accepted) == 80
    assert fcm.most_at_once == 7


@pytest.mark.parametrize("ending", ["", "/", "//"])
async def test_the_endpoint_may_have_a_prefix_and_a_trailing_slash(ending: str) -> None:
    async with FakeFcm(prefix="/push/gateway") as fcm:
        sender = FcmSender(fcm.credentials_path, fcm.endpoint + ending)
        assert (await one(sender)).outcome == "sent"
        await sender.close()


async def test_an_empty_batch_is_answered_with_nothing(fcm: FakeFcm, sender: FcmSender) -> None:
    assert await sender.send([]) == []
    assert fcm.token_requests == 0


def test_bad_credentials_are_refused_without_quoting_them(tmp_path: Path) -> None:
    file = tmp_path / "account.json"
    for content in ("", "[]", '{"type": "service_account", "private_key": "SECRET"}'):
        file.write_text(content)
        with pytest.raises(BadCredentials, match="FIREBASE_CREDENTIALS") as refusal:
            FcmSender(file, "https://fcm.example")
        assert "SECRET" not in str(refusal.value)
    with pytest.raises(BadCredentials):
        FcmSender(tmp_path / "nowhere.json", "https://fcm.example")


async def test_an_endpoint_that_is_no_url_is_refused(fcm: FakeFcm) -> None:
    for endpoint in ("fcm.googleapis.com", "ftp://x", "https://", "https://x/?a=b"):
        with pytest.raises(ValueError, match="base URL"):
            FcmSender(fcm.credentials_path, endpoint)


def test_a_logged_message_shows_no_device_token() -> None:
    assert "phone-1" not in repr(push("phone-1"))
