"""What a day should be, told from DESIGN section 4 and DOMAIN.md alone.

It knows nothing of app.attendance.days: all genuine scans of a shift are read once, from the
earliest to the latest, as a person at the gate would who had seen them all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Shift:
    """`opens` and `closes` bound the times of day whose scans belong to the shift."""

    opens: time
    starts: time
    late_after: time
    ends: time
    closes: time


@dataclass(frozen=True, kw_only=True, order=True)
class Seen:
    """A genuine scan in local time; of two at one instant the lower id is the earlier."""

    at: datetime
    event_id: UUID
    direction: Literal["in", "out"]


@dataclass(frozen=True, kw_only=True)
class Day:
    state: Literal["present", "late", "left_early"]
    late_minutes: int
    arrived_at: datetime | None
    left_at: datetime | None


def day_of(shift: Shift, scans: Iterable[Seen]) -> Day | None:
    """None: nobody knows whether the pupil was there."""
    is_here: bool | None = None
    arrived_at = left_at = None
    minutes = 0
    for scan in sorted(s for s in scans if shift.opens <= s.at.time() < shift.closes):
        if scan.direction == "out" and scan.at.time() < shift.starts and arrived_at is None:
            continue  # on the way home from something else
        if scan.direction == "in":
            if is_here is None and scan.at.time() > shift.late_after:
                minutes = _minutes(scan.at) - _minutes(shift.starts)
            arrived_at = arrived_at or scan.at
            is_here, left_at = True, None
        elif is_here is not False:
            is_here, left_at = False, scan.at
    if is_here is None:
        return None
    has_left_early = left_at is not None and left_at.time() < shift.ends
    return Day(
        state="left_early" if has_left_early else "late" if minutes else "present",
        late_minutes=minutes,
        arrived_at=arrived_at,
        left_at=left_at,
    )


def movements_of(shift: Shift, scans: Iterable[Seen]) -> list[list[Seen]]:
    """What happened, each with the scans that say so: the family is told of each once or more."""
    found: list[list[Seen]] = []
    said: list[str] = []
    for scan in sorted(s for s in scans if shift.opens <= s.at.time() < shift.closes):
        what: str = scan.direction
        if what == "out" and scan.at.time() < shift.starts and "in" not in said:
            what = "something else"
        if not said or said[-1] != what:
            found.append([])
            said.append(what)
        found[-1].append(scan)
    return found


def _minutes(at: datetime | time) -> int:
    return at.hour * 60 + at.minute
