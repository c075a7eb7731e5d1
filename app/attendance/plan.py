"""What a school has planned: its stations, fences, shifts, classes and calendar.

Held in memory by version (`school.plan_version`), so it is never older than the request.
"""

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from app.attendance.geo import Fence, parse_fence

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
# An arrival this long before a shift still belongs to it, a departure this long after it too.
_EARLY = timedelta(hours=2)
_HELD_MOST = 2000
_LINGER = timedelta(hours=4)


class PlannedStation(Struct, frozen=True, kw_only=True):
    id: UUID
    campus_id: UUID
    number: int
    name: str
    kind: Literal["gate", "staff"]


class PlannedCampus(Struct, frozen=True, kw_only=True):
    """`fence` is the stored JSON, as text."""

    id: UUID
    name: str
    fence: str

    @property
    def shape(self) -> Fence:
        return parse_fence(self.fence)


class PlannedShift(Struct, frozen=True, kw_only=True):
    """Times of day in the school's zone; `weekdays` are ISO numbers."""

    id: UUID
    name: str
    starts_at: time
    ends_at: time
    late_after: time
    cut_off: time
    weekdays: list[int]


class PlannedClass(Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    shift_ids: list[UUID]


class StaffShifts(Struct, frozen=True, kw_only=True):
    staff_id: UUID
    shift_ids: list[UUID]


class CalendarDay(Struct, frozen=True, kw_only=True):
    day: date
    kind: Literal["holiday", "closure", "make_up"]


class _Window(Struct, frozen=True, kw_only=True):
    """A shift of a day, and the instants from and until which a scan belongs to it."""

    since: datetime
    until: datetime
    shift: PlannedShift


class StoredPlan(Struct, frozen=True, kw_only=True):
    """The plan as one row of the database."""

    school_id: int
    version: int
    name: str
    level: str
    stations: list[PlannedStation]
    campuses: list[PlannedCampus]
    shifts: list[PlannedShift]
    classes: list[PlannedClass]
    staff_shifts: list[StaffShifts]
    calendar: list[CalendarDay]


class Plan:
    """A school's plan, indexed for the scan's look-ups."""

    def __init__(self, stored: StoredPlan) -> None:
        self.school_id = stored.school_id
        self.version = stored.version
        self.name = stored.name
        self.level = stored.level
        self.stations = {station.id: station for station in stored.stations}
        self.by_number = {station.number: station for station in stored.stations}
        self.campuses = {campus.id: campus for campus in stored.campuses}
        self.shifts = {shift.id: shift for shift in stored.shifts}
        self.classes = {school_class.id: school_class for school_class in stored.classes}
        self.staff_shifts = {row.staff_id: row.shift_ids for row in stored.staff_shifts}
        self._held: dict[tuple[object, ...], list[_Window]] = {}
        self._calendar = {day.day: day.kind for day in stored.calendar}
        # A closure is stronger than what the calendar says: a make-up day can be a day of storm.
        self._calendar |= {day.day: day.kind for day in stored.calendar if day.kind == "closure"}

    def shifts_on(self, day: date, shift_ids: Sequence[UUID]) -> list[PlannedShift]:
        """Those of the shifts that are held on that day, in the order of their starts."""
        return [window.shift for window in self._windows(day, shift_ids)]

    def is_closed(self, day: date) -> bool:
        """Whether no shift is held on that day, whatever its weekday."""
        return self._calendar.get(day) in ("holiday", "closure")

    def shift_at(self, occurred_at: datetime, shift_ids: Sequence[UUID]) -> PlannedShift | None:
        """The shift that a scan belongs to; None: outside every shift.

        Two shifts of a day part in the middle of the break between them, for both directions: who
        steps out and in again before the bell must not become two halves of two shifts.
        """
        for window in self._windows(school_day(occurred_at), shift_ids):
            if occurred_at < window.until:
                return window.shift if occurred_at >= window.since else None
        return None

    def _windows(self, day: date, shift_ids: Sequence[UUID]) -> list[_Window]:
        key = (day, *shift_ids)
        if key not in self._held:
            if len(self._held) > _HELD_MOST:
                self._held.clear()
            self._held[key] = self._windows_on(day, shift_ids)
        return self._held[key]

    def _windows_on(self, day: date, shift_ids: Sequence[UUID]) -> list[_Window]:
        windows: list[_Window] = []
        held = self._held_on(day, shift_ids)
        for shift, following in itertools.zip_longest(held, held[1:]):
            ends = _instant(day, shift.ends_at)
            until = ends + _LINGER
            if following is not None:
                until = ends + (_instant(day, following.starts_at) - ends) / 2
            since = windows[-1].until if windows else _instant(day, shift.starts_at) - _EARLY
            windows.append(_Window(since=since, until=until, shift=shift))
        return windows

    def _held_on(self, day: date, shift_ids: Sequence[UUID]) -> list[PlannedShift]:
        if self.is_closed(day):
            return []
        kind = self._calendar.get(day)
        weekday = day.isoweekday()
        held = [
            shift
            for shift_id in shift_ids
            if (shift := self.shifts.get(shift_id)) is not None
            and (kind == "make_up" or weekday in shift.weekdays)
        ]
        return sorted(held, key=lambda shift: shift.starts_at)


def current_shift(plan: Plan, school_class: PlannedClass, now: datetime) -> PlannedShift | None:
    """The shift to which a scan of the class belongs now, in the evening the day's last one."""
    held = plan.shifts_on(school_day(now), school_class.shift_ids)
    current = plan.shift_at(now, school_class.shift_ids)
    if current is None and held and now.astimezone(ZONE).time() > held[-1].ends_at:
        return held[-1]
    return current


def _instant(day: date, at: time) -> datetime:
    # In UTC, as scans are: comparing instants of two zones asks both for their offsets each time.
    return datetime.combine(day, at, ZONE).astimezone(UTC)


def school_day(instant: datetime) -> date:
    """The school's day of an instant."""
    return instant.astimezone(ZONE).date()


def plan_of(row: object) -> Plan:
    """A plan from its database row."""
    return Plan(msgspec.convert(row, StoredPlan))
