"""What an import found and did, whatever was imported."""

import msgspec

from app.errors import Conflict


class CellNote(msgspec.Struct, frozen=True, kw_only=True):
    """`row` is the sheet's row number, from 1; `column` its heading, or empty for the whole row."""

    row: int
    column: str
    message: str


class ImportResult(msgspec.Struct, frozen=True, kw_only=True):
    """With `errors` nothing is written and the counts are 0, but for `rows`.

    `rows` is the number of rows read; created, updated and unchanged count rows.
    """

    rows: int
    created: int
    updated: int
    unchanged: int
    errors: list[CellNote]
    ignored_columns: list[str]
    warnings: list[CellNote]


class ImportConflict(Conflict):
    """Dữ liệu vừa thay đổi trong lúc nhập | The data changed while it was being imported"""
