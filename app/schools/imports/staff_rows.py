"""A staff sheet's rows, read: one person a phone, however many rows say something of them."""

import re
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from app import names
from app.names import search_key
from app.schools.imports.notes import Notes, parts
from app.schools.imports.school_now import SchoolNow, class_key, shift_key
from app.schools.staff.model import StaffRole
from app.sheets import values
from app.sheets.model import BadCell, Cell, Column, Row, Sheet

NAME: Final = "Họ và tên"
PHONE: Final = "SĐT"
ROLES: Final = "Vai trò"
HOMEROOM: Final = "Lớp chủ nhiệm"
SUBJECT: Final = "Môn"
TAUGHT: Final = "Lớp dạy"
SHIFTS: Final = "Ca làm việc"

COLUMNS: Final = (
    Column(heading=NAME, aliases=("Họ tên", "Tên", "Tên nhân viên", "Giáo viên"), is_required=True),
    Column(
        heading=PHONE,
        aliases=("Số điện thoại", "Điện thoại", "Di động", "Phone", "Số ĐT"),
        is_required=True,
    ),
    Column(heading=ROLES, aliases=("Chức vụ", "Nhiệm vụ", "Role")),
    Column(heading=HOMEROOM, aliases=("Chủ nhiệm", "Lớp CN", "GVCN lớp")),
    Column(heading=SUBJECT, aliases=("Môn dạy", "Bộ môn", "Môn học")),
    Column(heading=TAUGHT, aliases=("Các lớp dạy", "Dạy lớp", "Lớp giảng dạy")),
    Column(heading=SHIFTS, aliases=("Ca", "Ca dạy", "Ca trực")),
)
ROLE_NAMES: Final[tuple[str, ...]] = (
    "Hiệu trưởng",
    "Phó hiệu trưởng",
    "GVCN",
    "GVBM",
    "Bảo vệ/giám thị",
    "Kế toán",
)
ROLE_SHOWN: Final[dict[StaffRole, str]] = {
    "principal": "Hiệu trưởng",
    "homeroom_teacher": "GVCN",
    "subject_teacher": "GVBM",
    "guard": "Bảo vệ/giám thị",
    "accountant": "Kế toán",
}
_ROLES: Final[dict[str, StaffRole]] = {
    "hieutruong": "principal",
    "phohieutruong": "principal",
    "hieupho": "principal",
    "gvcn": "homeroom_teacher",
    "giaovienchunhiem": "homeroom_teacher",
    "chunhiem": "homeroom_teacher",
    "gvbm": "subject_teacher",
    "giaovienbomon": "subject_teacher",
    "giaovien": "subject_teacher",
    "gv": "subject_teacher",
    "baove": "guard",
    "giamthi": "guard",
    "baovegiamthi": "guard",
    "ketoan": "accountant",
    "thuquy": "accountant",
    "ketoanthuquy": "accountant",
}
_MAX_SUBJECT: Final = 50
T = TypeVar("T")


class Wish(msgspec.Struct, kw_only=True):
    """What a sheet says of one person; None: nothing, so it stays as it is.

    `homeroom` and `taught` hold class keys, `shifts` keys of shifts.
    """

    rows: list[int]
    name: str
    phone: str
    roles: set[StaffRole] | None = None
    homeroom: set[str] | None = None
    taught: set[tuple[str, str]] | None = None
    shifts: set[str] | None = None

    @property
    def row(self) -> int:
        return self.rows[0]

    def add(self, other: "Wish") -> None:
        """Another row of the same person."""
        self.rows += other.rows
        self.roles = _both(self.roles, other.roles)
        self.homeroom = _both(self.homeroom, other.homeroom)
        self.taught = _both(self.taught, other.taught)
        self.shifts = _both(self.shifts, other.shifts)


def _both(one: set[T] | None, other: set[T] | None) -> set[T] | None:
    return other if one is None else one | (other or set())


