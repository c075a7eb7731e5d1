"""Every oddity that a sheet from a school office has, by itself."""

import unicodedata
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from app.sheets import values
from app.sheets.model import (
    AmbiguousColumns,
    BadCell,
    Cell,
    Column,
    EmptySheet,
    MissingColumns,
    NotASheet,
    Sheet,
    UnknownEncoding,
    UnreadableSheet,
)
from app.sheets.reading import parse_sheet, read_sheet
from tests.app.sheets.files import COLUMNS, HEADINGS, csv, saved, xlsx

TODAY = date(2026, 11, 16)
AN = ["4600000001", "Nguyễn Văn An", "05/09/2015", "0912345678"]


def read(data: bytes, columns: tuple[Column, ...] = COLUMNS) -> Sheet:
    return parse_sheet(data, filename="danh sách.xlsx", columns=columns)


def texts(sheet: Sheet) -> list[dict[str, str | None]]:
    return [{h: values.raw_text(c) for h, c in row.cells.items()} for row in sheet.rows]


async def test_a_plain_sheet_is_read_with_the_numbers_of_its_rows() -> None:
    sheet = await read_sheet(xlsx([HEADINGS, AN]), filename="a.xlsx", columns=COLUMNS)
    assert sheet.headings == HEADINGS
    assert [row.number for row in sheet.rows] == [2]
    assert texts(sheet) == [dict(zip(HEADINGS, AN, strict=True))]


def test_columns_stand_in_any_order_and_extra_ones_are_named() -> None:
    sheet = read(xlsx([["STT", "SĐT 1", "Ghi chú", "Họ và tên"], [1, "0912345678", "x", "An"]]))
    assert sheet.ignored_columns == ["STT", "Ghi chú"]
    assert texts(sheet) == [{"SĐT 1": "0912345678", "Họ và tên": "An"}]


@pytest.mark.parametrize(
    "written",
    [
        "HỌ VÀ TÊN",
        "ho va ten",
        "  Họ  và\u00a0tên (*) ",
        unicodedata.normalize("NFD", "Họ và tên"),
        "Họ và\ntên",
        "Họ tên",
    ],
)
def test_a_heading_is_known_however_it_is_written(written: str) -> None:
    assert texts(read(xlsx([[written], ["An"]]))) == [{"Họ và tên": "An"}]


def test_titles_above_and_merged_cells_do_not_hide_the_headings() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "TRƯỜNG THCS NGUYỄN TRI PHƯƠNG"
    sheet.merge_cells("A1:D1")
    sheet["A2"] = "Danh sách học sinh"
    for column, heading in zip("ABC", ["STT", "Họ và tên", "Mã định danh"], strict=True):
        sheet[f"{column}4"] = heading
        sheet.merge_cells(f"{column}4:{column}5")
    sheet["D4"] = "Phụ huynh"
    sheet.merge_cells("D4:E4")
    sheet["D5"], sheet["E5"] = "SĐT 1", "Nghề nghiệp"
    sheet.append([1, "An", "4600000001", "0912345678", "Nông"])
    found = read(saved(book))
    assert [row.number for row in found.rows] == [6]
    assert texts(found) == [
        {"Họ và tên": "An", "Mã định danh": "4600000001", "SĐT 1": "0912345678"}
    ]
    assert found.ignored_columns == ["STT", "Nghề nghiệp"]


def test_blank_lines_and_prefilled_numbers_are_no_rows() -> None:
    rows: list[list[Any]] = [
        ["STT", *HEADINGS],
        [1, *AN],
        [],
        [2, None, "\u00a0 ", None, None],
        [3, *AN],
    ]
    assert [row.number for row in read(xlsx(rows)).rows] == [2, 5]


def test_examples_of_the_template_are_no_rows() -> None:
    rows: list[list[Any]] = [HEADINGS, ["4600000009", "Ví dụ: Trần Văn Bình", None, None], AN]
    assert [row.number for row in read(xlsx(rows)).rows] == [3]


def test_decomposed_text_and_odd_spaces_become_plain_text() -> None:
    odd = unicodedata.normalize("NFD", "Nguyễn\u00a0Văn ") + "\u200b An\ufeff"
    (row,) = texts(read(xlsx([["Họ và tên"], [odd]])))
    assert row["Họ và tên"] == "Nguyễn Văn An"


