"""Web Push through a server that speaks its protocol: what is sent, and what failures oblige to."""

import asyncio
import time
import uuid

import pytest

from notifications.channels.base import ForBrowser
from notifications.channels.webpush import WebPushSender
from tests.fakes import webpush as fakes
from tests.fakes.webpush import FakePushService, Fault
from tests.notifications.news import until
from tests.notifications.web_pushes import KEY, SUBJECT, load_key, new_key, one, outcomes, push
from tests.patience import Stopwatch


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


async def test_a_service_gets_one_signature_for_many_messages(
    service: FakePushService, sender: WebPushSender
) -> None:
    browsers = [service.subscribe(KEY.public_key) for _ in range(20)]
    await sender.send([push(browser) for browser in browsers])
    assert len({taken.headers["Authorization"] for taken in service.accepted}) == 1
    assert service.most_at_once > 1


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
