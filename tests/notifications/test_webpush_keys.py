"""The key that signs pushes: read, made anew, kept out of logs; and whom a service may write to."""

import asyncio

import pytest

from app.crypto import Undecryptable
from app.push_key import PushKey
from app.settings import BadSettings, Settings
from notifications.channels import webpush_answers as answers
from notifications.channels.webpush import WebPushSender
from tests.fakes.webpush import FakePushService
from tests.notifications.web_pushes import KEY, SUBJECT, new_key, one, push


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
