"""What the oracle knows at a moment: who is where, what is closed, who is excused, each shift."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from tests.oracle import facts as f
from tests.oracle import rules
from tests.oracle.cells import Cell, News
from tests.oracle.rules import Row


@dataclass(kw_only=True)
class Leave:
    asked: f.LeaveAsked
    state: str = "pending"
    withdrawn_at: datetime | None = None

    def covers(self, day: date, shift: f.Shift) -> bool:
        """Taken back, it leaves what was over: the days before, and shifts past their cut-off."""
        if not (self.asked.first <= day <= self.asked.last):
            return False
        if self.state != "approved" or not rules.covers(self.asked.part, shift):
            return False
        return self.withdrawn_at is None or f.instant(day, shift.cut_off) <= self.withdrawn_at


class Standing:
    """The school as it stands; `Oracle` moves it on."""

    def __init__(self, story: f.Story) -> None:
        self.school = story.school
        self.shifts = {each.key: each for each in story.school.shifts}
        self.classes = {each.key: each for each in story.school.classes}
        self.guardians = {each.key: each.guardians for each in story.school.pupils}
        self.enrolments = {each.key: list(each.enrolments) for each in story.school.pupils}
        self.cells: defaultdict[str, dict[tuple[date, str | None], Cell]] = defaultdict(dict)
        self.news: defaultdict[str, list[News]] = defaultdict(list)
        self.family_news: defaultdict[str, list[News]] = defaultdict(list)
        self.closures: dict[str, f.ClosureDeclared] = {}
        self.opens: dict[str, date] = {}
        """The first open day of a closure that was ended early."""
        self._leaves_of: defaultdict[str, list[Leave]] = defaultdict(list)

    def states(self, pupil: str, day: date) -> dict[str, Row]:
        """The state of each shift that the register must show, once the day is over.

        `not_scanned` stands as a row where the shift was held.
        """
        held = {shift.key for shift in self.held(pupil, day)}
        shown = {}
        for key, shift in self.shifts.items():
            row = self.row(self.cell(pupil, day, shift))
            if row is not None or key in held:
                shown[key] = row or Row(state="not_scanned")
        return shown

    def row(self, cell: Cell) -> Row | None:
        if cell.shift is None:
            return None
        is_held = any(each.key == cell.shift.key for each in self.held(cell.pupil, cell.day))
        has_leave = is_held and self.has_leave(cell.pupil, cell.day, cell.shift)
        return cell.row(has_leave=has_leave, is_closed=self.is_closed(cell.day))

    def is_closed(self, day: date) -> bool:
        if day in self.school.holidays:
            return True
        return any(
            each.first <= day <= each.last and day < self.opens.get(key, date.max)
            for key, each in self.closures.items()
        )

    def has_school(self, day: date) -> bool:
        keys = list(self.shifts)
        return bool(rules.held_shifts(self.school, keys, day, is_closed=self.is_closed(day)))

    def class_of(self, pupil: str, day: date) -> str | None:
        for each in reversed(self.enrolments[pupil]):
            if each.first <= day and (each.last is None or day <= each.last):
                return each.class_key
        return None

    def held(self, pupil: str, day: date) -> list[f.Shift]:
        class_key = self.class_of(pupil, day)
        if class_key is None:
            return []
        return rules.held_shifts(
            self.school, self.classes[class_key].shifts, day, is_closed=self.is_closed(day)
        )

    def has_leave(self, pupil: str, day: date, shift: f.Shift) -> bool:
        return any(each.covers(day, shift) for each in self._leaves_of[pupil])

    def cell(self, pupil: str, day: date, shift: f.Shift | None) -> Cell:
        key = (day, shift.key if shift else None)
        if key not in self.cells[pupil]:
            self.cells[pupil][key] = Cell(pupil=pupil, day=day, shift=shift)
        return self.cells[pupil][key]

    def _expect(
        self,
        cell: Cell,
        kinds: set[str],
        *,
        at: datetime | None,
        minutes: int | None = None,
        status: str | None = None,
        is_optional: bool = False,
        but: str | None = None,
    ) -> None:
        self.news[cell.pupil].append(
            News(
                kinds=frozenset(kinds),
                at=at,
                day=cell.day,
                shift=cell.shift.key if cell.shift else None,
                minutes=minutes,
                status=status,
                is_optional=is_optional,
                but=but,
                to=self.guardians[cell.pupil],
            )
        )

    def _expect_of(self, pupil: str, kinds: set[str], *, day: date, but: str | None = None) -> None:
        self.news[pupil].append(
            News(
                kinds=frozenset(kinds),
                at=None,
                day=day,
                shift=None,
                but=but,
                to=self.guardians[pupil],
            )
        )
