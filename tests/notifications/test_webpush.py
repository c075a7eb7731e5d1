"""Web Push through a server that speaks its protocol: what is sent, and what failures oblige to."""

import asyncio
import socket
import time
import uuid
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from app.crypto import Undecryptable
from app.push_key import PushKey, point_of
from app.settings import BadSettings, Settings
from notifications.channels import webpush_answers as answers
from notifications.channels.base import ForBrowser, PushMessage, PushResult
from notifications.channels.webpush import PublicResolver, WebPushSender, is_public
from tests.fakes import webpush as fakes
from tests.fakes.webpush import FakePushService, Fault
from tests.fakes.webpush_browser import Browser
from tests.notifications.news import until
from tests.patience import Stopwatch

SUBJECT = "mailto:it@so.example.vn"


def new_key() -> PushKey:
    private = ec.generate_private_key(ec.SECP256R1())
    return PushKey(public_key=point_of(private.public_key()), private_key=private)


KEY = new_key()


async def load_key() -> PushKey:
    return KEY


@pytest.fixture
async def service() -> AsyncIterator[FakePushService]:
    async with FakePushService() as server:
        yield server


@pytest.fixture
async def sender(service: FakePushService) -> AsyncIterator[WebPushSender]:
    sender = WebPushSender(
        load_key, subject=SUBJECT, hosts=service.origin, concurrency=50, timeout_s=20
    )
    yield sender
    await sender.close()


def push(to: Browser, *, named: tuple[str, str] | None = None, **changes: Any) -> PushMessage:
    fields: dict[str, Any] = {
        "delivery_id": str(uuid.uuid4()),
        "notification_id": str(uuid.uuid4()),
        "token": to.endpoint,
        "kind": "arrival",
        "title": "Con đã vào trường",
        "body": "Chạm để xem",
        "urgent": True,
        "ttl_s": 4 * 3600,
        "browser": ForBrowser(p256dh=to.p256dh, auth=to.auth, student_id="s-1", named=named),
    }
    return PushMessage(platform="web", **(fields | changes))


async def one(sender: WebPushSender, message: PushMessage) -> PushResult:
    (result,) = await sender.send([message])
    return result


def outcomes(results: Iterable[PushResult]) -> list[str]:
    return [result.outcome for result in results]


async def test_the_browser_reads_the_hint_and_the_service_only_how_to_carry_it(
    service: FakePushService, sender: WebPushSender
) -> None:
    message = push(service.subscribe(KEY.public_key), replaces_id=str(uuid.uuid4()))
    result = await one(sender, message)
    assert (result.outcome, result.reason, result.alarm) == ("sent", "accepted", False)
    (taken,) = service.accepted
    assert taken.payload == {
        "notification": {
            "title": "Con đã vào trường",
            "body": "Chạm để xem",
            "tag": message.replaces_id,
        },
        "data": {"id": message.notification_id, "kind": "arrival", "student_id": "s-1"},
    }
    assert taken.headers["TTL"] == "14400"
    assert taken.headers["Urgency"] == "high"
    assert taken.headers["Topic"] == message.screen_id.replace("-", "")
    assert "arrival" not in str(taken.headers)
    assert taken.claims["aud"] == service.origin
    assert taken.claims["sub"] == SUBJECT
    assert 11 * 3600 < taken.claims["exp"] - time.time() <= 12 * 3600


async def test_news_that_is_not_urgent_wakes_no_phone(
    service: FakePushService, sender: WebPushSender
) -> None:
    await one(sender, push(service.subscribe(KEY.public_key), urgent=False, ttl_s=60))
    assert service.accepted[0].headers["Urgency"] == "normal"
    assert service.accepted[0].headers["TTL"] == "60"


async def test_a_named_push_is_as_long_as_a_hint_and_one_that_does_not_fit_is_a_hint(
    service: FakePushService, sender: WebPushSender
) -> None:
    browser = service.subscribe(KEY.public_key)
    named = ("Nguyễn Văn An đã vào trường lúc 06:52", "Cổng chính, Trường THCS")
    for message in (
        push(browser),
        push(browser, named=named),
        push(browser, named=("ạ", "ạ" * 999)),
    ):
        assert (await one(sender, message)).outcome == "sent"
    hint, told, long = service.accepted
    assert (told.payload["notification"]["title"], told.payload["notification"]["body"]) == named
    assert hint.size == told.size
    assert long.payload["notification"]["title"] == "Con đã vào trường"


