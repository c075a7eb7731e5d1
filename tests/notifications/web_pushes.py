"""Pushes to browsers: a key, messages, and how one of them ended."""

import uuid
from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from app.push_key import PushKey, point_of
from notifications.channels.base import ForBrowser, PushMessage, PushResult
from notifications.channels.webpush import WebPushSender
from tests.fakes.webpush_browser import Browser

SUBJECT = "mailto:it@so.example.vn"


def new_key() -> PushKey:
    private = ec.generate_private_key(ec.SECP256R1())
    return PushKey(public_key=point_of(private.public_key()), private_key=private)


KEY = new_key()


async def load_key() -> PushKey:
    return KEY


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