def test_the_first_visible_sheet_with_the_headings_is_taken() -> None:
    book = openpyxl.Workbook()
    book.active.title = "Hướng dẫn"  # type: ignore[union-attr]
    hidden = book.create_sheet("Ẩn")
    hidden.append(HEADINGS)
    hidden.append(["1", "Sai", None, None])
    hidden.sheet_state = "hidden"
    book.create_sheet("Danh sách").append(["Họ và tên"])
    book["Danh sách"].append(["Đúng"])
    assert texts(read(saved(book))) == [{"Họ và tên": "Đúng"}]


def test_what_lacks_a_required_column_is_refused_and_the_column_named() -> None:
    with pytest.raises(MissingColumns) as refused:
        read(xlsx([["Mã định danh", "Ngày sinh"], ["1", "2"]]))
    assert refused.value.detail is not None
    assert "Họ và tên" in refused.value.detail[0]


@pytest.mark.parametrize("written", ["Họ và tên", "Họ tên"])
def test_a_column_that_stands_there_twice_is_refused(written: str) -> None:
    with pytest.raises(AmbiguousColumns, match="Họ và tên"):
        read(xlsx([[written, written], ["An", "Bình"]]))


def test_a_column_under_its_own_heading_wins_over_another_name_for_it() -> None:
    sheet = read(xlsx([["Họ tên", "Họ và tên"], ["Mẹ", "Con"]]))
    assert texts(sheet) == [{"Họ và tên": "Con"}]
    assert sheet.ignored_columns == ["Họ tên"]


def test_headings_without_rows_are_refused() -> None:
    with pytest.raises(EmptySheet):
        read(xlsx([HEADINGS]))


@pytest.mark.parametrize("value", [4600000001, 4600000001.0, "4600000001", "'4600000001"])
def test_a_code_is_read_from_text_and_numbers(value: object) -> None:
    (row,) = read(xlsx([["Họ và tên", "Mã định danh"], ["An", value]])).rows
    assert values.code(row.cell("Mã định danh"), digits=10, is_typed=True) == "4600000001"


def test_a_number_gets_its_leading_zero_back_but_text_does_not() -> None:
    assert values.code(Cell(123456789.0), digits=10, is_typed=True) == "0123456789"
    assert values.code(Cell("123456789"), digits=10, is_typed=False) == "0123456789"
    with pytest.raises(BadCell):
        values.code(Cell("123456789"), digits=10, is_typed=True)
    with pytest.raises(BadCell):
        values.code(Cell(12345678.0), digits=10, is_typed=True)


@pytest.mark.parametrize(
    "value",
    [912345678, 912345678.0, "912345678", "0912 345 678", "+84912345678", "84912345678",
     "0912.345.678", "9.12345678E+08", "９１２３４５６７８", "\u202a0912345678\u202c"],
)  # fmt: skip
def test_a_phone_is_read_however_excel_left_it(value: object) -> None:
    (row,) = read(xlsx([["Họ và tên", "SĐT 1"], ["An", value]])).rows
    assert values.phone(row.cell("SĐT 1")) == "+84912345678"


@pytest.mark.parametrize(
    "value", ["9.12E+08", "9.12345678E+09", "0912345678 - 0987654321", "không có", True, 12.5]
)
def test_what_is_no_phone_is_refused_rather_than_guessed(value: object) -> None:
    with pytest.raises(BadCell):
        values.phone(Cell(value))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value",
    [date(2015, 9, 5), datetime(2015, 9, 5, 7, 30), "05/09/2015", "5-9-15", "5.9.2015",  # noqa: DTZ001
     "2015-09-05", "2015-09-05 00:00:00", "05/09/2015 00:00", 42252, " 05 / 09 / 2015 "],
)  # fmt: skip
def test_a_day_is_read_in_every_spelling(value: object) -> None:
    (row,) = read(xlsx([["Họ và tên", "Ngày sinh"], ["An", value]])).rows
    assert values.day(row.cell("Ngày sinh"), is_1904=False, today=TODAY) == date(2015, 9, 5)


