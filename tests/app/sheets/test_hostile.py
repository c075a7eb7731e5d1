"""Files made to hurt: each is refused in words, and none is laid out in memory."""

import io
import struct
import subprocess
import sys
import time
import tracemalloc
import zipfile
import zlib
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from app.errors import AppError
from app.sheets import values
from app.sheets.model import (
    BadCell,
    EncryptedSheet,
    MacroSheet,
    NotASheet,
    Sheet,
    SheetTooLarge,
    UnreadableSheet,
)
from app.sheets.reading import MAX_FILE_BYTES, parse_sheet
from tests.app.sheets.files import COLUMNS, HEADINGS, part, saved, with_part, xlsx

GOOD = xlsx([HEADINGS, ["4600000001", "An", None, None]])
SHEET = "xl/worksheets/sheet1.xml"
TYPES = "[Content_Types].xml"


def read(data: bytes | Path, filename: str = "a.xlsx") -> Sheet:
    """Read it, and see that it never took much memory."""
    tracemalloc.start()
    try:
        return parse_sheet(data, filename=filename, columns=COLUMNS)
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 60_000_000


def with_cells(cells: str) -> bytes:
    """The good file with other cells in its sheet."""
    xml = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    )
    return with_part(GOOD, SHEET, xml.encode())


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_a_bomb_that_says_its_size_is_refused_before_it_is_inflated() -> None:
    with pytest.raises(SheetTooLarge):
        read(with_part(GOOD, "xl/worksheets/sheet2.xml", b" " * 200_000_000))


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    bomb = zlib.compress(b" " * 300_000_000, 9)[2:-4]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(SHEET, bomb)
    data = bytearray(packed.getvalue())
    for signature, method, size in ((b"PK\x03\x04", 8, 22), (b"PK\x01\x02", 10, 24)):
        at = data.rfind(signature)
        struct.pack_into("<H", data, at + method, zipfile.ZIP_DEFLATED)
        struct.pack_into("<I", data, at + size, 1000)
    with pytest.raises(UnreadableSheet):
        read(bytes(data))


def test_many_parts_that_are_a_bomb_together_are_refused() -> None:
    data = GOOD
    packed = io.BytesIO(data)
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
        for number in range(20):
            archive.writestr(f"xl/x{number}.xml", b"<a>" + b" " * 4_000_000 + b"</a>")
    with pytest.raises(SheetTooLarge):
        read(packed.getvalue())


def test_a_picture_inside_costs_nothing_whatever_its_size() -> None:
    sheet = read(with_part(GOOD, "xl/media/image1.png", b"\x00" * 150_000_000))
    assert len(sheet.rows) == 1


def test_two_cells_far_apart_are_refused_before_the_space_between_is_laid_out() -> None:
    cells = f'<row r="1">{text_cell("A1", "Họ và tên")}</row>'
    cells += f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>'
    with pytest.raises(SheetTooLarge):
        read(with_cells(cells))


def test_a_far_row_cannot_hide_behind_a_prefix_or_a_relation() -> None:
    cells = f'<row r="1">{text_cell("A1", "Họ và tên")}</row>'
    cells += f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>'
    prefixed = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<x:sheetData>{cells.replace('<', '<x:').replace('<x:/', '</x:')}</x:sheetData>"
        "</x:worksheet>"
    )
    with pytest.raises(SheetTooLarge):
        read(with_part(GOOD, SHEET, prefixed.encode()))
    moved = with_part(with_cells(cells), "xl/other.xml", part(with_cells(cells), SHEET))
    relations = "xl/_rels/workbook.xml.rels"
    moved = with_part(
        moved, relations, part(moved, relations).replace(b"worksheets/sheet1", b"./other")
    )
    with pytest.raises(AppError):
        read(moved)


