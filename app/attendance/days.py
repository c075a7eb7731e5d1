"""From scans to states: what a day was, derived from its events and from nothing else.

Pure functions. The same events in any order of arrival give the same rows (DESIGN 4, Time).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from app.attendance.model import DayRow, Past, PersonKind, State
from app.attendance.plan import ZONE, PlannedShift


def runs(history: Iterable[Past]) -> list[Past]:
    """The scans that matter of one shift: the earliest of each run of one direction.

    A second `in` without an `out` between says nothing new, whoever sent it first.
    """
    heads: list[Past] = []
    for past in sorted(history, key=lambda past: past.order):
        if not heads or heads[-1].direction != past.direction:
            heads.append(past)
    return heads


def predecessor(history: Iterable[Past], order: tuple[datetime, UUID]) -> Past | None:
    """The latest of the scans that is not later than `order`."""
    before = [past for past in history if past.order <= order]
    return max(before, key=lambda past: past.order, default=None)


def promoted(history: Sequence[Past]) -> list[Past]:
    """The stored duplicates that turn out to head a run: an opposite scan before them came late.

    `history` is one person's shift; suspects must have been left out.
    """
    return [past for past in runs(history) if past.is_duplicate]


def derive(
    shift: PlannedShift, history: Sequence[Past], *, person_kind: PersonKind
) -> DayRow | None:
    """The state of one person in one shift; `history` holds at least one counting scan of it.

    An `out` alone during or after the shift means that the pupil was there: present, with no
    arrival known; before the bell it says nothing of this shift, and there is no row (None). Late
    minutes count from the start of the shift, once the tolerance (`late_after`) is passed.
    """
    heads = runs(past for past in history if past.counts)
    first = heads[0]
    arrived_at = next((past.occurred_at for past in heads if past.direction == "in"), None)
    left_at = heads[-1].occurred_at if heads[-1].direction == "out" else None
    if arrived_at is None and first.occurred_at.astimezone(ZONE).time() < shift.starts_at:
        return None
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
