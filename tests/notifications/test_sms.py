"""SMS through a server that speaks eSMS.vn's protocol."""

from collections.abc import AsyncIterator

import pytest
import structlog.testing

from app.settings import BadSettings, Settings
from notifications.channels.sms import ConsoleSms, EsmsSender, NullSms, sms_sender
from tests.fakes.sms import API_KEY, BRANDNAME, SECRET_KEY, FakeSms, SmsFault

PHONE = "+84912345678"


@pytest.fixture
async def esms() -> AsyncIterator[FakeSms]:
    async with FakeSms() as server:
        yield server


@pytest.fixture
async def sender(esms: FakeSms) -> AsyncIterator[EsmsSender]:
    sender = EsmsSender(
        esms.base_url + "/",
        api_key=API_KEY,
        secret_key=SECRET_KEY,
        brandname=BRANDNAME,
        timeout_s=1.5,
    )
    yield sender
    await sender.close()


async def test_a_text_with_diacritics_arrives_whole(esms: FakeSms, sender: EsmsSender) -> None:
    result = await sender.send(PHONE, "Mã kích hoạt 123456", idempotency_key="otp-1")
    (taken,) = esms.accepted
    assert (result.outcome, result.provider_id) == ("sent", taken.sms_id)
    assert (taken.phone, taken.text, taken.unicode) == ("0912345678", "Mã kích hoạt 123456", True)
    await sender.send(PHONE, "code 123456", idempotency_key="otp-2")
    assert not esms.accepted[1].unicode


async def test_a_repeat_after_a_lost_answer_sends_nothing_twice(
    esms: FakeSms, sender: EsmsSender
) -> None:
    esms.faults.append(SmsFault(lost_answer=True))
    key = "a-key-longer-than-the-fifty-characters-which-esms-allows-for-it"
    assert (await sender.send(PHONE, "x", idempotency_key=key)).outcome == "retry"
    again = await sender.send(PHONE, "x", idempotency_key=key)
    assert (again.outcome, again.reason) == ("sent", "accepted_before")
    assert len(esms.accepted) == 1


@pytest.mark.parametrize(
    ("fault", "outcome", "reason", "alarm"),
    [
        (SmsFault(code="101"), "stop_line", "bad_api_key", True),
        (SmsFault(code="103"), "stop_line", "no_balance", True),
        (SmsFault(code="104"), "stop_line", "unknown_brandname", True),
        (SmsFault(code="140"), "stop_line", "ip_not_allowed", True),
        (SmsFault(code="108"), "drop_message", "bad_phone", False),
        (SmsFault(code="146"), "drop_message", "template_not_registered", True),
        (SmsFault(code="555"), "drop_message", "esms_555", True),
        (SmsFault(code="99"), "retry", "esms_99", False),
        (SmsFault(status=503), "retry", "http_503", False),
        (SmsFault(status=404), "stop_line", "http_404", True),
        (SmsFault(raw="<html>Welcome</html>"), "retry", "bad_answer", False),
        (SmsFault(raw='{"error": "Invalid request"}'), "retry", "bad_answer", False),
        (SmsFault(hang_s=60), "retry", "timeout", False),
    ],
)
async def test_each_failure_says_what_the_caller_owes(
    esms: FakeSms, sender: EsmsSender, fault: SmsFault, outcome: str, reason: str, alarm: bool
) -> None:
    esms.faults.append(fault)
    result = await sender.send(PHONE, "x", idempotency_key="k")
    assert (result.outcome, result.reason, result.alarm) == (outcome, reason, alarm)
    assert (result.retry_after_s is None) == (outcome == "drop_message")
    assert not esms.accepted


async def test_retry_after_is_obeyed(esms: FakeSms, sender: EsmsSender) -> None:
    esms.faults.append(SmsFault(status=429, retry_after="42"))
    assert (await sender.send(PHONE, "x", idempotency_key="k")).retry_after_s == 42


async def test_wrong_keys_stop_the_line_and_are_never_logged(esms: FakeSms) -> None:
    sender = EsmsSender(esms.base_url, api_key="K-SECRET", secret_key="S-SECRET", brandname="B")
    with structlog.testing.capture_logs() as logs:
        result = await sender.send(PHONE, "x", idempotency_key="k")
    await sender.close()
    assert result.outcome == "stop_line"
    assert "SECRET" not in repr((sender, result, logs))


async def test_nobody_listening_is_a_retry() -> None:
    sender = EsmsSender("http://127.0.0.1:9", api_key="k", secret_key="s", brandname="b")
    result = await sender.send(PHONE, "x", idempotency_key="k")
    await sender.close()
    assert (result.outcome, result.reason) == ("retry", "no_connection")


async def test_without_a_provider_a_text_fails_with_the_reason() -> None:
    sender = sms_sender(Settings())
    assert isinstance(sender, NullSms)
    result = await sender.send(PHONE, "x", idempotency_key="k")
    assert (result.outcome, result.reason) == ("drop_message", "sms_not_configured")
    await sender.close()


async def test_the_demo_shows_the_code_and_sends_nothing_even_with_a_provider_set() -> None:
    sender = sms_sender(Settings(demo=True, sms_api_key="k", sms_secret_key="s", sms_brandname="b"))
    assert isinstance(sender, ConsoleSms)
    with structlog.testing.capture_logs() as logs:
        await sender.send(PHONE, "mã 123456", idempotency_key="k")
    assert [(log["to"], log["text"]) for log in logs] == [("*****678", "mã 123456")]
    await sender.close()


def test_half_a_set_up_is_refused_by_the_name_of_what_is_missing() -> None:
    with pytest.raises(BadSettings, match="SMS_SECRET_KEY"):
        sms_sender(Settings(sms_api_key="K", sms_brandname="B"))
    with pytest.raises(BadSettings, match="SMS_API_KEY"):
        sms_sender(Settings(sms_base_url="https://sms.example"))
    with pytest.raises(BadSettings, match="SMS_BASE_URL"):
        sms_sender(
            Settings(sms_base_url="sms", sms_api_key="k", sms_secret_key="s", sms_brandname="b")
        )
