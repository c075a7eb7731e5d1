"""Counts of deliveries, and dead letters. No account, no family, no pupil."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app.errors import Unprocessable

Road = Literal["inbox", "fcm", "web", "sms"]
Source = Literal["news", "delivery"]


class BadDays(Unprocessable):
    """Khoảng ngày không đúng | The range of days is not valid"""


class Stage(Struct, frozen=True, kw_only=True):
    """How far the news of a kind came on one road. Each number is contained in the one before.

    `due`: what was to be sent; `sent`: taken by the provider, in the inbox: written. `delivered`,
    `read`: as the clients acknowledge. Of what is due and not sent, `waiting` still is and `failed`
    was given up. `unneeded` is not due: replaced, or seen before its text message.
    """

    kind: str
    channel: Road
    due: int
    sent: int
    delivered: int
    read: int
    waiting: int
    failed: int
    unneeded: int


class Failed(Struct, frozen=True, kw_only=True):
    """Why deliveries failed, in a short code."""

    kind: str
    channel: Road
    reason: str
    n: int


class Texts(Struct, frozen=True, kw_only=True):
    """Text messages that were paid for, and those that the day's budget refused."""

    taken: int
    refused: int


class SchoolStage(Struct, frozen=True, kw_only=True):
    """One school's pushes and texts together."""

    school_id: int
    name: str
    due: int
    sent: int
    delivered: int
    read: int
    failed: int


class Funnel(Struct, frozen=True, kw_only=True):
    """`counted_at`: when these numbers last changed; they are counted every five minutes.

    `failures`: the most frequent first. `most_failed`: of the department's schools the twenty where
    the most failed; of one school empty.
    """

    from_day: date
    to_day: date
    counted_at: datetime | None
    stages: list[Stage]
    failures: list[Failed]
    texts: Texts
    most_failed: list[SchoolStage] = []


class DeadCount(Struct, frozen=True, kw_only=True):
    """`news` never came to an inbox; a `delivery` is in the inbox, and was not sent."""

    source: Source
    kind: str
    reason: str
    n: int
    oldest_at: datetime


class DeadLetter(Struct, frozen=True, kw_only=True):
    """One that was given up. `channel` None: it is news that never came to an inbox."""

    id: UUID
    source: Source
    school_id: int
    kind: str
    channel: Road | None
    reason: str
    day: date
    dead_at: datetime


class Replayed(Struct, frozen=True, kw_only=True):
    """How many go again, and of how many that is too late: those are told in the inbox alone."""

    replayed: int
    inbox_only: int
