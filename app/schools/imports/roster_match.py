"""Which pupil a row is: by the code, else by name, birthday and class, never by a guess.

What could be one child or two is refused in words: a child entered twice is told of twice, and two
children taken for one lose their parents' trust.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from uuid import UUID

from app.schools.imports import roster_columns as columns
from app.schools.imports.notes import Notes
from app.schools.imports.roster_rows import RosterRow, person_key
from app.schools.imports.roster_state import PupilNow


class Matcher:
    """`matched`: the pupils of the rows, by row number. A row in neither that nor the errors is of
    a new pupil."""

    def __init__(self, pupils: list[PupilNow], class_of: dict[int, UUID], notes: Notes) -> None:
        self._notes, self._class_of = notes, class_of
        self._live_by_code: dict[str, PupilNow] = {}
        self._left_by_code: dict[str, PupilNow] = {}
        self._by_name: dict[str, list[PupilNow]] = defaultdict(list)
        self._left_by_name: dict[str, list[PupilNow]] = defaultdict(list)
        for pupil in pupils:
            is_live = pupil.left_on is None
            (self._by_name if is_live else self._left_by_name)[person_key(pupil.name)].append(pupil)
            if pupil.moet_code is not None:
                (self._live_by_code if is_live else self._left_by_code)[pupil.moet_code] = pupil
        self.matched: dict[int, PupilNow] = {}
        self._taken: set[UUID] = set()
        self._codes: dict[str, int] = {}

    def match(self, rows: list[RosterRow]) -> None:
        """Decide on all rows together: the sure ones first, whatever their order."""
        rows = [row for row in rows if not self._is_said_twice(row)]
        self._refuse_indistinct(rows)
        open_rows = [row for row in self._good(rows) if not self._match_by_code(row)]
        for is_it in (self._is_same_birthday_and_class, self._is_same_class, self._has_moved):
            open_rows = self._pass(list(self._good(open_rows)), is_it)
        for row in self._good(open_rows):
            self._refuse_doubtful(row)

    def _good(self, rows: Iterable[RosterRow]) -> Iterable[RosterRow]:
        return [row for row in rows if row.number not in self._notes.errors.rows]

    def _is_said_twice(self, row: RosterRow) -> bool:
        if row.code is None:
            return False
        first = self._codes.setdefault(row.code, row.number)
        if first == row.number:
            return False
        self._error(
            row,
            columns.CODE,
            f"mã này đã có ở dòng {first}",
            f"this code stands in row {first} already",
        )
        return True

    def _refuse_indistinct(self, rows: list[RosterRow]) -> None:
        """Two rows of one name in one class need a code or a birthday each."""
        groups: dict[tuple[UUID | None, str], list[RosterRow]] = defaultdict(list)
        for row in rows:
            groups[self._class_of.get(row.number), person_key(row.name)].append(row)
        for group in groups.values():
            if len(group) < 2:
                continue
            days: dict[date, int] = {}
            for row in group:
                other = next(each.number for each in group if each is not row)
                if row.born_on is not None:
                    other = days.setdefault(row.born_on, row.number)
                if row.code is None and other != row.number:
                    self._error(
                        row,
                        columns.NAME,
                        f"cùng tên, cùng lớp với dòng {other}; hãy ghi mã định danh hoặc ngày sinh"
                        " khác nhau cho từng em",
                        f"same name and class as row {other}; give each a code or a birthday of"
                        " their own",
                    )

    def _match_by_code(self, row: RosterRow) -> bool:
        if row.code is None:
            return False
        pupil = self._live_by_code.get(row.code)
        if pupil is not None:
            self._match_known_code(row, pupil)
            return True
        left = self._left_by_code.get(row.code)
        if left is not None:
            self._error(
                row,
                columns.CODE,
                f"học sinh có mã này đã rời trường ngày {left.left_on:%d/%m/%Y}; hãy tiếp nhận lại"
                " ở mục Chuyển đến rồi nhập lại",
                f"the pupil with this code left on {left.left_on}; take the pupil in again by a"
                " transfer, then import",
            )
        return left is not None

    def _match_known_code(self, row: RosterRow, pupil: PupilNow) -> None:
        is_other_name = person_key(pupil.name) != person_key(row.name)
        is_other_day = None not in (row.born_on, pupil.born_on) and row.born_on != pupil.born_on
        if is_other_name and is_other_day:
            self._error(
                row,
                columns.CODE,
                f"mã này là của {pupil.name}, sinh {pupil.born_on:%d/%m/%Y}",
                f"this code is that of {pupil.name}, born {pupil.born_on}",
            )
            return
        if is_other_name:
            self._notes.warn(
                row.number,
                columns.NAME,
                (f"đổi tên từ “{pupil.name}”", f"renamed from “{pupil.name}”"),
            )
        self._take(row, pupil)

    def _pass(
        self, rows: list[RosterRow], is_it: Callable[[RosterRow, PupilNow], bool]
    ) -> list[RosterRow]:
        """Match who fits exactly one pupil that no other row fits; the rows that are still open."""
        fitting = {
            row.number: [
                pupil
                for pupil in self._by_name.get(person_key(row.name), ())
                if pupil.id not in self._taken
                and (row.code is None or pupil.moet_code is None)
                and is_it(row, pupil)
            ]
            for row in rows
        }
        wanted: dict[UUID, int] = defaultdict(int)
        for pupils in fitting.values():
            for pupil in pupils:
                wanted[pupil.id] += 1
        still_open = []
        for row in rows:
            pupils = fitting[row.number]
            if len(pupils) == 1 and wanted[pupils[0].id] == 1:
                self._take(row, pupils[0])
            elif pupils:
                self._refuse_unclear(row)
            else:
                still_open.append(row)
        return still_open

    def _take(self, row: RosterRow, pupil: PupilNow) -> None:
        self.matched[row.number] = pupil
        self._taken.add(pupil.id)

    def _is_same_class(self, row: RosterRow, pupil: PupilNow) -> bool:
        return self._is_in_class(row, pupil) and None in (row.born_on, pupil.born_on)

    def _is_same_birthday_and_class(self, row: RosterRow, pupil: PupilNow) -> bool:
        return self._is_in_class(row, pupil) and self._is_born_alike(row, pupil)

    def _has_moved(self, row: RosterRow, pupil: PupilNow) -> bool:
        return not self._is_in_class(row, pupil) and self._is_born_alike(row, pupil)

    def _is_in_class(self, row: RosterRow, pupil: PupilNow) -> bool:
        class_id = self._class_of.get(row.number)
        return class_id is not None and pupil.class_id == class_id

    def _is_born_alike(self, row: RosterRow, pupil: PupilNow) -> bool:
        return row.born_on is not None and pupil.born_on == row.born_on

    def _refuse_unclear(self, row: RosterRow) -> None:
        self._error(
            row,
            columns.NAME,
            "có nhiều học sinh cùng tên, không phân biệt được; hãy ghi mã định danh và ngày sinh",
            "several pupils have this name and cannot be told apart; give code and birthday",
        )

    def _refuse_doubtful(self, row: RosterRow) -> None:
        """What would be a new pupil, but may well be one whom the school has or had."""
        name = person_key(row.name)
        for pupil in self._by_name.get(name, ()):
            is_other_code = row.code is not None and pupil.moet_code is not None
            if pupil.id in self._taken or is_other_code or not self._is_in_class(row, pupil):
                continue
            self._error(
                row,
                columns.BORN,
                f"lớp đã có một em cùng tên sinh {pupil.born_on:%d/%m/%Y}; nếu là em ấy, hãy sửa"
                " ngày sinh trước, nếu là em khác, hãy ghi cả hai em vào bảng",
                f"the class has a pupil of this name born {pupil.born_on}; correct the birthday"
                " first if it is the same child, else list both",
            )
            return
        elsewhere = [each for each in self._by_name.get(name, ()) if each.id not in self._taken]
        if elsewhere and row.code is None and row.born_on is None:
            words = (
                "trường có em cùng tên ở lớp khác; dòng này được coi là một em mới",
                "the school has a pupil of this name in another class; this row is taken as new",
            )
            self._notes.warn(row.number, columns.NAME, words)
        for pupil in self._left_by_name.get(name, ()):
            is_other_code = row.code is not None and pupil.moet_code is not None
            if self._is_born_alike(row, pupil) and not is_other_code:
                self._error(
                    row,
                    columns.NAME,
                    f"một em cùng tên, cùng ngày sinh đã rời trường ngày {pupil.left_on:%d/%m/%Y};"
                    " hãy thêm em ở mục Học sinh nếu là em khác",
                    f"a pupil of this name and birthday left on {pupil.left_on}; add the pupil by"
                    " hand if it is another one",
                )
                return

    def _error(self, row: RosterRow, column: str, vi: str, en: str) -> None:
        self._notes.error(row.number, column, (vi, en))
