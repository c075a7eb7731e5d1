"""Reads the sheet in an .xlsx file: the first visible one with the headings that are wanted."""

import io
from collections.abc import Sequence

import python_calamine as calamine

from app.sheets.headings import (
    Grid,
    Headings,
    find_headings,
    require,
    rows_below,
    texts_above,
    too_many_rows,
)
from app.sheets.model import EMPTY, Cell, Column, EmptySheet, Sheet, SheetTooLarge
from app.sheets.parts import Parts, broken
from app.sheets.xml_scan import MAX_AREA, Scan, SheetScan

MAX_CHARS = 2_000


def read_xlsx(data: bytes, columns: Sequence[Column]) -> Sheet:
    """The sheet in a workbook: values, of formulas those that Excel had calculated.

    Raises:
        SheetTooLarge, UnreadableSheet, NotASheet, MacroSheet, EncryptedSheet, MissingColumns,
        AmbiguousColumns, EmptySheet: as said there.
    """
    parts = Parts(data)
    scan = Scan()
    left_out = {name for name in parts.names if not scan.read(name, parts.pieces(name))}
    left_out |= {name for name, sheet in scan.sheets.items() if sheet.is_too_large}
    grid, found = _best_sheet(parts.without(left_out), scan, columns)
    require(found, columns)
    return Sheet(
        headings=list(found.by_index.values()),
        ignored_columns=found.ignored,
        rows=rows_below(grid, found),
        is_1904=scan.is_1904,
        above=texts_above(grid, found),
    )


def _best_sheet(file: io.BytesIO, scan: Scan, columns: Sequence[Column]) -> tuple[Grid, Headings]:
    wanted = {column.heading for column in columns if column.is_required}
    best: tuple[Grid, Headings] | None = None
    is_any_large = False
    # Of all sheets together: laid out, two cells far apart take as long as a full sheet.
    left = 3 * MAX_AREA
    try:
        with calamine.CalamineWorkbook.from_filelike(file) as book:
            for name in _visible(book):
                sheet = scan.sheets.get(scan.part(name) or "")
                if sheet is None or sheet.is_too_large or sheet.area > left:
                    is_any_large = is_any_large or sheet is not None
                    continue
                left -= sheet.area
                grid = _grid(book.get_sheet_by_name(name), sheet)
                found = find_headings(grid, columns)
                if wanted <= set(found.by_index.values()):
                    return grid, found
                if best is None or len(found.by_index) > len(best[1].by_index):
                    best = grid, found
    except calamine.CalamineError:
        raise broken() from None
    except BaseException as error:
        # A panic of its Rust code is no Exception.
        if type(error).__name__ == "PanicException":
            raise broken() from None
        raise
    if is_any_large and (best is None or not best[1].by_index):
        raise SheetTooLarge(too_many_rows())
    if best is None:
        raise EmptySheet
    return best


def _visible(book: calamine.CalamineWorkbook) -> list[str]:
    return [
        each.name
        for each in book.sheets_metadata
        if each.typ == calamine.SheetTypeEnum.WorkSheet
        and each.visible == calamine.SheetVisibleEnum.Visible
    ]


def _grid(sheet: calamine.CalamineSheet, scan: SheetScan) -> Grid:
    grid = [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (row, column), fault in scan.faults.items():
        while len(grid) <= row:
            grid.append([])
        grid[row] += [EMPTY] * (column + 1 - len(grid[row]))
        grid[row][column] = Cell(None, fault)
    return grid


def _cell(value: object) -> Cell:
    if value == "" or value is None:
        return EMPTY
    if isinstance(value, str) and len(value) > MAX_CHARS:
        return Cell(None, (f"dài quá {MAX_CHARS} ký tự", f"is longer than {MAX_CHARS} characters"))
    return Cell(value)  # type: ignore[arg-type]
