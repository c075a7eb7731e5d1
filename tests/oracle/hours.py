"""A month of staff, worked out from their check-ins: DESIGN 1 and ADR 0041, a second time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.oracle import facts as f
from tests.oracle import rules


@dataclass(kw_only=True)
class Month:
    days: int = 0
    minutes: int = 0
    late_count: int = 0
    late_minutes: int = 0
    forgotten: int = 0
    without_in: int = 0
    missed: int = 0
    leave_days: int = 0
    leave_mornings: int = 0
    leave_afternoons: int = 0


@dataclass(kw_only=True)
class _Stay:
    """`shift`: the one that the arrival was for."""

    came: datetime | None
    left: datetime | None
    is_forgotten: bool = False


class Hours:
    """Feed it check-ins and leave of staff; closed days are those of `is_closed`."""

    def __init__(self, school: f.School) -> None:
        self.school = school
        self._staff = {each.key: each for each in school.staff}
        self._moves: defaultdict[tuple[str, date], list[f.CheckedIn]] = defaultdict(list)
        self._leaves: defaultdict[str, list[f.StaffLeave]] = defaultdict(list)

    def hear(self, happening: f.Happening) -> None:
        if isinstance(happening, f.CheckedIn):
            day = happening.at.astimezone(f.ZONE).date()
            self._moves[happening.staff, day].append(happening)
        elif isinstance(happening, f.StaffLeave):
            self._leaves[happening.staff].append(happening)

    def month(self, staff: str, days: Sequence[date], closed: set[date]) -> Month:
        """The sums over these days, all of which are over."""
        total = Month()
        for day in days:
            self._add(total, staff, day, is_closed=day in closed)
        return total

    def _add(self, total: Month, staff: str, day: date, *, is_closed: bool) -> None:
        held = rules.held_shifts(self.school, self._staff[staff].shifts, day, is_closed=is_closed)
        stays = self._stays(self._moves.get((staff, day), []), day, held)
        total.days += bool(stays)
        total.minutes += sum(_minutes(each) for each in stays)
        total.forgotten += sum(each.is_forgotten for each in stays)
        total.without_in += sum(each.came is None for each in stays)
        on_leave = []
        for shift in held:
            is_covered = any(
                each.first <= day <= each.last and rules.covers(each.part, shift)
                for each in self._leaves[staff]
            )
            came, is_there = self._attended(shift, stays, day)
            if not is_there and is_covered:
                on_leave.append(shift)
            elif not is_there:
                total.missed += 1
            elif came is not None and not is_covered:
                late = rules.minutes_late(shift, came)
                total.late_count += bool(late)
                total.late_minutes += late
        if held and len(on_leave) == len(held):
            self._count_leave(total, staff, day)
        elif on_leave:
            mornings = any(rules.covers("morning", each) for each in on_leave)
            total.leave_mornings += mornings
            total.leave_afternoons += not mornings

    def _count_leave(self, total: Month, staff: str, day: date) -> None:
        parts = {each.part for each in self._leaves[staff] if each.first <= day <= each.last}
        if "day" in parts or {"morning", "afternoon"} <= parts:
            total.leave_days += 1
        elif "morning" in parts:
            total.leave_mornings += 1
        else:
            total.leave_afternoons += 1

    @staticmethod
    def _attended(
        shift: f.Shift, stays: Sequence[_Stay], day: date
    ) -> tuple[datetime | None, bool]:
        """When who was there in the shift had come, and whether anybody was."""
        starts, ends = f.instant(day, shift.starts), f.instant(day, shift.ends)
        for stay in stays:
            if stay.came is None or stay.came >= ends:
                continue
            if (stay.left or stay.came) > starts:
                return stay.came, True
        lonely = (each.left for each in stays if each.came is None)
        return None, any(each is not None and starts <= each for each in lonely)

    def _stays(
        self, moves: Sequence[f.CheckedIn], day: date, held: Sequence[f.Shift]
    ) -> list[_Stay]:
        stays: list[_Stay] = []
        came: f.CheckedIn | None = None
        for move in sorted(moves, key=lambda each: each.at):
            if move.direction == "in":
                if came is not None and _shift_in(came, day, held) == _shift_in(move, day, held):
                    continue  # said already
                if came is not None:
                    stays.append(_forgotten(came, day, held))
                came = move
            else:
                stays.append(_Stay(came=came.at if came else None, left=move.at))
                came = None
        if came is not None:
            stays.append(_forgotten(came, day, held))
        return stays


def _shift_in(move: f.CheckedIn, day: date, held: Sequence[f.Shift]) -> f.Shift | None:
    """The shift that an arrival is for: the first that is not over, if it begins within 2 hours."""
    for shift in held:
        if move.at < f.instant(day, shift.ends):
            near = f.instant(day, shift.starts) - timedelta(hours=2) <= move.at
            return shift if near else None
    return None


def _forgotten(came: f.CheckedIn, day: date, held: Sequence[f.Shift]) -> _Stay:
    shift = _shift_in(came, day, held)
    left = f.instant(day, shift.ends) if shift else None
    return _Stay(came=came.at, left=left, is_forgotten=True)


def _minutes(stay: _Stay) -> int:
    if stay.came is None or stay.left is None:
        return 0
    return max(0, int((stay.left - stay.came).total_seconds() // 60))
