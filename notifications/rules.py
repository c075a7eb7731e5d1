"""The rules of telling: over which channels, when and together with what, and what only some.

Who is told at all is looked up when it is told (`queries.recipients`): every live guardian of the
pupil with the rights to see and to be told, whom no custody block holds off, but not the person
who caused the fact. Or, of what is for one account, that account, if it may know of the pupil.
"""

import zlib
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from app.identity.alerts import AlertChoice
from app.kinds import Channel as Road
from app.kinds import NewsKind
from notifications.model import Channel

BUCKETS: Final = 8
# So long a family has to see on any phone what a text message would tell them otherwise, and so
# long that message is worth sending.
SMS_AFTER_S: Final = 300
SMS_TTL_S: Final = 3600

# They take back what was told before: whoever was not told would only be frightened.
TAKES_BACK: Final = frozenset({"scan_undone", "announcement_withdrawn"})

_ROADS: Final[Mapping[Channel, Road]] = {"fcm": "fcm", "web": "web_push", "sms": "sms"}


def bucket_of(account_id: UUID) -> int:
    """The account's bucket, the same in every process and for ever."""
    return zlib.crc32(account_id.bytes) % BUCKETS


def is_pushed(
    kind: NewsKind, name: str, channel: Channel, *, switched_off: Collection[str]
) -> bool:
    """Whether this kind goes out over the channel; `switched_off` are the account's own choices."""
    if _ROADS[channel] not in kind.channels:
        return False
    return kind.is_safety or name not in switched_off


def is_urgent(kind: NewsKind, params: Mapping[str, object]) -> bool:
    """Whether this piece is about this minute: by its kind, or marked so where the kind allows."""
    return kind.urgent or (kind.may_be_urgent and params.get("urgent") is True)


def push_due_at(
    kind: NewsKind, now: datetime, *, choice: AlertChoice, urgent: bool
) -> datetime | None:
    """When the quiet hours that hold this push end; None: it may go at once."""
    if kind.is_safety or (urgent and choice.urgent_breaks_quiet):
        return None
    return choice.quiet_ends(now)


def digest_at(
    kind: NewsKind, now: datetime, *, choice: AlertChoice, urgent: bool
) -> datetime | None:
    """The hour whose digest pushes this piece; None: it is pushed by itself."""
    return None if kind.is_safety or urgent else choice.next_digest(now)
