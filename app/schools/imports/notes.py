"""Reading a row's cells, with what is wrong collected instead of raised."""

from collections.abc import Callable, Iterable
from typing import Literal, TypeVar

from app.errors import Bilingual
from app.schools.imports.model import Findings, ImportResult, Locale
from app.sheets import values
from app.sheets.model import BadCell, Cell, Row, Sheet

T = TypeVar("T")
Fate = Literal["created", "updated", "unchanged"]


class Notes:
    """Errors, which keep everything from being written, and warnings."""

    def __init__(self) -> None:
        self.errors = Findings()
        self.warnings = Findings()

    def error(self, row: int, column: str, message: Bilingual) -> None:
        self.errors.add(row, column, *message)

    def warn(self, row: int, column: str, message: Bilingual) -> None:
        self.warnings.add(row, column, *message)

    def read(self, row: Row, column: str, what: Callable[[Cell], T]) -> T | None:
        """What the cell holds; None, and an error is noted, where it cannot be read so."""
        try:
            return what(row.cell(column))
        except BadCell as bad:
            self.error(row.number, column, bad.message)
            return None

    def required(self, row: Row, column: str, what: Callable[[Cell], T | None]) -> T | None:
        """The same of a cell that may not be empty."""
        before = len(self.errors)
        found = self.read(row, column, what)
        if found is None and len(self.errors) == before:
            self.error(row.number, column, ("ô này không được để trống", "may not be empty"))
        return found

    def result(
        self, sheet: Sheet, fates: Iterable[tuple[Fate, list[int]]], *, locale: Locale
    ) -> ImportResult:
        """`fates`: what becomes of which rows; those with an error are not counted."""
        counts: dict[Fate, int] = {"created": 0, "updated": 0, "unchanged": 0}
        for fate, rows in fates:
            counts[fate] += len(set(rows) - self.errors.rows)
        return ImportResult(
            rows=len(sheet.rows),
            **counts,
            errors=self.errors.listed(locale),
            warnings=self.warnings.listed(locale),
            ignored_columns=sheet.ignored_columns,
        )


def parts(cell: Cell) -> list[str]:
    """What stands in the cell between commas, semicolons and line ends.

    Raises:
        BadCell: a date, such as Excel makes of class 6/2; too long; unusable.
    """
    value = cell.value
    if isinstance(value, str):
        cell = Cell(value.replace("\n", ";").replace(",", ";"), cell.fault)
    found = values.text(cell, max_chars=1000)
    return [part.strip() for part in (found or "").split(";") if part.strip()]
