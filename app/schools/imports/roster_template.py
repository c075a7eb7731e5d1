"""The roster's sheet to fill in, with what the school has to choose from."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from app import db
from app.schools.classes import queries as classes
from app.schools.common import school_day, school_year_of
from app.schools.imports import roster_columns as columns
from app.schools.imports.roster_columns import ROSTER_COLUMNS
from app.schools.imports.roster_rows import GENDER_NAMES, RELATION_NAMES
from app.schools.places import queries as places
from app.sheets.template import Template, TemplateColumn, build_template

_MANY: Final = 1_000
_WIDTHS: Final = {columns.NAME: 28, columns.GUARDIAN[0]: 28, columns.GUARDIAN[1]: 28}
_NOTES: Final = (
    "Mã định danh: mã 10 chữ số của Bộ GD&ĐT. Chưa có thì để trống; khi ấy học sinh được nhận ra"
    " theo họ tên, ngày sinh và lớp.",
    "Ngày sinh: ngày/tháng/năm, ví dụ 05/09/2015.",
    "Lớp: lớp của năm học này. Lớp chưa có trong trường là lỗi, trừ khi chọn “tạo lớp mới”.",
    "Ca học: chỉ cần cho lớp mới; lớp học cả hai ca thì ghi cả hai, cách nhau bằng dấu phẩy.",
    "Người giám hộ: cần cả tên và số điện thoại. Hai người có thể chung một số. Học sinh không có"
    " người giám hộ vẫn nhập được.",
    "Quan hệ: Bố, Mẹ, Ông/Bà, Anh/Chị hoặc Khác.",
    "Nhập lại tệp đã sửa bao nhiêu lần cũng được. Học sinh không có trong tệp vẫn giữ nguyên. Số"
    " điện thoại khác với số đang lưu thì số cũ được giữ: đổi và duyệt số ở mục Người giám hộ.",
)


async def roster_template(conn: db.Conn, *, school_id: int, now: datetime) -> bytes:
    """Examples, and drop-downs of the school's classes of this year, its shifts and relations."""
    found = await classes.classes(
        conn,
        school_id=school_id,
        only_ids=None,
        school_year=school_year_of(school_day(now)),
        after=None,
        limit=_MANY,
    )
    shifts = await places.shifts(conn, school_id=school_id, after_id=None, limit=_MANY)
    choices = {
        columns.GENDER: GENDER_NAMES,
        columns.CLASS: [each.name for each in found],
        columns.SHIFT: [each.name for each in shifts],
        columns.RELATION[0]: RELATION_NAMES,
        columns.RELATION[1]: RELATION_NAMES,
    }
    return await asyncio.to_thread(build_template, _template(choices))


def _template(choices: dict[str, Sequence[str]]) -> Template:
    class_name = next(iter(choices[columns.CLASS]), "6A1")
    shift = next(iter(choices[columns.SHIFT]), "Ca sáng")
    mother = ("Trần Thị Bình", "0912345678", "Mẹ")
    return Template(
        name="Học sinh",
        columns=[
            TemplateColumn(
                heading=column.heading,
                width=_WIDTHS.get(column.heading, 16),
                choices=choices.get(column.heading, ()),
                # A class may be new, and a class may attend two shifts.
                is_strict=column.heading not in (columns.CLASS, columns.SHIFT),
                is_required=column.is_required,
            )
            for column in ROSTER_COLUMNS
        ],
        example_column=columns.NAME,
        examples=[
            ("4600000001", "Nguyễn Văn An", "05/09/2015", "Nam", class_name, shift, *mother,
             "Nguyễn Văn Cường", "0987654321", "Bố"),
            ("", "Lê Thị Dung", "20/11/2015", "Nữ", class_name, "", *mother, "", "", ""),
        ],
        notes=_NOTES,
    )  # fmt: skip
