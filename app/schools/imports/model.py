"""What an import found and did, whatever was imported."""

from typing import Final, Literal

import msgspec

from app.errors import Bilingual, Conflict

Locale = Literal["vi", "en"]
MAX_LISTED: Final = 500


class CellMessage(msgspec.Struct, frozen=True, kw_only=True):
    """`row` is the sheet's row number, from 1; `column` its heading, or empty for the whole row."""

    row: int
    column: str
    message: str


class ImportResult(msgspec.Struct, frozen=True, kw_only=True):
    """With `errors` nothing was written; the counts then say what the rows without one would do.

    `rows` is the number of rows read; created, updated and unchanged count rows. At most 500 errors
    and warnings are listed, the last one says how many more there are.
    """

    rows: int
    created: int
    updated: int
    unchanged: int
    errors: list[CellMessage]
    ignored_columns: list[str]
    warnings: list[CellMessage]


class ImportConflict(Conflict):
    """Dữ liệu vừa thay đổi trong lúc nhập | The data changed while it was being imported"""


class Findings:
    """Collects messages in both languages; the lowest rows are listed first."""

    def __init__(self) -> None:
        self._found: list[tuple[int, str, Bilingual]] = []
        self.rows: set[int] = set()

    def add(self, row: int, column: str, vi: str, en: str) -> None:
        self.rows.add(row)
        self._found.append((row, column, (vi, en)))

    def __len__(self) -> int:
        return len(self._found)

    def listed(self, locale: Locale) -> list[CellMessage]:
        """In the caller's language by row, at most `MAX_LISTED`."""
        n = 0 if locale == "vi" else 1
        ordered = sorted(self._found, key=lambda each: each[0])
        shown = [
            CellMessage(row=row, column=column, message=text[n])
            for row, column, text in ordered[:MAX_LISTED]
        ]
        more = len(ordered) - MAX_LISTED + 1
        if more > 1:
            words = (f"và {more} điều nữa từ dòng này", f"and {more} more from this row on")
            shown[-1] = CellMessage(row=shown[-1].row, column="", message=words[n])
        return shown
