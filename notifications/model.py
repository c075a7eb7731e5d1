"""The rows that the relay and the worker read and write."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from notifications.channels.base import Platform
from notifications.texts import Locale

Channel = Literal["fcm", "web"]
Settled = Literal["queued", "sent", "failed", "dead"]


class OutboxRow(Struct, frozen=True, kw_only=True):
    """A fact that somebody is to be told of. `attempts` counts the failed ones before.

    `account_id` None: it is for the pupil's guardians; else for that account alone.
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


class Push(Struct, frozen=True, kw_only=True):
    """A delivery to write. `due_at` None: at once; it is worth sending for `ttl_s` from then."""

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

    `is_blocked`: a custody block was set since the news was told.
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
    is_blocked: bool
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
