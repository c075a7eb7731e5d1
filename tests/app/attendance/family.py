"""What a family believes who has read every message, the newest last; DESIGN sections 4 and 5.

It knows nothing of app.attendance: only what a message says, and what a day is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.app.attendance.oracle import Day

# A scan this little before the one that was told moves the day's time, and tells nobody.
_ECHO = timedelta(seconds=5)


@dataclass(frozen=True, kw_only=True)
class Message:
    """A row of the outbox. `about` is the scan: a correction after an undo has an id of its own."""

    event_id: str
    about: str
    kind: str
    params: dict[str, Any]

    @property
    def takes_back(self) -> bool:
        is_own = self.kind == "correction" and self.event_id == self.about
        return self.kind in ("scan_undone", "correction") and not is_own

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.params["at"])

    @property
    def order(self) -> tuple[datetime, str]:
        return (self.at, self.about)

    @property
    def says_in(self) -> bool:
        return self.kind.startswith("arrival") or self.params.get("direction") == "in"

    @property
    def says_there(self) -> bool:
        """Whether it says that the child had come, though not when."""
        return self.kind == "correction" and self.params["status"] != "not_scanned"


def message_of(event_id: str, kind: str, params: dict[str, Any], scans: set[str]) -> Message:
    """`scans` are all that were sent."""
    about = event_id if event_id in scans else str(params["replaces"])
    return Message(event_id=event_id, about=about, kind=kind, params=params)


def standing(messages: Iterable[Message]) -> list[Message]:
    """The messages that were not taken back; the last of them is the last word."""
    left: list[Message] = []
    for message in messages:
        if message.takes_back:
            left = [other for other in left if other.about != message.about]
        if message.kind != "scan_undone":
            left.append(message)
    return left


def is_believed(messages: list[Message], day: Day | None) -> bool:
    """Whether the last of these messages says what the day is."""
    if not messages:
        return day is None
    word = messages[-1]
    if day is None:
        # Who leaves before the bell is told of, and it makes no state.
        return word.kind == "departure" or word.params.get("status") == "not_scanned"
    minutes: int = word.params.get("minutes", 0)
    if word.kind == "correction":
        return bool((word.params["status"], minutes) == (day.state, day.late_minutes))
    if word.kind == "departure":
        return _is_echo(day.left_at, word.at)
    if (minutes > 0) != (word.kind == "arrival_late") or day.left_at is not None:
        return False
    before = [other for other in messages if other.order < word.order]
    if any(other.says_in for other in before):
        return minutes == 0
    if minutes == day.late_minutes and _is_echo(day.arrived_at, word.at):
        return True
    return minutes == 0 and any(other.says_there for other in before)


def _is_echo(earlier: datetime | None, at: datetime) -> bool:
    return earlier is not None and timedelta(0) <= at - earlier <= _ECHO
