"""What a family is told of a scan: rows for the outbox, never in the scan's way.

The newest message is what a family believes. So news from before the newest, out of a phone that
was offline, is told as what it is: a correction, with the state as it stands now.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from uuid import UUID

from msgspec import Struct

from app.attendance import days
from app.attendance.model import SUSPECT, Correction, DayRow, Past, absence_event_id
from app.attendance.plan import ZONE, Plan, PlannedShift
from app.ids import new_id

EXIT_GRACE = timedelta(minutes=15)
# So long a scan may be under way from its receipt to its commit.
_UNDER_WAY = timedelta(minutes=1)


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


class Pupil(Struct, frozen=True, kw_only=True):
    """A pupil's shift as it stands: `history` holds what was just recorded too, `row` its state.

    `word`: what a person has set of it. `exit_at`: of an approved early exit, the school's time.
    """

    name: str
    plan: Plan
    shift: PlannedShift | None
    history: Sequence[Past]
    row: DayRow | None
    word: Correction | None = None
    exit_at: time | None = None


def news_of(past: Past, risen: Sequence[Past], pupil: Pupil) -> list[Told]:
    """The messages about a scan just recorded, and about the duplicates that rose with it.

    They are told as movements if one of them is the newest of the shift. Otherwise there is one
    correction: a phone must not say "has left" of a child who has come back since.
    """
    if past.outcome in SUSPECT:
        return [_told(past, "scan_unconfirmed", _params(past, pupil))]
    order = past.order
    is_latest = all(other.order <= order for other in pupil.history)
    if is_latest and not risen:
        # As nearly always: there is nothing that it could contradict or repeat.
        return [_movement(past, pupil, replaces=absence_before(past, pupil))]
    fresh = {past.id, *(other.id for other in risen)}
    if pupil.row is not None and not (is_latest or _is_newest(fresh, pupil)):
        wrong = _made_wrong(past, fresh, pupil)
        replaces = wrong.id if wrong else absence_before(past, pupil, fresh)
        return [correction_of(past, pupil, replaces=replaces)]
    return _movements((past, *risen), fresh, pupil)


def absence_before(past: Past, pupil: Pupil, fresh: Collection[UUID] = ()) -> UUID | None:
    """The event of the absence that a scan ends, if it was told; None: it cannot have been.

    Nobody was told of one before the cut-off, nor after another scan of the shift but `fresh` ones.
    That is known without a look-up, and of what nobody was told the relay replaces nothing.
    """
    if pupil.shift is None:
        return None
    word = pupil.word if pupil.word is not None and pupil.word.is_absence else None
    if word is None and past.received_at < _alerts_begin(past.day, pupil.shift.cut_off):
        return None
    since = word.created_at if word else None
    for other in pupil.history:
        is_known = other.counts and other.id not in (fresh or {past.id})
        if is_known and (since is None or other.received_at > since):
            return None
    if word is not None and word.told_as is not None:
        return word.told_as
    return absence_event_id(past.school_id, past.day, past.person_id, pupil.shift.id)


def absence_params(plan: Plan, day: date, shift: PlannedShift) -> dict[str, object]:
    """What an absence is told with, beside the name; `at`: until then nothing was recorded."""
    return {
        "school": plan.name,
        "shift": shift.name,
        "day": day.isoformat(),
        "at": datetime.combine(day, shift.cut_off, ZONE).isoformat(),
    }


@lru_cache(maxsize=1024)
def _alerts_begin(day: date, cut_off: time) -> datetime:
    """Who was received before this is written before any run tells of an absence."""
    # In UTC, as receipts are: comparing instants of two zones asks both for their offsets.
    return datetime.combine(day, cut_off, ZONE).astimezone(UTC) - _UNDER_WAY


def correction_of(past: Past, pupil: Pupil, *, replaces: UUID | None) -> Told:
    """The shift's state as it stands now, since `past` turned up."""
    if pupil.row is None:
        raise ValueError("there is no state to be told")
    params = _params(past, pupil) | _state_of(pupil.row)
    params |= {"day": past.day.isoformat(), "direction": past.direction}
    if replaces is not None:
        params["replaces"] = str(replaces)
    return _told(past, "correction", params)


