"""Sheets as other tools write them."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl

from app.sheets.model import Column

NAME = Column(heading="Họ và tên", aliases=("Họ tên",), is_required=True)
CODE = Column(heading="Mã định danh")
PHONE = Column(heading="SĐT 1")
BORN = Column(heading="Ngày sinh")
COLUMNS = (CODE, NAME, BORN, PHONE)
HEADINGS = [column.heading for column in COLUMNS]


def xlsx(rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook with one sheet, by openpyxl."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The same file with one part put in, or instead of another."""
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as before,
        zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for info in before.infolist():
            if info.filename != name:
                after.writestr(info.filename, before.read(info))
        after.writestr(name, content)
    return changed.getvalue()


def part(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def csv(rows: Iterable[Sequence[str]], *, delimiter: str = ",") -> str:
    return "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
