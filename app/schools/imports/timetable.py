"""The timetable import: which shifts a class attends, and who teaches it which subject.

For a class that it names, the shifts are those of the sheet; so are the teachers of each subject
that it names. What it does not name stays.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from app import db
from app.crypto import Vault
from app.jobs.model import Progress
from app.schools.classes import service as classes
from app.schools.classes.model import SchoolClass, Teacher
from app.schools.imports.model import ImportResult, Locale
from app.schools.imports.notes import Fate, Notes, parts
from app.schools.imports.school_now import (
    SchoolNow,
    class_key,
    school_now,
    shift_key,
    staff_by_phone,
)
from app.schools.imports.staff_rows import subjects_of
from app.sheets import values
from app.sheets.model import BadCell, Cell, Column, Row, Sheet

CLASS: Final = "Lớp"
SHIFT: Final = "Ca học"
SUBJECT: Final = "Môn"
PHONE: Final = "SĐT giáo viên"
TEACHER: Final = "Giáo viên"

COLUMNS: Final = (
    Column(heading=CLASS, aliases=("Tên lớp", "Lớp học", "Class"), is_required=True),
    Column(heading=SHIFT, aliases=("Ca", "Buổi", "Buổi học")),
    Column(heading=SUBJECT, aliases=("Môn học", "Môn dạy")),
    Column(heading=PHONE, aliases=("SĐT", "Số điện thoại", "Điện thoại", "Giáo viên SĐT")),
    # For those who read the sheet; a teacher is known by the phone.
    Column(heading=TEACHER, aliases=("Tên giáo viên", "Giáo viên bộ môn", "Họ và tên")),
)


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    """What a row says of a class."""

    row: int
    key: str
    shifts: frozenset[str]
    pairs: frozenset[tuple[UUID, str]]


class TimetablePlan(msgspec.Struct, frozen=True, kw_only=True):
    """The classes as they will be; nothing may be changed while the result has errors."""

    result: ImportResult
    classes: list[SchoolClass]


async def plan_timetable(
    conn: db.Conn, *, vault: Vault, school_id: int, sheet: Sheet, locale: Locale
) -> TimetablePlan:
    """Read the sheet against the classes; hold the school's lock to apply it after."""
    notes = Notes()
    now = await school_now(conn, school_id=school_id)
    phones = {row.number: notes.read(row, PHONE, values.phone) for row in sheet.rows}
    teachers = await staff_by_phone(
        conn, vault=vault, school_id=school_id, phones={p for p in phones.values() if p}
    )
    lines = [
        line
        for row in sheet.rows
        if (line := _line(row, now, phones[row.number], teachers, notes)) is not None
    ]
    changed = _changed(now, lines)
    fates: list[tuple[Fate, list[int]]] = [
        ("unchanged" if _is_so(line, now, changed) else "updated", [line.row]) for line in lines
    ]
    return TimetablePlan(
        result=notes.result(sheet, fates, locale=locale), classes=list(changed.values())
    )


async def apply_timetable(
    conn: db.Conn, *, school_id: int, plan: TimetablePlan, now: datetime, told: Progress
) -> None:
    """Change the classes that were planned; their teachers' roles follow."""
    for number, each in enumerate(plan.classes):
        changes = {"shift_ids": each.shift_ids, "teachers": each.teachers}
        await classes.change_class(
            conn, school_id=school_id, class_id=each.id, changes=changes, now=now
        )
        await told(number + 1, len(plan.classes))


def _line(
    row: Row, now: SchoolNow, phone: str | None, teachers: dict[str, UUID], notes: Notes
) -> _Line | None:
    def known_class(cell: Cell) -> str | None:
        found = values.text(cell)
        if found is not None and class_key(found) not in now.classes:
            raise BadCell(
                f"trường chưa có lớp “{found[:50]}”", f"the school has no class “{found[:50]}”"
            )
        return None if found is None else class_key(found)

    key = notes.required(row, CLASS, known_class)
    shifts = notes.read(row, SHIFT, lambda cell: _shifts(cell, now)) or []
    subjects = notes.read(row, SUBJECT, subjects_of) or []
    if row.number in notes.errors.rows or key is None:
        return None
    teacher = None if phone is None else teachers.get(phone)
    if phone is not None and teacher is None:
        notes.error(
            row.number,
            PHONE,
            ("không phải số của nhân viên nào trong trường", "is the phone of nobody on the staff"),
        )
    elif bool(subjects) != (teacher is not None):
        notes.error(
            row.number,
            PHONE if subjects else SUBJECT,
            ("môn và số điện thoại giáo viên đi cùng nhau", "a subject and a phone go together"),
        )
    elif not shifts and not subjects:
        notes.error(row.number, SHIFT, ("hãy ghi ca học hoặc môn dạy", "name a shift or a subject"))
    return _Line(
        row=row.number,
        key=key,
        shifts=frozenset(shifts),
        pairs=frozenset((teacher, subject) for subject in subjects if teacher is not None),
    )


def _shifts(cell: Cell, now: SchoolNow) -> list[str]:
    found = parts(cell)
    for part in found:
        if shift_key(part) not in now.shift_ids:
            raise BadCell(
                f"trường chưa có ca “{part[:50]}”", f"the school has no shift “{part[:50]}”"
            )
    return [shift_key(part) for part in found]


def _changed(now: SchoolNow, lines: list[_Line]) -> dict[str, SchoolClass]:
    """The named classes that will not be as they are, by key."""
    shifts: dict[str, set[UUID]] = {}
    pairs: dict[str, set[tuple[UUID, str]]] = {}
    for line in lines:
        if line.shifts:
            shifts.setdefault(line.key, set()).update(now.shift_ids[key] for key in line.shifts)
        pairs.setdefault(line.key, set()).update(line.pairs)
    changed = {}
    for key, named in pairs.items():
        before = now.classes[key]
        subjects = {subject for _, subject in named}
        kept = {(t.staff_id, t.subject) for t in before.teachers if t.subject not in subjects}
        after = msgspec.structs.replace(
            before,
            shift_ids=sorted(shifts.get(key, before.shift_ids)),
            teachers=[Teacher(staff_id=s, subject=subject) for s, subject in sorted(kept | named)],
        )
        if _as_set(after) != _as_set(before):
            changed[key] = after
    return changed


def _as_set(each: SchoolClass) -> tuple[set[UUID], set[tuple[UUID, str]]]:
    return set(each.shift_ids), {(t.staff_id, t.subject) for t in each.teachers}


def _is_so(line: _Line, now: SchoolNow, changed: dict[str, SchoolClass]) -> bool:
    """Whether what the row says is so already, and the sheet takes nothing away beside it."""
    if line.key not in changed:
        return True
    shifts, pairs = _as_set(now.classes[line.key])
    after_shifts, after_pairs = _as_set(changed[line.key])
    subjects = {subject for _, subject in line.pairs}
    is_shift_so = not line.shifts or shifts == after_shifts
    of_subjects = {pair for pair in pairs if pair[1] in subjects}
    return is_shift_so and of_subjects == {pair for pair in after_pairs if pair[1] in subjects}
