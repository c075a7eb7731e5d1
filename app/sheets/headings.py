"""Finds the row of headings, wherever it stands and however it is written."""

import re
from collections.abc import Sequence

import msgspec

from app.errors import Bilingual
from app.names import clean, search_key
from app.sheets.model import (
    EMPTY,
    AmbiguousColumns,
    Cell,
    Column,
    EmptySheet,
    MissingColumns,
    Row,
    SheetTooLarge,
)

SEARCHED_ROWS = 50  # titles above the headings
MAX_ROWS = 20_000
EXAMPLE = "Ví dụ:"  # begins a cell of the template's example rows, which are never read
_MAX_ECHO = 60
_MAX_HEADING = 150
_MAX_NAMED = 50

Grid = Sequence[Sequence[Cell]]
_NOT_KEY = re.compile(r"[^a-z0-9]+")


class Headings(msgspec.Struct, frozen=True, kw_only=True):
    """`by_index`: which cells of a row belong to which known column; data begin at `first_row`."""

    by_index: dict[int, str]
    ignored: list[str]
    doubled: list[str]
    first_row: int  # from 0


def heading_key(text: str) -> str:
    """Without case, diacritics, spaces and signs: `Họ  và Tên (*)` -> `hovaten`."""
    # No heading is that long; and what is looked at here is everybody's first rows.
    return _NOT_KEY.sub("", search_key(text)) if len(text) <= _MAX_HEADING else ""


def find_headings(grid: Grid, columns: Sequence[Column]) -> Headings:
    """The best row of headings among the first ones; headings of two rows are taken together.

    Above a merged cell's parts the upper row names the group and the lower one the column; below
    a cell that is merged downwards the lower row is empty.
    """
    known = {
        heading_key(name): column.heading
        for column in columns
        for name in (column.heading, *column.aliases)
    }
    best = Headings(by_index={}, ignored=[], doubled=[], first_row=0)
    for number, row in enumerate(grid[:SEARCHED_ROWS]):
        found = _headings(_texts(row), known, first_row=number + 1)
        if len(found.by_index) > len(best.by_index):
            best = found
        if number + 1 < min(len(grid), SEARCHED_ROWS):
            both = _two_rows(_texts(row), _texts(grid[number + 1]), known)
            found = _headings(both, known, first_row=number + 2)
            if len(found.by_index) > len(best.by_index):
                best = found
    return best


def require(found: Headings, columns: Sequence[Column]) -> None:
    """Refuse headings that lack a required column or name one twice.

    Raises:
        MissingColumns, AmbiguousColumns: the headings are named.
    """
    present = set(found.by_index.values())
    missing = [c.heading for c in columns if c.is_required and c.heading not in present]
    if missing:
        raise MissingColumns(_missing(missing))
    if found.doubled:
        listed = ", ".join(f"“{heading}”" for heading in found.doubled)
        raise AmbiguousColumns(
            (
                f"Mỗi cột chỉ được có một lần: {listed}.",
                f"Each of these columns may stand there once: {listed}.",
            )
        )


def rows_below(grid: Grid, found: Headings) -> list[Row]:
    """The rows with something in a known column; examples of the template are left out.

    Raises:
        EmptySheet: there is none. SheetTooLarge: more than `MAX_ROWS`.
    """
    rows: list[Row] = []
    for number, cells in enumerate(grid[found.first_row :], found.first_row + 1):
        held = {
            heading: cells[index]
            for index, heading in found.by_index.items()
            if index < len(cells) and not is_blank(cells[index])
        }
        if not held or any(_is_example(cell) for cell in held.values()):
            continue
        rows.append(Row(number, held))
        if len(rows) > MAX_ROWS:
            raise SheetTooLarge(too_many_rows())
    if not rows:
        raise EmptySheet(
            (
                "Hãy điền dữ liệu vào các dòng dưới dòng tiêu đề.",
                "Fill in the rows below the headings.",
            )
        )
    return rows


def texts_above(grid: Grid, found: Headings) -> list[str]:
    """What is written over the headings, in the order of reading."""
    over = grid[: max(0, found.first_row - 1)]
    written = [clean(cell.value) for row in over for cell in row if isinstance(cell.value, str)]
    return [text[:_MAX_HEADING] for text in written if text]


def too_many_rows() -> Bilingual:
    return (
        f"Tối đa {MAX_ROWS:,} dòng mỗi tệp; hãy chia thành nhiều tệp.".replace(",", "."),
        f"At most {MAX_ROWS:,} rows a file; please split it.",
    )


def is_blank(cell: Cell) -> bool:
    return cell is EMPTY or (
        cell.fault is None
        and (cell.value is None or (isinstance(cell.value, str) and not clean(cell.value)))
    )


def _is_example(cell: Cell) -> bool:
    return isinstance(cell.value, str) and clean(cell.value).startswith(EXAMPLE)


def _texts(row: Sequence[Cell]) -> list[str]:
    return [cell.value if isinstance(cell.value, str) else "" for cell in row]


def _two_rows(upper: list[str], lower: list[str], known: dict[str, str]) -> list[str]:
    width = max(len(upper), len(lower))
    upper = upper + [""] * (width - len(upper))
    lower = lower + [""] * (width - len(lower))
    return [
        below if heading_key(below) in known or not heading_key(above) else above
        for above, below in zip(upper, lower, strict=True)
    ]


def _headings(texts: list[str], known: dict[str, str], *, first_row: int) -> Headings:
    """A column under its own heading wins over one under another name for it."""
    by_index: dict[int, str] = {}
    doubled: list[str] = []
    keys = [heading_key(text) for text in texts]
    for is_own in (True, False):
        taken = set(by_index.values())
        for index, key in enumerate(keys):
            heading = known.get(key)
            if heading is None or heading in taken or (heading_key(heading) == key) != is_own:
                continue
            if heading in by_index.values():
                doubled.append(heading)
            else:
                by_index[index] = heading
    ignored = [
        clean(text)[:_MAX_ECHO]
        for index, text in enumerate(texts)
        if clean(text) and index not in by_index
    ]
    return Headings(
        by_index=dict(sorted(by_index.items())),
        ignored=ignored[:_MAX_NAMED],
        doubled=doubled,
        first_row=first_row,
    )


def _missing(headings: list[str]) -> Bilingual:
    listed = ", ".join(f"“{heading}”" for heading in headings)
    return (
        f"Không thấy cột {listed}. Hãy dùng tệp mẫu, hoặc sửa dòng tiêu đề của bảng.",
        f"There is no column {listed}. Use the template, or correct the row of headings.",
    )
