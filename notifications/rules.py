"""The rules of telling: over which channels, when, and what only some are told.

Who is told at all is looked up when it is told (`queries.recipients`): every live guardian of the
pupil with the rights to see and to be told, whom no custody block holds off, but not the person
who caused the fact. Or, of what is for one account, that account, if it may know of the pupil.
"""

import zlib
from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from app.kinds import Channel as Road
from app.kinds import NewsKind
from notifications.model import Channel
from notifications.texts import SCHOOL_ZONE

BUCKETS: Final = 8
QUIET_FROM: Final = time(21, 30)
QUIET_UNTIL: Final = time(6, 0)

# They take back what was told before: whoever was not told would only be frightened.
TAKES_BACK: Final = frozenset({"scan_undone"})

_ROADS: Final[Mapping[Channel, Road]] = {"fcm": "fcm", "web": "web_push"}


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


def push_due_at(kind: NewsKind, now: datetime) -> datetime | None:
    """When the quiet hours that hold this push end; None: it may go at once."""
    if kind.is_safety:
        return None
    local = now.astimezone(SCHOOL_ZONE)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return None
    morning = local.replace(hour=QUIET_UNTIL.hour, minute=0, second=0, microsecond=0)
    return morning if local.time() < QUIET_UNTIL else morning + timedelta(days=1)
