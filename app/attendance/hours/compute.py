"""From movements to hours: what a day and a month of a member of staff came to.

Pure, and the same for the principal's sheet and the person (docs/decisions/0041).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from app.attendance.hours.model import (
    Day,
    Movement,
    ShiftHours,
    ShiftOutcome,
    Spell,
    StaffDay,
    Totals,
)
from app.attendance.leave.model import NOON, Part
from app.attendance.plan import ZONE, PlannedShift

_EARLY: Final = timedelta(hours=2)
_LINGER: Final = timedelta(hours=4)

# A movement, and the shift that it is of.
_Placed = tuple[Movement, PlannedShift | None]


def staff_day(facts: Day, *, today: date, campuses: Mapping[UUID, str]) -> StaffDay:
    """The day's spells, and how each held shift was attended."""
    is_over = facts.day < today
    placed = _movements(facts)
    spells = _spells(placed, facts.day, is_over=is_over, campuses=campuses)
    lonely_outs = {shift.id for movement, shift in _outs_alone(placed) if shift is not None}
    shifts = [
        _shift_hours(shift, facts, spells, came_out=shift.id in lonely_outs, is_over=is_over)
        for shift in facts.held
    ]
    return StaffDay(
        day=facts.day,
        shifts=shifts,
        spells=spells,
        minutes=sum(spell.minutes for spell in spells),
        late_minutes=sum(shift.late_minutes for shift in shifts),
        forgotten=sum(spell.is_forgotten for spell in spells),
        without_in=sum(spell.in_at is None for spell in spells),
        waiting=sum(movement.waits for movement in facts.movements),
        leave=_leave(facts, shifts, has_come=bool(spells)),
        covers=sorted(facts.covers),
    )


def totals(days: Iterable[StaffDay]) -> Totals:
    """The sums of a month."""
    days = list(days)
    states = [shift.state for day in days for shift in day.shifts]
    leave = [day.leave for day in days]
    return Totals(
        days=sum(bool(day.spells) for day in days),
        minutes=sum(day.minutes for day in days),
        late_count=states.count("late"),
        late_minutes=sum(day.late_minutes for day in days),
        forgotten=sum(day.forgotten for day in days),
        without_in=sum(day.without_in for day in days),
        missed=states.count("missed"),
        leave_days=leave.count("day"),
        leave_mornings=leave.count("morning"),
        leave_afternoons=leave.count("afternoon"),
        waiting=sum(day.waiting for day in days),
    )


def _movements(facts: Day) -> list[_Placed]:
    """Those that say something, in order: the same direction and shift again says nothing."""
    found: list[_Placed] = []
    for movement in sorted(facts.movements, key=lambda each: (each.at, each.id)):
        shift = shift_of(movement, facts)
        before = found[-1] if found else None
        if before and before[0].direction == movement.direction and before[1] == shift:
            continue
        found.append((movement, shift))
    return found


def shift_of(movement: Movement, facts: Day) -> PlannedShift | None:
    """The held shift that an arrival is for, or that a departure is from; None: of none."""
    if movement.direction == "in":
        for shift in facts.held:
            if movement.at < _at(facts.day, shift.ends_at):
                is_near = movement.at >= _at(facts.day, shift.starts_at) - _EARLY
                return shift if is_near else None
        return None
    begun = [shift for shift in facts.held if _at(facts.day, shift.starts_at) <= movement.at]
    if not begun or movement.at > _at(facts.day, begun[-1].ends_at) + _LINGER:
        return None
    return begun[-1]


def _spells(
    placed: Sequence[_Placed], day: date, *, is_over: bool, campuses: Mapping[UUID, str]
) -> list[Spell]:
    spells: list[Spell] = []
    opened: _Placed | None = None
    for movement, shift in placed:
        if movement.direction == "in":
            if opened is not None:
                spells.append(_forgotten(opened, day, campuses))
            opened = (movement, shift)
            continue
        spells.append(_closed(opened[0] if opened else None, movement, campuses))
        opened = None
    if opened is not None:
        last = _forgotten(opened, day, campuses) if is_over else _open(opened[0], campuses)
        spells.append(last)
    return spells


def _outs_alone(placed: Sequence[_Placed]) -> list[_Placed]:
    """The departures without an arrival before them."""
    return [
        each
        for before, each in zip([None, *placed], placed, strict=False)
        if each[0].direction == "out" and (before is None or before[0].direction == "out")
    ]


