"""Firebase Cloud Messaging, HTTP v1.

firebase-admin gives the credentials and the message types; aiohttp carries them, since
firebase-admin's own transport costs five times the CPU and hides four retries and a 120 s timeout.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Final

import aiohttp
import structlog
import yarl
from firebase_admin import credentials, messaging

from notifications.channels import fcm_answers as answers
from notifications.channels.base import Platform, PushMessage, PushResult, backoff_s
from notifications.channels.fcm_token import AccessToken, TokenRefused, TokenUnavailable
from notifications.channels.hands import send_each
from notifications.channels.http import Answer, base_url, new_session, read_answer

GOOGLE_ENDPOINT: Final = "https://fcm.googleapis.com"

# One lost connection is daily life and the next try mostly works; a row of them is an outage, and
# then a batch of 500 must not wait for 500 timeouts.
_CONNECTION_FIRST_S: Final = 1.0
_OUTAGE_AFTER: Final = 20
_OUTAGE_S: Final = 10.0

_log = structlog.get_logger(__name__)


class BadCredentials(Exception):
    """The service-account file cannot be used."""


class FcmSender:
    """Sends pushes through FCM. One instance a process and event loop.

    A 429 closes the whole project until FCM's time is up; a refused credential, too. Meanwhile
    every message is answered at once, without the network. One `send` ends within about three
    times `timeout_s`, whatever FCM does.
    """

    name = "fcm"

    def __init__(
        self,
        credentials_path: Path | str,
        endpoint: str = GOOGLE_ENDPOINT,
        *,
        concurrency: int = 100,
        timeout_s: float = 10.0,
    ) -> None:
        """Read the service account; its `token_uri` is honoured.

        Raises:
            BadCredentials: no readable service-account file.
            ValueError: `endpoint` is no base URL.
        """
        account = _service_account(credentials_path)
        self._token = AccessToken(account.get_credential(), timeout_s=timeout_s)
        self._url = yarl.URL(
            f"{base_url(endpoint)}/v1/projects/{account.project_id}/messages:send", encoded=True
        )
        self._concurrency = concurrency
        self._slots = asyncio.Semaphore(concurrency)
        self._timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None
        self._closed: dict[Platform | None, _Closed] = {}
        self._quota_strikes = 0
        self._failures_in_a_row = 0

    async def send(self, messages: Sequence[PushMessage]) -> list[PushResult]:
        """Send all; one result a message, in their order. Never raises for a message."""
        return await send_each(messages, self._send_one, at_once=self._concurrency)

    async def close(self) -> None:
        """Close the connections. A later `send` opens new ones."""
        await self._token.close()
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _send_one(self, message: PushMessage) -> PushResult:
        async with self._slots:
            if closed := self._answer_while_closed(message):
                return closed
            try:
                body = encode(message, now=datetime.now(UTC).timestamp())
            except ValueError as error:
                _log.warning("push_not_encodable", delivery_id=message.delivery_id, why=str(error))
                return answers.dropped(message, "not_encodable")
            try:
                answer = await self._deliver(body)
            except TokenRefused:
                result = answers.stopped(message, "access_token_refused")
            except TokenUnavailable:
                result = answers.retry(
                    message, "no_access_token", _OUTAGE_S, pause_project_s=_OUTAGE_S
                )
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                result = self._transport_failed(message, error)
            else:
                self._failures_in_a_row = 0
                result = answers.judge(message, answer, quota_strikes=self._quota_strikes + 1)
            return self._settle(message, result)

    async def _deliver(self, body: bytes) -> Answer:
        token = await self._token.current()
        answer = await self._post(body, token)
        if answers.is_stale_token(answer):
            # Once, and shared by all who were refused with the same token.
            answer = await self._post(body, await self._token.renewed(refused=token))
        return answer

    async def _post(self, body: bytes, token: str) -> Answer:
        if self._session is None:
            self._session = new_session(
                str(self._url), connections=self._concurrency, timeout_s=self._timeout_s
            )
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        async with self._session.post(
            self._url, data=body, headers=headers, allow_redirects=False
        ) as response:
            return await read_answer(response)

    def _transport_failed(self, message: PushMessage, error: Exception) -> PushResult:
        self._failures_in_a_row += 1
        reason = "timeout" if isinstance(error, TimeoutError) else "connection"
        if self._failures_in_a_row >= _OUTAGE_AFTER:
            return answers.retry(message, reason, _OUTAGE_S, pause_project_s=_OUTAGE_S)
        return answers.retry(message, reason, backoff_s(_CONNECTION_FIRST_S, message.attempt))

    def _settle(self, message: PushMessage, result: PushResult) -> PushResult:
        """Close the line that `result` closes; only the first of many raises the alarm."""
        if result.outcome == "sent" and None not in self._closed:
            self._quota_strikes = 0
        if result.outcome != "stop_line" and result.pause_project_s is None:
            return result
        if already := self._answer_while_closed(message):
            return already
        if result.reason == "quota_exceeded":
            self._quota_strikes += 1
        scope = message.platform if result.pause_project_s is None else None
        self._closed[scope] = _Closed(monotonic() + (result.retry_after_s or 0.0), result)
        _log.warning("push_line_closed", reason=result.reason, for_s=result.retry_after_s)
        return result

    def _answer_while_closed(self, message: PushMessage) -> PushResult | None:
        for scope in (None, message.platform):
            closed = self._closed.get(scope)
            if closed is None:
                continue
            left_s = closed.until - monotonic()
            if left_s <= 0:
                del self._closed[scope]
                continue
            return PushResult(
                delivery_id=message.delivery_id,
                outcome=closed.because.outcome,
                reason=closed.because.reason,
                retry_after_s=left_s,
                pause_project_s=left_s if scope is None else None,
            )
        return None


class _Closed:
    """Until when (monotonic clock) nothing is sent, and the answer that closed the line."""

    __slots__ = ("because", "until")

    def __init__(self, until: float, because: PushResult) -> None:
        self.until = until
        self.because = because


def _service_account(path: Path | str) -> credentials.Certificate:
    try:
        account = credentials.Certificate(str(path))
    except (OSError, ValueError, AttributeError, TypeError) as error:
        # firebase-admin takes the file's shape on trust, hence the last two.
        # Never the error's own words: they may quote the file, and the file holds a key.
        raise BadCredentials(f"FIREBASE_CREDENTIALS: {type(error).__name__}") from None
    if not account.project_id:
        raise BadCredentials("FIREBASE_CREDENTIALS: the file names no project_id")
    return account


def encode(message: PushMessage, *, now: float) -> bytes:
    """The request body of `messages:send`. `now` is Unix time in seconds.

    Raises:
        ValueError: firebase-admin finds a field it cannot send, such as an empty token.
    """
    fcm = messaging.Message(
        data={"id": message.notification_id, "kind": message.kind},
        notification=messaging.Notification(title=message.title, body=message.body),
        android=_android(message) if message.platform == "android" else None,
        apns=_apns(message, now) if message.platform == "ios" else None,
        webpush=_webpush(message) if message.platform == "web" else None,
    )
    # Set afterwards: the constructor warns that `token` will give way to installation ids, which
    # the clients do not register. On the wire the field is as good as ever.
    fcm.token = message.token
    return b'{"message":' + str(fcm).encode() + b"}"


def _android(message: PushMessage) -> messaging.AndroidConfig:
    # No `collapse_key`: FCM keeps four of them for a phone that is switched off and drops the
    # rest in no order. `tag` replaces on the screen and loses nothing on the way.
    return messaging.AndroidConfig(
        priority="high" if message.urgent else "normal",
        ttl=message.ttl_s,
        # The app's channel of alarms has a sound of its own; all else is in its default one.
        notification=messaging.AndroidNotification(
            tag=message.screen_id, channel_id="alarm" if message.is_alarm else None
        ),
    )


def _apns(message: PushMessage, now: float) -> messaging.APNSConfig:
    return messaging.APNSConfig(
        headers={
            "apns-collapse-id": message.screen_id,
            "apns-priority": "10" if message.urgent else "5",
            "apns-expiration": str(int(now) + message.ttl_s),
        },
        payload=messaging.APNSPayload(messaging.Aps(sound=_sound(message))),
    )


def _sound(message: PushMessage) -> str | None:
    """A file of the app; where it has none, iOS plays its default."""
    if message.is_alarm:
        return "alarm.caf"
    return "default" if message.urgent else None


def _webpush(message: PushMessage) -> messaging.WebpushConfig:
    return messaging.WebpushConfig(
        headers={
            "TTL": str(message.ttl_s),
            "Urgency": "high" if message.urgent else "normal",
            # RFC 8030 §5.4 allows 32 characters of base64url: a UUID without its hyphens.
            "Topic": message.screen_id.replace("-", ""),
        },
        notification=messaging.WebpushNotification(tag=message.screen_id),
    )