def read_wishes(sheet: Sheet, now: SchoolNow, notes: Notes) -> list[Wish]:
    """The people of the sheet in its order; what is wrong with their rows is noted."""
    by_phone: dict[str, Wish] = {}
    leader_of: dict[str, Wish] = {}
    for row in sheet.rows:
        wish = _wish(row, now, notes)
        if wish is None:
            continue
        same = by_phone.setdefault(wish.phone, wish)
        if same is not wish:
            if names.clean(same.name) != names.clean(wish.name):
                notes.error(
                    row.number,
                    PHONE,
                    (
                        f"trùng số điện thoại với dòng {same.row}, mà tên khác",
                        f"is the phone of row {same.row}, which has another name",
                    ),
                )
                continue
            same.add(wish)
        for key in wish.homeroom or ():
            leader = leader_of.setdefault(key, same)
            if leader is not same:
                notes.error(
                    row.number,
                    HOMEROOM,
                    (
                        f"lớp này đã có giáo viên chủ nhiệm ở dòng {leader.row}",
                        f"row {leader.row} is the homeroom teacher of this class",
                    ),
                )
    for wish in by_phone.values():
        _settle_roles(wish, notes)
    return list(by_phone.values())


def _wish(row: Row, now: SchoolNow, notes: Notes) -> Wish | None:
    name = notes.required(row, NAME, values.text)
    phone = notes.required(row, PHONE, values.phone)
    roles = _roles(row, notes)
    homeroom = _keys(row, HOMEROOM, set(now.classes), class_key, notes)
    shifts = _keys(row, SHIFTS, set(now.shift_ids), shift_key, notes)
    taught = _taught(row, now, notes)
    if name is None or phone is None:
        return None
    return Wish(
        rows=[row.number],
        name=name,
        phone=phone,
        roles=roles,
        homeroom=homeroom,
        taught=taught,
        shifts=shifts,
    )


def _roles(row: Row, notes: Notes) -> set[StaffRole] | None:
    found: set[StaffRole] = set()
    for part in notes.read(row, ROLES, parts) or []:
        # "Bảo vệ/giám thị" is one role, "GVCN/GVBM" are two.
        pieces = [part] if _role_key(part) in _ROLES else re.split(r"[/+&]", part)
        for piece in pieces:
            role = _ROLES.get(_role_key(piece))
            if role is None:
                known = ", ".join(ROLE_NAMES)
                notes.error(
                    row.number,
                    ROLES,
                    (
                        f"không có vai trò “{piece[:50]}”; dùng một trong: {known}",
                        f"there is no role “{piece[:50]}”; use one of: {known}",
                    ),
                )
            else:
                found.add(role)
    return found or None


def _role_key(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", search_key(text))


def _keys(
    row: Row, column: str, known: set[str], key_of: Callable[[str], str], notes: Notes
) -> set[str] | None:
    found = set()
    for part in notes.read(row, column, parts) or []:
        key = key_of(part)
        if key not in known:
            what = ("ca", "shift") if column == SHIFTS else ("lớp", "class")
            notes.error(
                row.number,
                column,
                (
                    f"trường chưa có {what[0]} “{part[:50]}”",
                    f"the school has no {what[1]} “{part[:50]}”",
                ),
            )
        found.add(key)
    return found or None


def _taught(row: Row, now: SchoolNow, notes: Notes) -> set[tuple[str, str]] | None:
    classes = _keys(row, TAUGHT, set(now.classes), class_key, notes)
    subjects = notes.read(row, SUBJECT, subjects_of) or []
    if classes and not subjects:
        if row.number not in notes.errors.rows:
            notes.error(
                row.number,
                SUBJECT,
                ("hãy ghi môn cho các lớp dạy", "say which subject is taught to the classes"),
            )
        return None
    if subjects and not classes:
        notes.warn(
            row.number,
            SUBJECT,
            ("chưa ghi lớp dạy nên môn không được lưu", "no classes are named, so it is not kept"),
        )
        return None
    return {(key, subject) for key in classes or () for subject in subjects} or None


def subjects_of(cell: Cell) -> list[str]:
    """The subjects of a cell.

    Raises:
        BadCell: one is too long.
    """
    found = [names.clean(part) for part in parts(cell)]
    if any(len(each) > _MAX_SUBJECT for each in found):
        raise BadCell(
            f"tên môn dài quá {_MAX_SUBJECT} ký tự",
            f"a subject is longer than {_MAX_SUBJECT} characters",
        )
    return found


def _settle_roles(wish: Wish, notes: Notes) -> None:
    """Who has a class teaches; who only is said to lead a class leads none yet."""
    if wish.roles is None:
        return
    if wish.homeroom:
        wish.roles.add("homeroom_teacher")
    elif "homeroom_teacher" in wish.roles and wish.homeroom is None:
        notes.warn(
            wish.row,
            HOMEROOM,
            ("là GVCN nhưng chưa ghi lớp chủ nhiệm", "a homeroom teacher without a class"),
        )
    if wish.taught:
        wish.roles.add("subject_teacher")