def _closed(came: Movement | None, left: Movement, campuses: Mapping[UUID, str]) -> Spell:
    return Spell(
        in_at=came.at if came else None,
        out_at=left.at,
        in_campus=_campus(came, campuses),
        out_campus=_campus(left, campuses),
        minutes=_minutes(came.at, left.at) if came else 0,
        is_corrected=left.is_correction or (came is not None and came.is_correction),
    )


def _forgotten(opened: _Placed, day: date, campuses: Mapping[UUID, str]) -> Spell:
    came, shift = opened
    out_at = _at(day, shift.ends_at) if shift else None
    return Spell(
        in_at=came.at,
        out_at=out_at,
        in_campus=_campus(came, campuses),
        minutes=_minutes(came.at, out_at) if out_at else 0,
        is_forgotten=True,
        is_corrected=came.is_correction,
    )


def _open(came: Movement, campuses: Mapping[UUID, str]) -> Spell:
    return Spell(
        in_at=came.at,
        out_at=None,
        in_campus=_campus(came, campuses),
        is_corrected=came.is_correction,
    )


def _shift_hours(
    shift: PlannedShift, facts: Day, spells: Sequence[Spell], *, came_out: bool, is_over: bool
) -> ShiftHours:
    is_covered = bool(facts.covers & covering(shift))
    arrived_at = _arrival(shift, facts, spells)
    minutes = 0
    if arrived_at is not None and not is_covered:
        minutes = late_minutes(shift, facts.day, arrived_at)
    state: ShiftOutcome
    if arrived_at is not None or came_out:
        state = "late" if minutes else "present"
    elif is_covered:
        state = "on_leave"
    else:
        state = "missed" if is_over else "due"
    return ShiftHours(shift_id=shift.id, shift_name=shift.name, state=state, late_minutes=minutes)


def _arrival(shift: PlannedShift, facts: Day, spells: Sequence[Spell]) -> datetime | None:
    """When the first stay that reaches into the shift began; None: nobody was there."""
    starts, ends = _at(facts.day, shift.starts_at), _at(facts.day, shift.ends_at)
    for spell in spells:
        came_in_time = spell.in_at is not None and spell.in_at < ends
        if came_in_time and _reaches(spell, facts) > starts:
            return spell.in_at
    return None


def _reaches(spell: Spell, facts: Day) -> datetime:
    """Until when a stay that has begun is known to last; an open one, for the shift it is of."""
    came = spell.in_at or datetime.max.replace(tzinfo=UTC)
    if spell.out_at is not None or spell.is_forgotten:
        return spell.out_at or came
    ends = (_at(facts.day, shift.ends_at) for shift in facts.held)
    return next((end for end in ends if came < end), came)


def late_minutes(shift: PlannedShift, day: date, arrived_at: datetime) -> int:
    """Whole minutes after the start of the shift, at least 1; 0 within the tolerance."""
    if arrived_at <= _at(day, shift.late_after):
        return 0
    return max(1, _minutes(_at(day, shift.starts_at), arrived_at))


def covering(shift: PlannedShift) -> frozenset[Part]:
    """The parts of leave that cover a shift."""
    return frozenset({"day", _half(shift)})


def _leave(facts: Day, shifts: Sequence[ShiftHours], *, has_come: bool) -> Part | None:
    """The part of the day that was leave; None: worked, or nothing to be away from."""
    approved = facts.covers - {"early_exit"}
    if not approved or not facts.is_school_day:
        return None
    if facts.has_no_shifts:
        # Nobody knows when they would have worked.
        return None if has_come else _part(approved)
    away = {shift.shift_id for shift in shifts if shift.state == "on_leave"}
    if not away:
        return None
    if all(shift.state == "on_leave" for shift in shifts):
        return _part(approved)
    return _part({_half(shift) for shift in facts.held if shift.id in away})


def _part(parts: Collection[Part]) -> Part:
    if "day" in parts or {"morning", "afternoon"} <= set(parts):
        return "day"
    return "morning" if "morning" in parts else "afternoon"


def _half(shift: PlannedShift) -> Part:
    return "morning" if shift.starts_at < NOON else "afternoon"


def _campus(movement: Movement | None, campuses: Mapping[UUID, str]) -> str | None:
    if movement is None or movement.campus_id is None:
        return None
    return campuses.get(movement.campus_id)


def _minutes(first: datetime, last: datetime) -> int:
    return max(0, int((last - first).total_seconds() // 60))


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZONE).astimezone(UTC)