@pytest.mark.parametrize(
    ("fault", "outcome", "reason", "alarm"),
    [
        (Fault(status=200), "sent", "accepted", False),
        (Fault(status=202), "sent", "accepted", False),
        (Fault(status=404), "drop_token", "gone", False),
        (Fault(status=410), "drop_token", "gone", False),
        (Fault(status=413), "drop_message", "too_large", True),
        (Fault(status=400), "stop_line", "refused_400", True),
        (Fault(status=401, body='{"code":401,"errno":109}'), "stop_line", "refused_401:109", True),
        (
            Fault(status=403, body='{"reason":"BadJwtToken"}'),
            "stop_line",
            "refused_403:BadJwtToken",
            True,
        ),
        (Fault(status=403, body='{"reason":"<b>An</b> 06:52"}'), "stop_line", "refused_403", True),
        (Fault(status=429), "retry", "throttled", False),
        (Fault(status=406), "retry", "throttled", False),
        (Fault(status=500), "retry", "http_500", False),
        (Fault(status=503), "retry", "http_503", False),
        (Fault(status=408), "retry", "http_408", False),
        (Fault(status=405), "drop_message", "http_405", True),
        (fakes.RESET, "retry", "connection", False),
    ],
)
async def test_each_answer_obliges_to_something(
    service: FakePushService,
    sender: WebPushSender,
    fault: Fault,
    outcome: str,
    reason: str,
    alarm: bool,
) -> None:
    service.faults.append(fault)
    result = await one(sender, push(service.subscribe(KEY.public_key)))
    assert (result.outcome, result.reason, result.alarm) == (outcome, reason, alarm)
    assert result.pause_project_s is None, "other services go on"
    assert (result.retry_after_s is not None) == (outcome in ("retry", "stop_line"))


async def test_no_answer_is_a_retry(service: FakePushService) -> None:
    service.faults.append(fakes.HANG)
    sender = WebPushSender(load_key, subject=SUBJECT, hosts=service.origin, timeout_s=1)
    result = await one(sender, push(service.subscribe(KEY.public_key)))
    assert (result.outcome, result.reason, result.alarm) == ("retry", "timeout", False)
    assert result.retry_after_s is not None
    await sender.close()


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_the_services_own_time_is_obeyed(
    service: FakePushService, sender: WebPushSender, status: int
) -> None:
    service.faults.append(Fault(status=status, retry_after="77"))
    result = await one(sender, push(service.subscribe(KEY.public_key)))
    assert (result.outcome, result.retry_after_s) == ("retry", 77.0)


async def test_a_subscription_that_is_gone_costs_no_other(
    service: FakePushService, sender: WebPushSender
) -> None:
    browsers = [service.subscribe(KEY.public_key) for _ in range(5)]
    service.gone.add(browsers[1].name)
    broken = push(browsers[3], browser=ForBrowser(p256dh="k", auth="a"))
    messages = [push(browser) for browser in browsers]
    messages[3] = broken
    results = await sender.send(messages)
    assert outcomes(results) == ["sent", "drop_token", "sent", "drop_token", "sent"]
    assert [each.delivery_id for each in results] == [each.delivery_id for each in messages]
    assert results[3].reason == "bad_keys"


# Where to ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://push.evil.example/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://user:pw@fcm.googleapis.com/x",
    ],
)
async def test_what_is_in_the_table_is_asked_again_before_each_send(
    service: FakePushService, sender: WebPushSender, endpoint: str
) -> None:
    message = push(service.subscribe(KEY.public_key), token=endpoint)
    result = await one(sender, message)
    assert (result.outcome, result.reason) == ("drop_message", "endpoint_not_allowed")


async def test_without_the_setting_loopback_is_no_push_service(service: FakePushService) -> None:
    sender = WebPushSender(load_key, subject=SUBJECT)
    result = await one(sender, push(service.subscribe(KEY.public_key)))
    assert (result.outcome, result.reason) == ("drop_message", "endpoint_not_allowed")
    assert service.requests == 0
    await sender.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(
    service: FakePushService, sender: WebPushSender, status: int
) -> None:
    browser, other = service.subscribe(KEY.public_key), service.subscribe(KEY.public_key)
    service.faults.append(Fault(status=status, location=other.endpoint))
    result = await one(sender, push(browser))
    assert (result.outcome, result.reason) == ("drop_message", f"http_{status}")
    assert service.seen == [browser.name]


