"""What a sheet is once it is read, and why one may be refused."""

from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec

from app.errors import AppError, Bilingual, Unprocessable

CellValue = str | int | float | bool | date | datetime | time | timedelta | None


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column that is read: its heading as in our template, and other names people give it."""

    heading: str
    aliases: tuple[str, ...] = ()
    is_required: bool = False


class Cell(msgspec.Struct, frozen=True):
    """One cell as stored; `fault` says why its value cannot be used, whatever is wanted of it."""

    value: CellValue = None
    fault: Bilingual | None = None


EMPTY: Final = Cell()


class Row(msgspec.Struct, frozen=True):
    """`number` is the row's number in the sheet, from 1; cells are keyed by `Column.heading`.

    Cells that are empty are left out: ask `cell`.
    """

    number: int
    cells: dict[str, Cell]

    def cell(self, heading: str) -> Cell:
        return self.cells.get(heading, EMPTY)


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """The rows that have something in a known column, and are no example of the template.

    `headings`: the known columns that the sheet has, as in `Column.heading`. `ignored_columns`: the
    others, as written. `is_typed` False: a csv, whose numbers may have lost their leading zeros
    without a trace. `is_1904`: bare numbers count days from 1904. `above`: what stands over the
    headings, such as a title, cell by cell.
    """

    headings: list[str]
    ignored_columns: list[str]
    rows: list[Row]
    is_typed: bool = True
    is_1904: bool = False
    above: list[str] = []


class BadCell(Exception):
    """A cell does not hold what its column asks for; `message` is (Vietnamese, English)."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.message: Bilingual = (vi, en)


class SheetTooLarge(AppError):
    """Bảng tính quá lớn | The sheet is too large"""

    status = 413


class UnreadableSheet(Unprocessable):
    """Không đọc được tệp này | This file cannot be read"""


class NotASheet(Unprocessable):
    """Tệp không phải bảng tính .xlsx hoặc .csv | The file is neither an .xlsx nor a .csv sheet"""


class MacroSheet(Unprocessable):
    """Không nhận tệp có macro | A file with macros is not accepted"""


class EncryptedSheet(Unprocessable):
    """Tệp đang đặt mật khẩu | The file is protected by a password"""


class UnknownEncoding(Unprocessable):
    """Tệp csv không dùng bảng mã UTF-8 | The csv file is not in UTF-8"""


class MissingColumns(Unprocessable):
    """Bảng thiếu cột bắt buộc | The sheet lacks a required column"""


class AmbiguousColumns(Unprocessable):
    """Một cột xuất hiện hai lần | A column stands there twice"""


class EmptySheet(Unprocessable):
    """Bảng không có dòng dữ liệu nào | The sheet has no rows"""
