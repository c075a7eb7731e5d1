"""Makes sheets of any length in the memory of one row: each row goes to the disk as it comes."""

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO, Any, Final

import xlsxwriter

from app.sheets.report import ReportColumn, Value

# Of another program that opens the sheet, or of a csv saved from it, these begin a formula.
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r")
_FORMATS: Final[dict[str, dict[str, Any]]] = {
    "text": {"num_format": "@"},
    "number": {"num_format": "#,##0"},
    "day": {"num_format": "dd/mm/yyyy", "align": "left"},
    "time": {"num_format": "dd/mm/yyyy hh:mm"},
}
MAX_ROWS: Final = 1_000_000  # Excel's own limit is 1,048,576


def neutral(text: str) -> str:
    """Text that no program takes for a formula."""
    return f"'{text}" if text.startswith(_RISKY) else text


class LongReport:
    """One sheet with a title, headings and rows, written once from top to bottom.

    `add` blocks for some 20 µs a cell: call it in a thread. `finish` hands the file over, at its
    beginning; whoever reads it closes it.
    """

    def __init__(self, *, name: str, title: str, columns: Sequence[ReportColumn]) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        options = {
            "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        }  # fmt: skip
        self._book = xlsxwriter.Workbook(self._file, options)
        self._sheet = self._book.add_worksheet(name)
        self._columns = columns
        self._formats = {kind: self._book.add_format(how) for kind, how in _FORMATS.items()}
        self._row = 2
        bold = self._book.add_format({"bold": True, "font_size": 13})
        head = self._book.add_format({"bold": True, "bg_color": "#DCE9F7", "border": 1})
        for index, column in enumerate(columns):
            self._sheet.set_column(index, index, column.width)
        self._sheet.freeze_panes(2, 0)
        self._sheet.write_string(0, 0, title, bold)
        for index, column in enumerate(columns):
            self._sheet.write_string(1, index, column.heading, head)

    def add(self, rows: Iterable[Sequence[Value]]) -> None:
        """More rows, in the columns' order."""
        for row in rows:
            for index, (column, value) in enumerate(zip(self._columns, row, strict=True)):
                self._write(index, column.kind, value)
            self._row += 1

    def finish(self) -> IO[bytes]:
        """The whole file."""
        self._book.close()
        self._file.seek(0)
        return self._file

    def discard(self) -> None:
        """Leave nothing behind of what is not wanted any more."""
        self._file.close()

    def _write(self, index: int, kind: str, value: Value) -> None:
        if value is None:
            return
        shown = self._formats[kind]
        if kind in ("day", "time"):
            self._sheet.write_datetime(self._row, index, value, shown)
        elif kind == "number":
            self._sheet.write_number(self._row, index, value, shown)
        else:
            self._sheet.write_string(self._row, index, neutral(str(value)), shown)
