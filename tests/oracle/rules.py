"""A day's rules as DOMAIN and DESIGN say them, written a second time: pure, of nothing of ours.

Not fast and not clever: whoever doubts a state of the product must be able to follow it here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tests.oracle.facts import ZONE, School, Shift, instant

BEFORE_FIRST = timedelta(hours=2)
AFTER_LAST = timedelta(hours=4)
ECHO = timedelta(seconds=5)
AGAIN = timedelta(seconds=120)
SKEW = timedelta(seconds=120)
NOON = time(12)


@dataclass(kw_only=True)
class Known:
    """A genuine scan that the server has: `is_recorded` unless it repeats another one."""

    event: str
    direction: str
    at: datetime
    received: datetime
    is_recorded: bool = True


@dataclass(frozen=True, kw_only=True)
class Row:
    """A shift's state; the instants are those of the scans, None: not known."""

    state: str
    late_minutes: int = 0
    arrived_at: datetime | None = None
    left_at: datetime | None = None


def held_shifts(
    school: School, shift_keys: Sequence[str], day: date, *, is_closed: bool
) -> list[Shift]:
    """The shifts of a class (or of a member of staff) that are held on that day, by their start."""
    if is_closed or day in school.holidays:
        return []
    held = [
        each
        for each in school.shifts
        if each.key in shift_keys and day.isoweekday() in each.weekdays
    ]
    return sorted(held, key=lambda each: each.starts)


def shift_of(at: datetime, held: Sequence[Shift]) -> Shift | None:
    """The shift that a scan belongs to; two of a day part in the middle of the break."""
    day = at.astimezone(ZONE).date()
    since = None
    for number, shift in enumerate(held):
        starts, ends = instant(day, shift.starts), instant(day, shift.ends)
        since = since or starts - BEFORE_FIRST
        until = ends + AFTER_LAST
        if number + 1 < len(held):
            until = ends + (instant(day, held[number + 1].starts) - ends) / 2
        if since <= at < until:
            return shift
        since = until
    return None


def minutes_late(shift: Shift, at: datetime) -> int:
    """Counted from the bell, once the tolerance has passed."""
    local = at.astimezone(ZONE)
    if local.time() <= shift.late_after:
        return 0
    return max(1, int((local - instant(local.date(), shift.starts)).total_seconds() // 60))


def is_idle(scan: Known, shift: Shift | None) -> bool:
    """An `out` before the bell."""
    return (
        shift is not None
        and scan.direction == "out"
        and scan.at.astimezone(ZONE).time() < shift.starts
    )


def movements(scans: Iterable[Known], shift: Shift | None) -> list[list[Known]]:
    """The scans that say the same after one another, together; the first of each is what counts.

    An `out` before the bell, nobody having come, says something else than one after it.
    """
    found: list[list[Known]] = []
    has_come = False
    for scan in sorted(scans, key=lambda each: each.at):
        idle = is_idle(scan, shift) and not has_come
        before = found[-1] if found else None
        is_same = (
            before is not None
            and before[0].direction == scan.direction
            and (has_come or is_idle(before[-1], shift) == idle)
        )
        if before is not None and is_same:
            before.append(scan)
        else:
            found.append([scan])
        has_come = has_come or scan.direction == "in"
    return found


def repeats(scan: Known, others: Sequence[Known], shift: Shift | None) -> bool:
    """Whether what is known says it already: then it is a duplicate and tells nobody."""
    for run in movements([*others, scan], shift):
        if scan in run:
            return any(
                each.is_recorded and each is not scan and each.at - scan.at <= ECHO for each in run
            )
    return False


def has_just_been(scan: Known, suspects: Sequence[Known]) -> bool:
    """A suspected card held up again: it alarms nobody a second time within two minutes."""
    before = [each for each in suspects if each.at <= scan.at]
    last = max(before, key=lambda each: each.at, default=None)
    is_same = last is not None and last.direction == scan.direction
    return is_same and last is not None and scan.at - last.at <= AGAIN


def risen(scans: Sequence[Known], shift: Shift | None) -> list[Known]:
    """Duplicates that have come to say something, since nothing recorded says it any more."""
    return [
        run[0]
        for run in movements(scans, shift)
        if not any(each.is_recorded and each.at - run[0].at <= ECHO for each in run)
    ]


def row_of(shift: Shift, scans: Iterable[Known]) -> Row | None:
    """What the scans alone say of the shift; None: nothing."""
    heads = [run[0] for run in movements(scans, shift)]
    if heads and is_idle(heads[0], shift):
        heads = heads[1:]
    if not heads:
        return None
    arrived = next((each.at for each in heads if each.direction == "in"), None)
    late = minutes_late(shift, heads[0].at) if heads[0].direction == "in" else 0
    left = heads[-1].at if heads[-1].direction == "out" else None
    state = "late" if late else "present"
    if left is not None and left.astimezone(ZONE).time() < shift.ends:
        state = "left_early"
    return Row(state=state, late_minutes=late, arrived_at=arrived, left_at=left)


def covers(part: str, shift: Shift) -> bool:
    """Whether leave for a part of the day covers a shift's absence."""
    if part == "day":
        return True
    return part == ("morning" if shift.starts < NOON else "afternoon")


@dataclass(frozen=True, kw_only=True)
class Placed:
    at: datetime
    is_suspect: bool


@dataclass(kw_only=True)
class PhoneClock:
    """What a phone last told of its clocks: a start (`boot`) and how far its wall clock was off."""

    boot: int | None = None
    offset: timedelta = timedelta(0)

    def place(
        self,
        *,
        made_at: datetime,
        wall_at: datetime,
        boot: int,
        sent_boot: int,
        sent_wall: datetime,
        received: datetime,
    ) -> Placed:
        """By the monotonic clock within one start, which is the true time; else by wall clock."""
        if boot == sent_boot:
            return Placed(at=made_at, is_suspect=abs(made_at - wall_at) > SKEW)
        offset = self.offset if boot == self.boot else received - sent_wall
        at = wall_at + offset
        is_suspect = abs(offset) > SKEW or at - received > SKEW
        return Placed(at=min(at, received), is_suspect=is_suspect)

    def hear(self, *, boot: int, wall: datetime, received: datetime) -> None:
        self.boot, self.offset = boot, received - wall