@pytest.mark.parametrize(
    ("address", "is_good"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("10.1.2.3", False),
        ("192.168.1.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("fd00::1", False),
        ("fe80::1%eth0", False),
        ("::ffff:10.0.0.1", False),
    ],
)
def test_only_public_addresses_are_public(address: str, is_good: bool) -> None:
    assert is_public(address) == is_good


async def test_a_name_that_leads_inside_is_not_gone_to_unless_the_operator_named_it() -> None:
    strict, own = PublicResolver(frozenset()), PublicResolver({"localhost"})
    with pytest.raises(OSError, match="no public address"):
        await strict.resolve("localhost", 443)
    assert (await own.resolve("localhost", 443))[0]["host"] == "127.0.0.1"
    await strict.close()
    await own.close()


async def test_a_listed_name_that_is_bent_to_an_address_inside_is_not_gone_to(
    service: FakePushService, sender: WebPushSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bent(_host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", bent)
    browser = service.subscribe(KEY.public_key)
    result = await one(sender, push(browser, token="https://fcm.googleapis.com/fcm/send/x"))
    assert (result.outcome, result.reason) == ("retry", "dns")
    # The operator's own host may lie there.
    port = service.origin.rpartition(":")[2]
    own = WebPushSender(load_key, subject=SUBJECT, hosts=f"http://push.so.example.vn:{port}")
    inside = browser.endpoint.replace("127.0.0.1", "push.so.example.vn")
    refused = await one(own, push(browser, token=inside))
    assert refused.reason.startswith("refused_403"), "it is signed for the name, not the address"
    await own.close()


# The line ----------------------------------------------------------------------------------


async def test_a_refused_signature_stops_the_line_with_one_alarm_and_costs_no_token(
    service: FakePushService, sender: WebPushSender
) -> None:
    foreign = new_key()
    browsers = [service.subscribe(foreign.public_key) for _ in range(200)]
    results = await sender.send([push(browser) for browser in browsers])
    assert set(outcomes(results)) == {"stop_line"}
    assert sum(result.alarm for result in results) == 1
    asked = service.requests
    assert asked <= 50, "the rest must not knock at a closed door"
    again = await one(sender, push(browsers[0]))
    assert (again.outcome, again.alarm, service.requests) == ("stop_line", False, asked)
    assert 0 < (again.retry_after_s or 0) <= 60


async def test_one_subscription_made_with_a_foreign_key_stops_nobody_and_is_given_up(
    service: FakePushService, sender: WebPushSender
) -> None:
    good, foreign = service.subscribe(KEY.public_key), service.subscribe(new_key().public_key)
    assert (await one(sender, push(good))).outcome == "sent"
    first = await one(sender, push(foreign))
    assert (first.outcome, first.reason) == ("retry", "refused_403:VapidPkHashMismatch")
    # Alone it proves nothing, however often.
    assert (await one(sender, push(foreign))).outcome == "retry"
    assert (await one(sender, push(good))).outcome == "sent"
    assert (await one(sender, push(foreign))).outcome == "drop_token"
    assert (await one(sender, push(good))).outcome == "sent"


async def test_several_refused_in_a_row_stop_a_line_that_worked_and_an_acceptance_opens_it(
    service: FakePushService, sender: WebPushSender
) -> None:
    good = service.subscribe(KEY.public_key)
    await one(sender, push(good))
    held = service.hold = asyncio.Event()
    on_its_way = asyncio.create_task(one(sender, push(good)))
    await until(lambda: service.requests == 2)
    foreign = new_key()
    bad = [push(service.subscribe(foreign.public_key)) for _ in range(5)]
    service.hold = None
    assert outcomes([await one(sender, message) for message in bad]) == ["retry"] * 4 + [
        "stop_line"
    ]
    assert (await one(sender, push(good))).outcome == "stop_line"
    held.set()
    assert (await on_its_way).outcome == "sent"
    assert (await one(sender, push(good))).outcome == "sent"


@pytest.mark.parametrize(("told", "line_s"), [("30", 30), ("3600", 300)])
async def test_a_service_that_throttles_is_left_alone_but_not_for_an_hour(
    service: FakePushService, sender: WebPushSender, told: str, line_s: int
) -> None:
    browser = service.subscribe(KEY.public_key)
    service.faults.extend([Fault(status=429, retry_after=told)] * 4)
    for _ in range(4):
        result = await one(sender, push(browser))
        assert (result.outcome, result.retry_after_s) == ("retry", float(told))
    waits = await one(sender, push(browser))
    assert (waits.outcome, waits.reason, waits.alarm) == ("stop_line", "throttled", False)
    assert line_s - 5 < (waits.retry_after_s or 0) <= line_s
    assert service.requests == 4


async def test_a_dead_service_does_not_cost_a_timeout_a_message_and_not_the_other_services(
    service: FakePushService,
) -> None:
    async with FakePushService() as other:
        sender = WebPushSender(
            load_key,
            subject=SUBJECT,
            hosts=f"{service.origin},{other.origin}",
            concurrency=10,
            timeout_s=1.0,
        )
        dead = [push(service.subscribe(KEY.public_key)) for _ in range(200)]
        service.always = {message.token.rpartition("/")[2]: fakes.HANG for message in dead}
        alive = push(other.subscribe(KEY.public_key))
        watch = Stopwatch()
        results = await sender.send([*dead, alive])
        assert watch.took_s < 5.0
        assert set(outcomes(results[:-1])) == {"retry", "stop_line"}
        assert results[-1].outcome == "sent"
        assert service.requests <= 40
        await sender.close()


async def test_a_lost_answer_sends_again_onto_the_same_place_of_the_screen(
    service: FakePushService, sender: WebPushSender
) -> None:
    message = push(service.subscribe(KEY.public_key))
    service.faults.append(fakes.LOST_ANSWER)
    assert (await one(sender, message)).outcome == "retry"
    assert (await one(sender, message)).outcome == "sent"
    tags = {taken.payload["notification"]["tag"] for taken in service.accepted}
    assert (len(service.accepted), len(tags)) == (2, 1)


# The key -----------------------------------------------------------------------------------


async def test_a_key_that_cannot_be_read_keeps_all_messages_for_later(
    service: FakePushService,
) -> None:
    faults: list[Exception] = [Undecryptable("other master key"), OSError("PostgreSQL is away")]

    async def load() -> PushKey:
        if faults:
            raise faults.pop(0)
        return KEY

    sender = WebPushSender(load, subject=SUBJECT, hosts=service.origin)
    message = push(service.subscribe(KEY.public_key))
    unreadable, away, sent = [await one(sender, message) for _ in range(3)]
    assert (unreadable.outcome, unreadable.reason, unreadable.alarm) == (
        "stop_line",
        "key_unreadable",
        True,
    )
    assert (away.outcome, away.reason, away.alarm) == ("stop_line", "no_key", False)
    assert sent.outcome == "sent"
    await sender.close()


async def test_a_key_that_was_made_anew_is_taken_up_without_a_restart(
    service: FakePushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "STOPPED_S", 0.1)
    keys = [new_key(), KEY]

    async def load() -> PushKey:
        return keys.pop(0)

    sender = WebPushSender(load, subject=SUBJECT, hosts=service.origin)
    message = push(service.subscribe(KEY.public_key))
    assert (await one(sender, message)).outcome == "stop_line"
    await asyncio.sleep(0.15)
    assert (await one(sender, message)).outcome == "sent"
    await sender.close()


async def test_a_service_gets_one_signature_for_many_messages(
    service: FakePushService, sender: WebPushSender
) -> None:
    browsers = [service.subscribe(KEY.public_key) for _ in range(20)]
    await sender.send([push(browser) for browser in browsers])
    assert len({taken.headers["Authorization"] for taken in service.accepted}) == 1
    assert service.most_at_once > 1


def test_what_is_personal_is_in_no_repr(service: FakePushService) -> None:
    message = push(service.subscribe(KEY.public_key), named=("Nguyễn Văn An", "06:52"))
    assert "An" not in repr(message)
    assert "An" not in repr(message.browser)
    assert repr(KEY) == f"PushKey({KEY.public_key})"


# Whom a service may write to -----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["it@so.example.vn", "mailto: it@so.example.vn", "http://so.example.vn", "mailto:it", "x"],
)
def test_a_subject_that_services_refuse_is_named_at_start(text: str) -> None:
    with pytest.raises(BadSettings, match="VAPID_SUBJECT"):
        Settings.from_env({"VAPID_SUBJECT": text})


def test_the_subject_is_the_setting_else_where_we_are_served() -> None:
    served = {"BASE_URL": "https://truong.example.vn"}
    assert Settings.from_env(served).push_subject == "https://truong.example.vn"
    assert Settings.from_env(served | {"VAPID_SUBJECT": SUBJECT}).push_subject == SUBJECT
    for text in ("https://so.example.vn", "https://so.example.vn/lien-he"):
        assert Settings.from_env({"VAPID_SUBJECT": text}).push_subject == text
    assert Settings().push_subject.startswith("mailto:")
