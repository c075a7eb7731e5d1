"""Reads csv: UTF-8 or UTF-16, separated by comma, semicolon or tab."""

import codecs
import csv
import io
import re
from collections.abc import Sequence
from typing import Final

from app.sheets.headings import (
    Headings,
    find_headings,
    require,
    rows_below,
    texts_above,
    too_many_rows,
)
from app.sheets.model import (
    EMPTY,
    Cell,
    Column,
    Sheet,
    SheetTooLarge,
    UnknownEncoding,
    UnreadableSheet,
)

MAX_LINES: Final = 20_200
MAX_COLUMNS: Final = 200
MAX_CHARS: Final = 2_000
_DELIMITERS: Final = ",;\t"
_TRIED_CHARS: Final = 100_000
_FORMULA: Final = (
    "là công thức; hãy thay bằng giá trị",
    "is a formula; put its value there instead",
)
# What exports write so that Excel keeps a leading zero: ="0912345678".
_QUOTED: Final = re.compile(r'="([^"=]*)"')
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def is_text(data: bytes) -> bool:
    """Whether it could be a csv in some encoding, rather than a picture or a program."""
    if data.startswith(_UTF16):
        return True
    head = data[:4096]
    strange = sum(byte < 32 and byte not in (9, 10, 12, 13, 26) for byte in head)
    return strange - head.count(0) <= max(4, len(head) // 50) and head.count(0) <= len(head) // 2


def read_csv(data: bytes, columns: Sequence[Column], *, legacy: str | None = None) -> Sheet:
    """The sheet in a csv file; `legacy`: the code page of one that is in no Unicode.

    Raises:
        UnknownEncoding: neither UTF-8 nor UTF-16 with its mark, nor `legacy`. UnreadableSheet: a
        NUL or an open quote. SheetTooLarge, MissingColumns, AmbiguousColumns, EmptySheet: as said
        there.
    """
    text = _decoded(data, legacy)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise UnreadableSheet(
            (
                f"Dòng {line} có ký tự rỗng (NUL); hãy lưu lại tệp từ Excel.",
                f"Line {line} holds a NUL character; save the file again from Excel.",
            )
        )
    delimiter, skipped, found = _best_delimiter(text, columns)
    require(found, columns)
    grid = _grid(text, delimiter, skipped)
    return Sheet(
        headings=list(found.by_index.values()),
        ignored_columns=found.ignored,
        rows=rows_below(grid, found),
        is_typed=False,
        above=texts_above(grid, found),
    )


def _decoded(data: bytes, legacy: str | None) -> str:
    encoding = "utf-16" if data.startswith(_UTF16) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        if legacy is not None and encoding != "utf-16":
            return _decoded_as(data, legacy)
        raise _unknown_encoding() from None


def _decoded_as(data: bytes, legacy: str) -> str:
    try:
        return data.decode(legacy)
    except UnicodeDecodeError:
        raise _unknown_encoding() from None


def _unknown_encoding() -> UnknownEncoding:
    return UnknownEncoding(
        (
            "Trong Excel, chọn Lưu thành (Save As) → CSV UTF-8 (Comma delimited) (*.csv), hoặc "
            "lưu thành .xlsx.",
            "In Excel choose Save As → CSV UTF-8 (Comma delimited) (*.csv), or save as .xlsx.",
        )
    )


def _best_delimiter(text: str, columns: Sequence[Column]) -> tuple[str, int, Headings]:
    """The delimiter under which most headings are known; how many lines `sep=` takes."""
    first = text[:8].split("\n", 1)[0].strip().lower()
    skipped = 1 if first.startswith("sep=") else 0
    head = text[:_TRIED_CHARS]
    tried = [
        (delimiter, find_headings(_grid(head, delimiter, skipped, is_head=True), columns))
        for delimiter in _DELIMITERS
    ]
    delimiter, found = max(tried, key=lambda each: len(each[1].by_index))
    return delimiter, skipped, found


def _grid(text: str, delimiter: str, skipped: int, *, is_head: bool = False) -> list[list[Cell]]:
    """All records; one that the user's Excel shows in row n stands at n - 1."""
    grid: list[list[Cell]] = []
    # No quote may swallow the rest of the file and then be called one long cell.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for record in reader:
            if len(grid) == 0 and skipped:
                skipped = 0
                grid.append([])
                continue
            grid.append([_cell(value) for value in record[:MAX_COLUMNS]])
            if is_head and len(grid) > 60:
                break
            if len(grid) > MAX_LINES:
                raise SheetTooLarge(too_many_rows())
    except csv.Error:
        if not is_head:
            line = reader.line_num
            raise UnreadableSheet(
                (
                    f"Dòng {line}: dấu ngoặc kép không khép, hoặc ô quá dài.",
                    f"Line {line}: a quote is not closed, or a cell is too long.",
                )
            ) from None
    return grid


def _cell(value: str) -> Cell:
    if not value:
        return EMPTY
    if len(value) > MAX_CHARS:
        return Cell(None, (f"dài quá {MAX_CHARS} ký tự", f"is longer than {MAX_CHARS} characters"))
    if value.lstrip().startswith("="):
        quoted = _QUOTED.fullmatch(value.strip())
        return Cell(quoted.group(1)) if quoted else Cell(None, _FORMULA)
    return Cell(value)
