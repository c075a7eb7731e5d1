"""Which class a row means, and the classes that an import makes."""

import re
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from app import names
from app.ids import new_id
from app.schools.classes.model import SchoolClass
from app.schools.imports import roster_columns as columns
from app.schools.imports.notes import Notes
from app.schools.imports.roster_rows import RosterRow, shift_parts
from app.schools.imports.roster_state import RosterNow
from app.schools.imports.school_now import class_key, shift_key

_GRADES = {
    "preschool": range(1),
    "primary": range(1, 6),
    "lower_secondary": range(6, 10),
    "upper_secondary": range(10, 13),
    "continuing": range(1, 13),
}
_WHOLE_DAY = ("ngay", "2buoi", "haibuoi", "cahai")  # keys without `ca`


class Classes:
    """Finds the rows' classes among those of the year, and plans those that are missing."""

    def __init__(self, now: RosterNow, notes: Notes, *, create: bool, school_year: str) -> None:
        self._now, self._notes = now, notes
        self._create, self._year = create, school_year
        self._shifts = {shift_key(each.name): each.id for each in now.shifts}
        self._shift_names = {each.id: each.name for each in now.shifts}
        self.new: dict[str, SchoolClass] = {}
        self.unplaced: set[int] = set()  # rows of a class that cannot be made, which is noted once

    def assign(self, rows: Iterable[RosterRow]) -> dict[int, UUID]:
        """The class of each row that names one, by the row's number; errors are noted."""
        unknown: dict[str, list[RosterRow]] = defaultdict(list)
        found: dict[int, UUID] = {}
        for row in rows:
            if not row.class_names:
                continue
            school_class = self._known(row)
            if school_class is not None:
                self._check_shifts(row, school_class)
                found[row.number] = school_class.id
            elif self._create and len(row.class_names) == 1:
                unknown[class_key(row.class_names[0])].append(row)
            else:
                self._refuse(row)
        for key, of_class in unknown.items():
            made = self._made(of_class)
            if made is None:
                self.unplaced |= {row.number for row in of_class}
            else:
                self.new[key] = made
                found |= {row.number: made.id for row in of_class}
        return found

    def name(self, class_id: UUID) -> str:
        known = self._now.class_names.get(class_id)
        return known or next(each.name for each in self.new.values() if each.id == class_id)

    def _known(self, row: RosterRow) -> SchoolClass | None:
        candidates = {
            each.id: each
            for name in row.class_names
            for each in self._now.classes.get(class_key(name), ())
        }
        if len(candidates) == 1:
            return next(iter(candidates.values()))
        exact = [each for each in candidates.values() if each.name in row.class_names]
        return exact[0] if len(exact) == 1 else None

    def _refuse(self, row: RosterRow) -> None:
        if len(row.class_names) > 1:
            self._notes.error(
                row.number,
                columns.CLASS,
                (
                    "Excel đã đổi tên lớp thành ngày; hãy định dạng cột là Văn bản (Text) rồi gõ"
                    " lại",
                    "Excel made a date of the class; format the column as Text and type it again",
                ),
            )
            return
        name = row.class_names[0]
        self._notes.error(
            row.number,
            columns.CLASS,
            (
                f"trường chưa có lớp “{name}” trong năm học {self._year}",
                f"there is no class “{name}” in the school year {self._year}",
            ),
        )

    def _check_shifts(self, row: RosterRow, school_class: SchoolClass) -> None:
        stated = self._shift_ids(row)
        if stated is None or stated == set(school_class.shift_ids):
            return
        own = ", ".join(self._shift_names.get(each, "?") for each in school_class.shift_ids) or "—"
        self._notes.error(
            row.number,
            columns.SHIFT,
            (
                f"lớp {school_class.name} đang học ca: {own}; hãy sửa ô này, hoặc đổi ca của lớp",
                f"class {school_class.name} attends: {own}; correct this cell or the class",
            ),
        )

    def _shift_ids(self, row: RosterRow) -> set[UUID] | None:
        """None: the row does not say, or says what is no shift here, which is noted."""
        if row.shift_words is None:
            return None
        whole = shift_key(row.shift_words)
        if whole in self._shifts:
            return {self._shifts[whole]}
        if whole in _WHOLE_DAY and len(self._shifts) == 2:
            return set(self._shifts.values())
        keys = [shift_key(part) for part in shift_parts(row.shift_words)]
        if all(key in self._shifts for key in keys):
            return {self._shifts[key] for key in keys}
        listed = ", ".join(self._shift_names.values()) or "—"
        self._notes.error(
            row.number,
            columns.SHIFT,
            (
                f"trường không có ca này; các ca: {listed}",
                f"the school has no such shift; there are: {listed}",
            ),
        )
        return None

    def _made(self, rows: list[RosterRow]) -> SchoolClass | None:
        """A class as its rows describe it; None: they do not do so, which is noted."""
        first = rows[0]
        name = re.sub(r"^lớp\s+", "", names.clean(first.class_names[0]), flags=re.IGNORECASE)
        grade = self._grade(first, name)
        shifts = self._new_shifts(rows)
        if len(self._now.campus_ids) != 1:
            self._notes.error(
                first.number,
                columns.CLASS,
                (
                    f"trường không có đúng một cơ sở; hãy tạo lớp “{name}” trước",
                    f"the school has not exactly one campus; make class “{name}” first",
                ),
            )
        if grade is None or shifts is None or len(self._now.campus_ids) != 1:
            return None
        self._notes.warn(
            first.number, columns.CLASS, (f"lớp {name} sẽ được tạo", f"class {name} is made")
        )
        return SchoolClass(
            id=new_id(),
            school_year=self._year,
            grade=grade,
            name=name,
            campus_id=self._now.campus_ids[0],
            homeroom_staff_id=None,
            shift_ids=sorted(shifts),
            teachers=[],
            ended_at=None,
        )

    def _grade(self, row: RosterRow, name: str) -> int | None:
        grades = _GRADES[self._now.level]
        if grades == range(1):
            return 0
        leading = re.match(r"[0-9]{1,2}", name)
        grade = int(leading.group()) if leading else -1
        if grade in grades:
            return grade
        self._notes.error(
            row.number,
            columns.CLASS,
            (
                f"tên lớp phải bắt đầu bằng khối từ {grades[0]} đến {grades[-1]} để tạo được lớp",
                f"to be made, a class begins with its grade from {grades[0]} to {grades[-1]}",
            ),
        )
        return None

    def _new_shifts(self, rows: list[RosterRow]) -> set[UUID] | None:
        stated = {row.number: ids for row in rows if (ids := self._shift_ids(row)) is not None}
        different = {frozenset(ids) for ids in stated.values()}
        if len(different) == 1:
            return set(next(iter(different)))
        if not different and len(self._shifts) == 1:
            return set(self._shifts.values())
        at = next(iter(stated), rows[0].number)
        if different:
            at = next(n for n, ids in stated.items() if ids != next(iter(stated.values())))
        elif any(row.shift_words for row in rows):
            return None  # noted already: no such shift
        words = (
            ("các dòng của lớp mới này ghi ca khác nhau", "the rows of this new class disagree")
            if different
            else ("hãy ghi ca học của lớp mới", "state the shift of the new class")
        )
        self._notes.error(at, columns.SHIFT, words)
        return None