def news_after_undo(
    undone: Past, risen: Sequence[Past], pupil: Pupil, *, is_last: bool
) -> list[Told]:
    """What takes the place of the message about a scan that counts no more, and what it uncovers.

    `risen` are the duplicates that count instead. `is_last`: nothing was heard of the day with the
    scan or after it. Then what was told before it holds again, unless its message replaced that.
    """
    params = _params(undone, pupil) | {"replaces": str(undone.id)}
    mistake = _told(undone, "scan_undone", params)
    fresh = {past.id for past in risen}
    newest = _newest(pupil)
    if newest is not None and newest.id in fresh:
        return [mistake, *_movements(risen, fresh, pupil)]
    # Also of what is recorded after it, and says nothing new without it.
    is_over = all(past.order < undone.order for past in pupil.history if past.counts)
    if pupil.shift is None or (is_last and is_over and not _is_said(undone, fresh, pupil)):
        return [mistake]
    status = _state_of(pupil.row) if pupil.row else {"status": "not_scanned"}
    # An event of its own: the scan itself may have been told as a correction, and nobody is told
    # two of one event.
    params |= {"day": undone.day.isoformat(), **status}
    return [_told(undone, "correction", params, event_id=new_id())]


def _is_said(undone: Past, fresh: set[UUID], pupil: Pupil) -> bool:
    """Whether a scan that had been told before says the same as the undone one."""
    told = [past for past in pupil.history if past.counts and past.id not in fresh]
    around = (days.predecessor(told, undone.order), days.successor(told, undone.order))
    return any(past is not None and past.direction == undone.direction for past in around)


def _newest(pupil: Pupil) -> Past | None:
    """The recorded scan that says the shift's last movement."""
    found = days.runs((past for past in pupil.history if past.counts), pupil.shift)
    return found[-1][0] if found else None


def _is_newest(fresh: set[UUID], pupil: Pupil) -> bool:
    newest = _newest(pupil)
    return newest is None or newest.id in fresh


def _movements(pasts: Sequence[Past], fresh: set[UUID], pupil: Pupil) -> list[Told]:
    """The earliest first."""
    told = []
    for number, past in enumerate(sorted(pasts, key=lambda past: past.order)):
        repeat = _repeat_of(past, fresh, pupil)
        alert = None if number or repeat else absence_before(past, pupil, fresh)
        told.append(_movement(past, pupil, replaces=repeat.id if repeat else alert))
    return told


def _movement(past: Past, pupil: Pupil, *, replaces: UUID | None) -> Told:
    params = _params(past, pupil)
    minutes = days.lateness(past.direction, past.order, history=pupil.history, shift=pupil.shift)
    kind = "departure" if past.direction == "out" else "arrival_late" if minutes else "arrival"
    if minutes:
        params["minutes"] = minutes
    if kind == "departure" and _is_by_slip(past, pupil):
        params["with_leave"] = True
    # The same movement was told with a later time, or that the pupil is not there.
    if replaces is not None:
        params["replaces"] = str(replaces)
    return _told(past, kind, params)


def _is_by_slip(past: Past, pupil: Pupil) -> bool:
    """Whether who leaves before the end may; a slip is good from a little before its time on."""
    if pupil.exit_at is None or pupil.shift is None:
        return False
    at = past.occurred_at.astimezone(ZONE)
    since = datetime.combine(past.day, pupil.exit_at, ZONE) - EXIT_GRACE
    return since <= at and at.time() < pupil.shift.ends_at


def _repeat_of(past: Past, fresh: set[UUID], pupil: Pupil) -> Past | None:
    """The recorded scan that says the same as `past`, only later."""
    counting = [other for other in pupil.history if other.counts]
    after = days.successor(counting, past.order)
    if after is None or after.direction != past.direction or after.id in fresh:
        return None
    is_same = days.is_one_movement(
        past.order, after.order, past.direction, history=counting, shift=pupil.shift
    )
    return after if is_same else None


def _made_wrong(past: Past, fresh: set[UUID], pupil: Pupil) -> Past | None:
    """The recorded scan of which something else was told before `past` was known."""
    repeat = _repeat_of(past, fresh, pupil)
    if repeat is not None:
        return repeat
    told = [other for other in pupil.history if other.counts and other.id not in fresh]
    arrivals = [other for other in told if other.direction == "in"]
    first = min(arrivals, key=lambda other: other.order, default=None)
    if first is None:
        return None
    was, now = (
        days.lateness("in", first.order, history=history, shift=pupil.shift)
        for history in (told, pupil.history)
    )
    return first if was != now else None


def _state_of(row: DayRow) -> dict[str, object]:
    minutes = {"minutes": row.late_minutes} if row.late_minutes else {}
    return {"status": row.state, **minutes}


def _params(past: Past, pupil: Pupil) -> dict[str, object]:
    station = pupil.plan.stations.get(past.station_id) if past.station_id else None
    return {
        "student": pupil.name,
        "school": pupil.plan.name,
        "gate": station.name if station else None,
        "at": past.occurred_at.isoformat(),
    }


def _told(
    past: Past, kind: str, params: dict[str, object], *, event_id: UUID | None = None
) -> Told:
    return Told(
        school_id=past.school_id,
        id=new_id(),
        kind=kind,
        day=past.day,
        event_id=event_id or past.id,
        student_id=past.person_id,
        actor_account_id=past.scanned_by,
        params=params,
    )