def test_one_long_string_used_in_every_cell_is_refused() -> None:
    row = "".join(f'<c r="A{n}" t="s"><v>0</v></c>' for n in range(1, 2))
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>4</v></c></row>' for n in range(2, 20_000))
    data = with_cells(f'<row r="1">{row}</row>{rows}')
    strings = "<si><t>Họ và tên</t></si>" * 4 + f"<si><t>{'x' * 32_000}</t></si>"
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with pytest.raises(SheetTooLarge):
        read(
            with_part(
                data, "xl/sharedStrings.xml", f'<sst xmlns="{namespace}">{strings}</sst>'.encode()
            )
        )


_READ = """
import resource, sys
from pathlib import Path
from app.errors import AppError
from app.sheets.reading import parse_sheet
from tests.app.sheets.files import COLUMNS
resource.setrlimit(resource.RLIMIT_AS, (700_000_000, 700_000_000))
try:
    parse_sheet(Path(sys.argv[1]), filename="a.xlsx", columns=COLUMNS)
except AppError as error:
    sys.exit(f"refused: {type(error).__name__}")
"""


def test_what_no_counter_here_sees_is_bounded_too(tmp_path: Path) -> None:
    """Also what the XML parser, zlib and the reader of sheets take: a process with 700 MB."""
    far = f'<row r="1">{text_cell("A1", "Họ và tên")}</row>'
    far += f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>'
    long = f'<row r="1">{text_cell("A1", "Họ và tên")}</row>'
    long += f'<row r="2">{text_cell("A2", "x" * 60_000_000)}</row>'
    deep = "<a>" * 5_000_000
    for name, data in (
        ("far", with_cells(far)),
        ("long", with_cells(long)),
        ("deep", with_part(GOOD, "xl/styles.xml", b"<styleSheet>" + deep.encode())),
        ("wide", with_part(GOOD, "xl/styles.xml", b"<styleSheet " + b"x" * 60_000_000)),
        ("comment", with_part(GOOD, SHEET, b"<worksheet><!--" + b"> " * 30_000_000)),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        child = subprocess.run(
            [sys.executable, "-c", _READ, str(path)], capture_output=True, text=True, timeout=30
        )
        assert child.stderr.startswith("refused: "), (name, child.returncode, child.stderr[-300:])


def test_too_many_rows_are_refused_and_formatted_empty_ones_are_not() -> None:
    full = "".join(
        f'<row r="{n}">{text_cell(f"A{n}", "Họ và tên" if n == 1 else "An")}</row>'
        for n in range(1, 20_003)
    )
    with pytest.raises(SheetTooLarge, match="rows"):
        read(with_cells(full))
    empty = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, 200_000))
    head = (
        f'<row r="1">{text_cell("A1", "Họ và tên")}</row><row r="2">{text_cell("A2", "An")}</row>'
    )
    assert len(read(with_cells(head + empty)).rows) == 1


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(SheetTooLarge):
        read(with_cells(f'<row r="1">{text_cell("A1", "Họ và tên")}{text_cell("ZZ1", "x")}</row>'))


def test_too_many_rows_of_a_csv_are_refused() -> None:
    with pytest.raises(SheetTooLarge):
        read(("Họ và tên\n" + "An\n" * 20_001).encode())


def test_a_cell_of_a_csv_that_never_ends_is_refused() -> None:
    with pytest.raises(UnreadableSheet):
        read(('Họ và tên\n"' + "a" * 200_000).encode())


@pytest.mark.parametrize("at", [SHEET, "xl/workbook.xml", "xl/styles.xml", TYPES])
def test_external_entities_and_laughing_ones_are_refused(at: str) -> None:
    xml = part(GOOD, at)
    head, _, rest = xml.rpartition(b"?>")
    doctype = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd"><!ENTITY c "&b;&b;">]>'
    with pytest.raises(UnreadableSheet, match="DOCTYPE"):
        read(with_part(GOOD, at, head + (b"?>" if head else b"") + doctype + rest))


def test_a_file_over_the_limit_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(SheetTooLarge):
        read(path)
    with pytest.raises(SheetTooLarge):
        read(b"a" * (MAX_FILE_BYTES + 1))