@pytest.mark.parametrize("value", ["31/02/2015", "09/25/2015", "2015", "hôm qua", 0.0, 1e9, True])
def test_what_is_no_day_is_refused(value: object) -> None:
    with pytest.raises(BadCell):
        values.day(Cell(value), is_1904=False, today=TODAY)  # type: ignore[arg-type]


def test_two_digits_of_a_year_are_never_in_the_future() -> None:
    assert values.day(Cell("1/2/26"), is_1904=False, today=TODAY) == date(2026, 2, 1)
    assert values.day(Cell("1/2/68"), is_1904=False, today=TODAY) == date(1968, 2, 1)


def test_a_workbook_that_counts_from_1904_keeps_its_days() -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    sheet.append(["Họ và tên", "Ngày sinh", "SĐT 1"])
    sheet.append(["An", date(2015, 9, 5), 40790])
    found = read(saved(book))
    assert found.is_1904
    (row,) = found.rows
    for heading in ("Ngày sinh", "SĐT 1"):
        day = values.day(row.cell(heading), is_1904=found.is_1904, today=TODAY)
        assert day == date(2015, 9, 5)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_csv_is_read_with_any_delimiter_and_unicode_mark(delimiter: str, encoding: str) -> None:
    sheet = read(csv([HEADINGS, AN, [], AN], delimiter=delimiter).encode(encoding))
    assert [row.number for row in sheet.rows] == [2, 4]
    assert texts(sheet)[0] == dict(zip(HEADINGS, AN, strict=True))
    assert not sheet.is_typed


def test_the_line_that_names_the_delimiter_is_a_row_of_its_own() -> None:
    sheet = read(("sep=;\r\n" + csv([["Họ và tên", "SĐT 1"], ["An", "1"]], delimiter=";")).encode())
    assert [row.number for row in sheet.rows] == [3]


def test_quoted_cells_may_hold_delimiters_and_line_breaks() -> None:
    sheet = read('Họ và tên,SĐT 1\r\n"An, con\nông Bình",1\r\nBình,2\r\n'.encode())
    assert [row.number for row in sheet.rows] == [2, 3]
    assert texts(sheet)[0]["Họ và tên"] == "An, con ông Bình"


@pytest.mark.parametrize("encoding", ["cp1258", "cp1252"])
def test_a_csv_in_a_code_page_is_refused_with_what_to_do(encoding: str) -> None:
    with pytest.raises(UnknownEncoding) as refused:
        read(csv([["Ho va ten", "Lớp"], ["Nguyên Hà", "6A1"]]).encode(encoding, "ignore"))
    assert refused.value.detail is not None
    assert "CSV UTF-8" in refused.value.detail[0]


def test_a_formula_in_a_csv_is_a_bad_cell_but_quoted_text_is_not() -> None:
    rows = [["Họ và tên", "SĐT 1"], ["=1+1", '"=""0912345678"""']]
    (row,) = read(csv(rows).encode()).rows
    with pytest.raises(BadCell, match="formula"):
        values.text(row.cell("Họ và tên"))
    assert values.phone(row.cell("SĐT 1")) == "+84912345678"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_nul_in_a_csv_is_refused_with_its_line(encoding: str) -> None:
    with pytest.raises(UnreadableSheet) as refused:
        read("Họ và tên\r\nAn\x00\r\n".encode(encoding))
    assert refused.value.detail is not None
    assert "2" in refused.value.detail[0]


def test_a_control_character_is_a_bad_cell() -> None:
    (row,) = read("Họ và tên\r\nAn\x07\r\n".encode()).rows
    with pytest.raises(BadCell, match="control"):
        values.text(row.cell("Họ và tên"))


def test_a_date_where_text_is_wanted_is_said_to_be_one() -> None:
    with pytest.raises(BadCell, match="date"):
        values.text(Cell(date(2026, 2, 6)))


def test_text_that_is_too_long_is_a_bad_cell() -> None:
    (row,) = read(xlsx([["Họ và tên"], ["a" * 30_000]])).rows
    with pytest.raises(BadCell, match="longer"):
        values.text(row.cell("Họ và tên"))


def test_a_page_that_calls_itself_a_sheet_is_refused() -> None:
    with pytest.raises(NotASheet, match="web page"):
        read(b"\xef\xbb\xbf<html><table><tr><td>Ho va ten</td></tr></table></html>")
