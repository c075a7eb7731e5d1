"""Statements as banks print them, and what is wrong with them, in words. Pure."""

import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest

from app.fees.office import amounts
from app.fees.office.model import MAX_ROWS, NotAStatement, StatementRead
from app.fees.office.profiles import COLUMNS
from app.fees.office.statement_reading import read_statement, sheet_of
from app.sheets.model import (
    BadCell,
    Cell,
    NotASheet,
    SheetTooLarge,
    UnknownEncoding,
)
from app.sheets.reading import parse_sheet
from tests.fees.statement_files import ALL, Printed, as_csv, as_xlsx, bidv, general

MEMOS = ("HP1A2B3C4DX nop tien ban tru", "Phụ huynh em Bình lớp 6A2 đóng học phí", "Phí SMS")
TODAY = date(2026, 11, 22)


def read(data: bytes, *, bank_bin: str | None = None, **how: Any) -> StatementRead:
    sheet = parse_sheet(data, filename="sao-ke", columns=COLUMNS, legacy="cp1258")
    return read_statement(
        sheet, profile=how.get("profile"), bank_bin=bank_bin, today=how.get("today", TODAY)
    )


def in_time(found: StatementRead) -> list[Any]:
    return sorted(found.rows, key=lambda row: (row.day, abs(row.amount) < 50_000))


@pytest.mark.parametrize("printed", ALL, ids=lambda each: each.__name__)
@pytest.mark.parametrize("as_file", [as_xlsx, as_csv], ids=["xlsx", "csv"])
def test_each_banks_statement_is_read(
    printed: Callable[[Sequence[str]], Printed], as_file: Callable[[Any], bytes]
) -> None:
    file = printed(MEMOS)
    found = read(as_file(file.grid))
    assert found.errors == []
    assert found.profile == file.bank
    rows = in_time(found)
    assert [row.amount for row in rows] == [120_000, 1_500_000, -20_000]
    assert [row.day for row in rows] == [date(2026, 11, 10), *2 * [date(2026, 11, 11)]]
    assert [row.bank_ref for row in rows] == file.references
    assert [row.memo.replace(" ", "") for row in rows] == [m.replace(" ", "") for m in MEMOS]
    assert found.broken_at == []
    if file.bank != "general":
        assert (found.opening, found.closing) == (1_000_000, 2_600_000)


def test_the_hour_is_vietnams() -> None:
    first = in_time(read(as_csv(bidv(MEMOS).grid)))[0]
    assert first.at.isoformat() == "2026-11-10T01:15:20+00:00"


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("cp1258", ",")],
)
def test_csv_comes_in_whatever_the_accountants_excel_writes(encoding: str, delimiter: str) -> None:
    grid = bidv(MEMOS).grid
    if encoding == "cp1258":
        grid = [[_for_1258(cell) for cell in row] for row in grid]
    found = read(as_csv(grid, encoding=encoding, delimiter=delimiter))
    assert found.errors == []
    assert in_time(found)[1].memo == MEMOS[1]