def test_macros_are_refused_under_whatever_name() -> None:
    with pytest.raises(MacroSheet):
        read(with_part(GOOD, "xl/vbaProject.bin", b"x"))
    types = (
        part(GOOD, TYPES)
        .replace(b"spreadsheetml.sheet.main+xml", b"spreadsheetml.sheet.macroEnabled.main+xml")
        .replace(b"vnd.openxmlformats-officedocument.spreadsheetml.sheet.macro", b"x.sheet.macro")
    )
    with pytest.raises(MacroSheet):
        read(with_part(GOOD, TYPES, types))


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (OLE, "97-2003"),
        (b"%PDF-1.7", "PDF"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (bytes(range(256)) * 8, "xlsx"),
    ],
)
def test_other_files_are_refused_by_what_they_are(content: bytes, words: str) -> None:
    with pytest.raises(NotASheet, match=words):
        read(content, "danh sách.xlsx")


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("mimetype", "OpenDocument"),
        ("xl/workbook.bin", "xlsb"),
        ("word/document.xml", "Word"),
        ("4600000001.jpg", "zip"),
    ],
)
def test_other_zips_are_refused_by_what_they_hold(inside: str, words: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(inside, "x")
    with pytest.raises(NotASheet, match=words):
        read(packed.getvalue())


def test_a_password_is_named_as_the_reason() -> None:
    with pytest.raises(EncryptedSheet):
        read(OLE + "EncryptedPackage".encode("utf-16-le"))
    flagged = bytearray(GOOD)
    at = -1
    while (at := flagged.find(b"PK\x01\x02", at + 1)) >= 0:
        flagged[at + 8] |= 1
    with pytest.raises(EncryptedSheet):
        read(bytes(flagged))


def test_damaged_files_are_refused_at_every_length() -> None:
    for length in range(4, len(GOOD), 97):
        with pytest.raises((UnreadableSheet, NotASheet)):
            read(GOOD[:length])


def test_an_error_of_excel_and_a_formula_without_a_value_are_bad_cells() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx([HEADINGS])))
    book.active.append(["=1+1", "#REF!", "#N/A", "0912345678"])  # type: ignore[union-attr]
    file = io.BytesIO()
    book.save(file)
    (row,) = read(file.getvalue()).rows
    with pytest.raises(BadCell, match="never calculated"):
        values.text(row.cell("Mã định danh"))
    with pytest.raises(BadCell, match="#REF!"):
        values.text(row.cell("Họ và tên"))
    with pytest.raises(BadCell, match="#N/A"):
        values.day(row.cell("Ngày sinh"), is_1904=False, today=date(2026, 1, 1))


def test_of_a_calculated_formula_the_value_is_taken() -> None:
    cells = f'<row r="1">{text_cell("A1", "Họ và tên")}{text_cell("B1", "SĐT 1")}</row>'
    cells += '<row r="2"><c r="A2" t="str"><f>CONCAT("A","n")</f><v>An</v></c>'
    cells += '<c r="B2" t="str"><f>""</f><v></v></c></row>'
    (row,) = read(with_cells(cells)).rows
    assert values.text(row.cell("Họ và tên")) == "An"
    assert values.phone(row.cell("SĐT 1")) is None


def test_a_number_beyond_all_days_formatted_as_one_is_no_crash() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Họ và tên", "Ngày sinh"])
    sheet.append(["An", 9e15])
    sheet["B2"].number_format = "dd/mm/yyyy"
    file = io.BytesIO()
    book.save(file)
    (row,) = read(file.getvalue()).rows
    with pytest.raises(BadCell):
        values.day(row.cell("Ngày sinh"), is_1904=False, today=date(2026, 1, 1))


def test_many_sheets_with_a_cell_far_away_are_not_laid_out_one_after_the_other() -> None:
    book = openpyxl.Workbook()
    for number in range(60):
        sheet = book.create_sheet(f"Lớp {number}")
        sheet["A1"], sheet["GR10000"] = 1, 1  # as large as a sheet may be
    began = time.process_time()
    with pytest.raises(SheetTooLarge):
        read(saved(book))
    assert time.process_time() - began < 5  # 60 of them took over half a minute
