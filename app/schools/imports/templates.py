"""The sheets to fill in, with what the school has to choose from; the roster's has its own file."""

import asyncio
from collections.abc import Iterable

from app import db
from app.schools.imports import calendar, staff_rows, timetable
from app.schools.imports.school_now import SchoolNow, school_now
from app.schools.places import queries as places
from app.sheets.model import Column
from app.sheets.template import Template, TemplateColumn, build_template

_MANY = 1_000
_NAMES = ("Họ và tên", "Tên", "Giáo viên")
# In the others a cell may name several, or a class that is yet to be made.
_ONE_OF = (calendar.KIND,)


async def staff_template(conn: db.Conn, *, school_id: int) -> bytes:
    """Examples, and drop-downs of the roles and of the school's classes and shifts."""
    now = await school_now(conn, school_id=school_id)
    classes, shifts = _class_names(now), await _shift_names(conn, school_id)
    choices = {
        staff_rows.ROLES: staff_rows.ROLE_NAMES,
        staff_rows.HOMEROOM: classes,
        staff_rows.TAUGHT: classes,
        staff_rows.SHIFTS: shifts,
    }
    first, second = (*classes, "6A1", "6A2")[:2]
    shift = (*shifts, "Ca sáng")[0]
    return await asyncio.to_thread(
        build_template,
        Template(
            name="Nhân viên",
            columns=_columns(staff_rows.COLUMNS, choices),
            example_column=staff_rows.NAME,
            examples=[
                (
                    "Nguyễn Thị Hoa",
                    "0912345678",
                    "GVCN, GVBM",
                    first,
                    "Toán",
                    f"{first}, {second}",
                    shift,
                ),
                ("Trần Văn Hùng", "0987654321", "Bảo vệ/giám thị", "", "", "", shift),
            ],
            notes=(
                "Mỗi người một số điện thoại: đó là số họ dùng để đăng nhập.",
                "Nhiều vai trò, lớp hoặc ca trong một ô: cách nhau bằng dấu phẩy. Người dạy nhiều"
                " môn ở các lớp khác nhau: thêm dòng, cùng số điện thoại.",
                "Ô có ghi là ghi đủ: vai trò, lớp, ca không còn trong ô sẽ được gỡ.",
            ),
        ),
    )


async def calendar_template(conn: db.Conn, *, school_id: int) -> bytes:
    """Examples, and a drop-down of the kinds of days."""
    return await asyncio.to_thread(
        build_template,
        Template(
            name="Lịch",
            columns=_columns(calendar.COLUMNS, {calendar.KIND: calendar.KIND_NAMES}),
            example_column=calendar.NAME,
            examples=[
                ("20/11/2026", "", "Nghỉ", "Ngày Nhà giáo Việt Nam"),
                ("03/02/2027", "14/02/2027", "Nghỉ lễ", "Tết Nguyên đán"),
                ("21/02/2027", "", "Học bù", "Học bù cho 20/11"),
            ],
            notes=(
                "Nghỉ lễ: theo lịch chung. Nghỉ: trường đóng cửa riêng. Học bù: ngày vẫn học dù"
                " không thuộc thứ của ca.",
                "“Đến ngày” để trống: một ngày.",
            ),
        ),
    )


async def timetable_template(conn: db.Conn, *, school_id: int) -> bytes:
    """Examples, and drop-downs of the school's classes and shifts."""
    now = await school_now(conn, school_id=school_id)
    classes, shifts = _class_names(now), await _shift_names(conn, school_id)
    choices = {timetable.CLASS: classes, timetable.SHIFT: shifts}
    first, shift = (*classes, "6A1")[0], (*shifts, "Ca sáng")[0]
    return await asyncio.to_thread(
        build_template,
        Template(
            name="Ca học và môn",
            columns=_columns(timetable.COLUMNS, choices),
            example_column=timetable.TEACHER,
            examples=[
                (first, shift, "", "", ""),
                (first, "", "Toán", "0912345678", "Nguyễn Thị Hoa"),
            ],
            notes=(
                "Giáo viên được nhận ra theo số điện thoại trong danh sách nhân viên; cột tên chỉ"
                " để người đọc.",
                "Lớp học cả ngày: ghi các ca cách nhau bằng dấu phẩy, hoặc mỗi ca một dòng.",
                "Ca của một lớp và giáo viên của một môn có ghi là ghi đủ; môn không ghi thì giữ"
                " nguyên.",
            ),
        ),
    )


def _columns(
    columns: Iterable[Column], choices: dict[str, tuple[str, ...]]
) -> list[TemplateColumn]:
    return [
        TemplateColumn(
            heading=column.heading,
            width=28 if column.heading in _NAMES else 18,
            choices=choices.get(column.heading, ()),
            is_strict=column.heading in _ONE_OF,
            is_required=column.is_required,
        )
        for column in columns
    ]


def _class_names(now: SchoolNow) -> tuple[str, ...]:
    ordered = sorted(now.classes.values(), key=lambda each: (each.grade, len(each.name), each.name))
    return tuple(each.name for each in ordered)


async def _shift_names(conn: db.Conn, school_id: int) -> tuple[str, ...]:
    found = await places.shifts(conn, school_id=school_id, after_id=None, limit=_MANY)
    return tuple(each.name for each in found)
