"""What a family is told of a scan: one row for the outbox each, never in the scan's way."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from app.attendance import days
from app.attendance.model import SUSPECT, Past
from app.attendance.plan import Plan, PlannedShift
from app.ids import new_id


class Told(Struct, frozen=True, kw_only=True):
    """A row for the outbox."""

    school_id: int
    id: UUID
    kind: str
    day: date
    event_id: UUID
    student_id: UUID
    actor_account_id: UUID
    params: dict[str, object]


def told_of(
    past: Past, *, name: str, plan: Plan, history: Sequence[Past], shift: PlannedShift | None
) -> Told:
    """The message about a recorded scan of the pupil `name`; `history` holds it and its shift."""
    station = plan.stations.get(past.station_id) if past.station_id else None
    params: dict[str, object] = {
        "student": name,
        "school": plan.name,
        "gate": station.name if station else None,
        "at": past.occurred_at.isoformat(),
    }
    minutes = days.lateness(past.direction, past.order, history=history, shift=shift)
    if past.outcome in SUSPECT:
        kind = "scan_unconfirmed"
    elif past.direction == "out":
        kind = "departure"
    else:
        kind = "arrival_late" if minutes else "arrival"
    if minutes and kind == "arrival_late":
        params["minutes"] = minutes
    repeat = _repeat_of(past, history, shift)
    # The same movement was told with a later time: that message is replaced.
    if repeat is not None:
        params["replaces"] = str(repeat.id)
    return Told(
        school_id=past.school_id,
        id=new_id(),
        kind=kind,
        day=past.day,
        event_id=past.id,
        student_id=past.person_id,
        actor_account_id=past.scanned_by,
        params=params,
    )


def _repeat_of(past: Past, history: Sequence[Past], shift: PlannedShift | None) -> Past | None:
    """The recorded scan that says the same as `past`, only later."""
    if not past.counts:
        return None
    counting = [other for other in history if other.counts]
    after = days.successor(counting, past.order)
    if after is None or after.direction != past.direction:
        return None
    is_same = days.is_one_movement(
        past.order, after.order, past.direction, history=counting, shift=shift
    )
    return after if is_same else None
