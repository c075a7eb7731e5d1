"""What every channel speaks: a message, and an answer classed by what the caller now owes."""

import random
from collections.abc import Sequence
from typing import Final, Literal, Protocol

from msgspec import Struct

Platform = Literal["android", "ios", "web"]

Outcome = Literal["sent", "retry", "drop_message", "drop_token", "stop_line"]
"""What the caller now owes.

sent          nothing: the provider has taken the message.
retry         send it again after `retry_after_s`; count an attempt.
drop_message  give this message up with the reason; the token stays.
drop_token    give the message up and disable the token, unless it was registered again since
              `send` was called.
stop_line     nothing is wrong with the message: put it back *without* counting an attempt, come
              again after `retry_after_s`. A person must mend credentials or set-up meanwhile.
"""

SmsOutcome = Literal["sent", "retry", "drop_message", "stop_line"]

BACKOFF_CAP_S: Final = 900.0

_dice = random.SystemRandom()


class ForBrowser(Struct, frozen=True, kw_only=True):
    """What Web Push alone is given, since it is encrypted to the browser (RFC 8291).

    `p256dh` and `auth` are the subscription's keys. `named` is the inbox's own title and body, with
    name and time: only where the guardian has consented and has not switched the details off.
    """

    p256dh: str
    auth: str
    student_id: str | None = None
    named: tuple[str, str] | None = None

    def __repr__(self) -> str:
        return "ForBrowser(hidden)"


class PushMessage(Struct, frozen=True, kw_only=True):
    """One hint for one device. It names a kind of news, never a child, a score or a place.

    What does is in `browser`, and goes into Web Push's ciphertext alone.
    """

    delivery_id: str
    token: str
    platform: Platform
    kind: str
    notification_id: str
    """The inbox item's id; the client fetches the item by it and keeps it in its seen-set."""
    title: str
    body: str
    urgent: bool
    ttl_s: int
    is_alarm: bool = False
    """It must not look and sound like good news: an absence is no arrival."""
    attempt: int = 1
    """Which try this is, from 1; only the back-off reads it."""
    replaces_id: str | None = None
    """The notification on the screen which this one takes the place of; None: its own."""
    browser: ForBrowser | None = None

    def __repr__(self) -> str:
        # A device token is personal data and reprs end up in logs.
        return f"PushMessage({self.delivery_id}, {self.kind}, {self.platform})"

    @property
    def screen_id(self) -> str:
        """Two messages with one screen id are one notification on the phone."""
        return self.replaces_id or self.notification_id


class PushResult(Struct, frozen=True, kw_only=True):
    """What became of one message. `reason` is a short code, free of personal data."""

    delivery_id: str
    outcome: Outcome
    reason: str
    retry_after_s: float | None = None
    """Set for `retry` and `stop_line`."""
    pause_project_s: float | None = None
    """Set when the sender takes nothing at all for so long: hold the whole queue."""
    alarm: bool = False
    """A person should look. Raised once when a line closes, not for every message behind it."""
    provider_id: str | None = None


class SmsResult(Struct, frozen=True, kw_only=True):
    """What became of one text message."""

    outcome: SmsOutcome
    reason: str
    retry_after_s: float | None = None
    alarm: bool = False
    provider_id: str | None = None


class PushSender(Protocol):
    """A way to a device."""

    @property
    def name(self) -> str:
        """The channel, as deliveries are marked with it."""
        ...

    async def send(self, messages: Sequence[PushMessage]) -> list[PushResult]:
        """Send all; one result a message, in their order. Never raises for a message."""
        ...

    async def close(self) -> None: ...


class SmsSender(Protocol):
    """A way to a phone number."""

    @property
    def name(self) -> str: ...

    async def send(self, phone_e164: str, text: str, *, idempotency_key: str) -> SmsResult:
        """Send one text. Never raises for a message.

        The same key within a day is the same message: a repeat after a lost answer costs nothing.
        """
        ...

    async def close(self) -> None: ...


def backoff_s(first_s: float, attempt: int) -> float:
    """`first_s`, doubled with each attempt after the first, up to 15 minutes.

    Up to half is added by lot: 500 messages that failed together must not come back together.
    """
    doubled = first_s * 2.0 ** min(max(attempt, 1) - 1, 16)
    return min(doubled, BACKOFF_CAP_S) * _dice.uniform(1.0, 1.5)