def _for_1258(cell: Any) -> Any:
    """Its tones are combining characters behind letters that are whole."""
    if not isinstance(cell, str):
        return cell
    written = ""
    for letter in cell:
        parts = unicodedata.normalize("NFD", letter)
        tones = [mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323"]
        rest = "".join(mark for mark in parts if mark not in tones)
        written += unicodedata.normalize("NFC", rest) + "".join(tones)
    return written


def test_a_row_that_cannot_be_read_is_named_with_its_column_and_the_rest_is_judged_too() -> None:
    grid = bidv(MEMOS).grid
    grid[5][1] = "31/11/2026"
    grid[6][4] = "1.500,5"
    grid[7][4] = "3.000"
    found = read(as_csv(grid))
    assert [(row, column) for row, column, _ in found.errors] == [
        (6, "Ngày giao dịch"),
        (7, "Ghi có"),
        (8, "Ghi có"),
    ]
    assert "không phải ngày có thật" in found.errors[0][2][0]
    assert "đồng nguyên" in found.errors[1][2][0]
    assert "vừa ghi nợ vừa ghi có" in found.errors[2][2][0]


def test_a_balance_that_does_not_follow_is_named() -> None:
    grid = bidv(MEMOS).grid
    grid[6][5] = "2.720.000"
    assert read(as_csv(grid)).broken_at == [7, 8]


def test_a_row_that_somebody_took_out_breaks_the_balance() -> None:
    grid = bidv(MEMOS).grid
    del grid[6]
    assert read(as_csv(grid)).broken_at == [7]


def test_money_of_tomorrow_is_no_statement() -> None:
    found = read(as_csv(general(MEMOS).grid), today=date(2026, 11, 9))
    assert [row for row, _, _ in found.errors] == [3, 4]


def test_a_title_or_the_account_decides_between_banks_that_print_alike() -> None:
    grid = [
        ["Ngày giao dịch", "Phát sinh nợ", "Phát sinh có", "Số dư", "Diễn giải"],
        ["10/11/2026", "", "1.000", "1.000", "a"],
    ]
    assert read(as_csv(grid), bank_bin="970405").profile == "agribank"
    assert read(as_csv(grid), bank_bin="970422").profile == "mb"
    assert read(as_csv([["MBBank"], *grid]), bank_bin="970405").profile == "mb"


def test_another_profile_can_be_asked_for() -> None:
    assert read(as_csv(bidv(MEMOS).grid), profile="general").profile == "general"


def test_a_column_of_numbers_is_no_debit() -> None:
    """`No.` and `Nợ` are the same without their signs."""
    grid = [
        ["No.", "Date", "Debit", "Credit", "Balance", "Description"],
        ["7", "10/11/2026", "", "1,000", "1,000", "in"],
        ["8", "10/11/2026", "300", "", "700", "out"],
    ]
    assert [row.amount for row in read(as_csv(grid)).rows] == [1_000, -300]


async def test_what_is_no_statement_is_refused_in_words() -> None:
    with pytest.raises(NotAStatement) as refused:
        await sheet_of(as_csv([["Họ và tên", "Lớp"], ["An", "6A1"]]), filename="lop.csv")
    assert refused.value.detail is not None
    assert "ngày giao dịch, nội dung, số tiền ghi có" in refused.value.detail[0]
    with pytest.raises(NotAStatement):
        read(as_csv([*general(MEMOS).grid[:1], ["Không có giao dịch", "", ""]]))


def test_hostile_files_are_refused() -> None:
    with pytest.raises(NotASheet):
        read(b"%PDF-1.7 statement")
    with pytest.raises(NotASheet):
        read(b"<html><table><tr><td>Ngay</td></tr></table></html>")
    with pytest.raises(UnknownEncoding):
        read(
            "Ngày giao dịch,Ghi có,Mô tả\n".encode()
            + b"\xd2\xd2\xff\xdd\xf2\xc3\n"
            + b"\xd2\x81"[1:] * 3
        )


def test_a_formula_is_no_amount() -> None:
    grid = general(MEMOS).grid
    grid[1][1] = '=HYPERLINK("http://x","120000")'
    (error, *_) = read(as_csv(grid)).errors
    assert error[:2] == (2, "Số tiền giao dịch")


def test_a_statement_has_so_many_rows_and_no_more() -> None:
    line = ["10/11/2026", "+1.000", "x"]
    grid = [general(MEMOS).grid[0], *[line] * (MAX_ROWS + 1)]
    with pytest.raises(SheetTooLarge):
        read(as_csv(grid))


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1.500.000", 1_500_000), ("1,500,000", 1_500_000), ("1,500,000.00", 1_500_000),
        ("1.500.000,00", 1_500_000), ("1500000", 1_500_000), ("1 500 000 VND", 1_500_000),
        ("-20.000", -20_000), ("(20,000)", -20_000), ("20.000-", -20_000), ("+5đ", 5),
        ("1.500", 1_500), ("0", 0), ("-", None), ("", None), (1500000.0, 1_500_000), (7, 7),
    ],
)  # fmt: skip
def test_amounts_as_banks_print_them(written: Any, amount: int | None) -> None:
    assert amounts.amount(Cell(written)) == amount


@pytest.mark.parametrize(
    "written",
    [
        "1.5",
        "1,500.50",
        "12.34.567",
        "1,50,000",
        "abc",
        "1.500.00",
        "(5",
        1500000.5,
        "9" * 20,
        True,
    ],
)
def test_what_is_no_amount_of_whole_dong_is_said(written: Any) -> None:
    with pytest.raises(BadCell):
        amounts.amount(Cell(written))
