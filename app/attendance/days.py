"""From scans to states: what a day was, derived from its events and from nothing else.

Pure functions. The same events in any order of arrival give the same rows (DESIGN 4, Time).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from app.attendance.model import DayRow, Direction, Past, PersonKind, State
from app.attendance.plan import ZONE, PlannedShift


def runs(history: Iterable[Past], shift: PlannedShift | None) -> list[Past]:
    """The scans that matter of one shift: the earliest of each run of one movement.

    A second `in` without an `out` between says nothing new, whoever sent it first. An `out` before
    the bell, with no `in` before it, is another movement than an `out` after it: who went home
    late from the morning may still leave in the afternoon.
    """
    heads: list[Past] = []
    has_come = is_idle_run = False
    for past in sorted(history, key=lambda past: past.order):
        is_idle = not has_come and is_before_bell(past, shift)
        if not heads or heads[-1].direction != past.direction or is_idle_run != is_idle:
            heads.append(past)
        is_idle_run = is_idle
        has_come = has_come or past.direction == "in"
    return heads


def is_before_bell(past: Past, shift: PlannedShift | None) -> bool:
    """Whether it is an `out` before the shift has begun."""
    if shift is None or past.direction != "out":
        return False
    return past.occurred_at.astimezone(ZONE).time() < shift.starts_at


def predecessor(history: Iterable[Past], order: tuple[datetime, UUID]) -> Past | None:
    """The latest of the scans that is not later than `order`."""
    before = [past for past in history if past.order <= order]
    return max(before, key=lambda past: past.order, default=None)


def is_repeat(
    direction: Direction,
    occurred_at: datetime,
    *,
    before: Past,
    history: Iterable[Past],
    shift: PlannedShift | None,
) -> bool:
    """Whether a scan of `direction` right after `before` says the same again, as `runs` has it.

    `history` holds the counting scans of the shift, `before` among them.
    """
    if before.direction != direction:
        return False
    if shift is None or occurred_at.astimezone(ZONE).time() < shift.starts_at:
        return True
    if not is_before_bell(before, shift):
        return True
    return any(past.direction == "in" and past.order < before.order for past in history)


def lateness(
    direction: Direction,
    order: tuple[datetime, UUID],
    *,
    history: Iterable[Past],
    shift: PlannedShift | None,
) -> int:
    """The late minutes of a scan as an arrival; 0 for coming back in, which is not arriving.

    `history` holds the scans of the shift, with or without the scan itself.
    """
    if shift is None or direction != "in":
        return 0
    minutes = late_minutes(shift, order[0])
    if not minutes:
        return 0
    before = (past for past in history if past.counts and past.order < order)
    return minutes if all(is_before_bell(past, shift) for past in before) else 0


def promoted(history: Sequence[Past], shift: PlannedShift | None) -> list[Past]:
    """The stored duplicates that turn out to head a run: an opposite scan before them came late.

    `history` is one person's shift; suspects must have been left out.
    """
    return [past for past in runs(history, shift) if past.is_duplicate]


def derive(
    shift: PlannedShift, history: Sequence[Past], *, person_kind: PersonKind
) -> DayRow | None:
    """The state of one person in one shift; None: its scans say nothing of this shift.

    An `out` alone during or after the shift means that the pupil was there: present, with no
    arrival known; before the bell it says nothing. Late minutes count from the start of the shift,
    once the tolerance (`late_after`) is passed.
    """
    heads = runs((past for past in history if past.counts), shift)
    if heads and is_before_bell(heads[0], shift):
        heads = heads[1:]
    if not heads:
        return None
    first, last = heads[0], heads[-1]
    arrived_at = next((past.occurred_at for past in heads if past.direction == "in"), None)
    left_at = last.occurred_at if last.direction == "out" else None
    minutes = late_minutes(shift, arrived_at) if first.direction == "in" else 0
    state: State = "late" if minutes else "present"
    if left_at is not None and left_at.astimezone(ZONE).time() < shift.ends_at:
        state = "left_early"
    return DayRow(
        school_id=first.school_id,
        day=first.day,
        person_id=first.person_id,
        shift_id=shift.id,
        person_kind=person_kind,
        state=state,
        late_minutes=minutes,
        arrived_at=arrived_at,
        left_at=left_at,
    )


def late_minutes(shift: PlannedShift, arrived_at: datetime | None) -> int:
    """Whole minutes after the start of the shift, at least 1; 0 when in time."""
    if arrived_at is None:
        return 0
    local = arrived_at.astimezone(ZONE)
    if local.time() <= shift.late_after:
        return 0
    start = local.replace(
        hour=shift.starts_at.hour, minute=shift.starts_at.minute, second=0, microsecond=0
    )
    return max(1, int((local - start).total_seconds() // 60))
