"""The rows that the relay and the worker read and write."""

from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from notifications.channels.base import Platform
from notifications.texts import Locale

Channel = Literal["fcm", "web", "sms"]
Settled = Literal["queued", "sent", "failed", "dead", "unneeded"]
# A text message goes to the account's number, not to a device.
NO_DEVICE: Final = UUID(int=0)


class OutboxRow(Struct, frozen=True, kw_only=True):
    """A fact that somebody is to be told of. `attempts` counts the failed ones before.

    `account_id` None: it is for the pupil's guardians; else for that account alone, and then also
    without a pupil.
    """

    school_id: int
    id: UUID
    kind: str
    day: date
    event_id: UUID
    student_id: UUID | None
    actor_account_id: UUID | None
    account_id: UUID | None
    params: Any  # an object, as every writer has it; a row that has not must fail alone
    attempts: int
    age_ms: int


class Recipient(Struct, frozen=True, kw_only=True):
    """An account that is told of the outbox row `outbox_id`."""

    outbox_id: UUID
    account_id: UUID
    locale: Locale


class Way(Struct, frozen=True, kw_only=True):
    """A live push token's owner and device; the token itself is read when it is used."""

    account_id: UUID
    device_id: UUID
    channel: Channel


class Shown(Struct, frozen=True, kw_only=True):
    """An inbox item of the account about the event; `screen_id` is what the phone shows it as."""

    account_id: UUID
    event_id: UUID
    id: UUID
    screen_id: UUID


class Item(Struct, frozen=True, kw_only=True):
    """An inbox item to write; its `seq` is given under the account's lock."""

    account_id: UUID
    day: date
    id: UUID
    event_id: UUID
    kind: str
    school_id: int
    student_id: UUID | None
    title: str
    body: str
    data: dict[str, Any]
    text_version: int
    screen_id: UUID | None
    digest_id: UUID | None = None
    """The digest that pushes it; None: it is pushed by itself, or not at all."""


class Push(Struct, frozen=True, kw_only=True):
    """A delivery to write. `due_at` None: at once; it is worth sending for `ttl_s` from then.

    `item_id` is the item that it is made for. `inbox_id` is that too, but of a digest, which is one
    delivery for many items, the digest's own.
    """

    account_id: UUID
    day: date
    id: UUID
    inbox_id: UUID
    screen_id: UUID | None
    device_id: UUID
    channel: Channel
    kind: str
    bucket: int
    due_at: datetime | None
    ttl_s: int
    item_id: UUID
    school_id: int | None
    is_urgent: bool


class Failure(Struct, frozen=True, kw_only=True):
    """An outbox row that could not be told, put back for `wait_s`, or given up with the reason."""

    school_id: int
    id: UUID
    attempts: int
    wait_s: float
    dead_reason: str | None


class Written(Struct, frozen=True, kw_only=True):
    """What a batch has left behind: `buckets` hold deliveries that are due now."""

    items_written: int  # `items` is a method of asyncpg's records
    deliveries: int
    buckets: list[int]


class Claimed(Struct, frozen=True, kw_only=True):
    """A delivery under our lease, with the token as it is now; None: the token is gone.

    `is_blocked`: a custody block was set since the news was told. `is_replaced`: something newer is
    in its place on the screen, which this must not cover.
    """

    account_id: UUID
    day: date
    id: UUID
    inbox_id: UUID
    screen_id: UUID | None
    device_id: UUID
    channel: Channel
    kind: str
    attempts: int
    school_id: int | None
    is_urgent: bool
    is_blocked: bool
    is_replaced: bool
    left_s: float
    token: str | None
    p256dh: str | None  # with `auth` the keys of a browser's subscription
    auth: str | None
    platform: Platform | None
    locale: Locale | None
    registered_at: datetime | None


class Told(Struct, frozen=True, kw_only=True):
    """The inbox item behind the delivery `delivery_id`, about a pupil of the school."""

    delivery_id: UUID
    account_id: UUID
    school_id: int
    student_id: UUID
    title: str
    body: str


class Settlement(Struct, frozen=True, kw_only=True):
    """What became of a claimed delivery.

    `claimed_attempts` guards: who lost the lease meanwhile changes nothing. `wait_s` is for
    `queued` only.
    """

    account_id: UUID
    day: date
    id: UUID
    claimed_attempts: int
    state: Settled
    attempts: int
    reason: str
    wait_s: float = 0.0
    provider_id: str | None = None


def settlement(
    delivery: Claimed,
    state: Settled,
    reason: str,
    *,
    wait_s: float = 0.0,
    attempts: int = 0,
    provider_id: str | None = None,
) -> Settlement:
    """What is written of `delivery`; `attempts` is added to its own: -1 gives one back."""
    return Settlement(
        account_id=delivery.account_id,
        day=delivery.day,
        id=delivery.id,
        claimed_attempts=delivery.attempts,
        state=state,
        attempts=delivery.attempts + attempts,
        reason=reason,
        wait_s=wait_s,
        provider_id=provider_id,
    )
