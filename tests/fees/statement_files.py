"""Statements as the banks print them: preamble, headings, rows, sums; written by other programs."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import openpyxl
from msgspec import Struct

Grid = list[list[Any]]
NUMBER: Final = "0071001234567"


class Printed(Struct, frozen=True, kw_only=True):
    """A bank's file: two transfers in, one out, of 10 and 11 November 2026; 1,000,000 before.

    `references`: of the rows in time.
    """

    bank: str
    grid: Grid
    references: list[str | None]


def _at(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001 - Excel knows no zones


def vietcombank(memos: Sequence[str]) -> Printed:
    """Day and document in one cell; sums under the rows."""
    return Printed(
        bank="vietcombank",
        grid=[
            ["NGÂN HÀNG TMCP NGOẠI THƯƠNG VIỆT NAM"],
            ["SAO KÊ TÀI KHOẢN / ACCOUNT STATEMENT"],
            ["Số tài khoản/Account number:", None, NUMBER],
            ["Từ/From: 10/11/2026", None, "Đến/To: 11/11/2026"],
            [],
            [
                "STT\nNo.",
                "Ngày1/\nTNX Date/ Số CT/ Doc No",
                "Số tiền ghi nợ/\nDebit",
                "Số tiền ghi có/\nCredit",
                "Số dư/\nBalance",
                "Nội dung chi tiết/\nTransactions in detail",
            ],
            [None, "Số dư đầu kỳ/Opening balance", None, None, "1,000,000", None],
            ["1", "10/11/2026\n5078 - 42369", None, "120,000", "1,120,000", memos[0]],
            ["2", "11/11/2026\n5215 - 97152", None, "1,500,000", "2,620,000", memos[1]],
            ["3", "11/11/2026\n5091 - 00017", "20,000", None, "2,600,000", memos[2]],
            ["Tổng số/Total", None, "20,000", "1,620,000", None, None],
            ["Số dư cuối kỳ/Closing balance", None, None, None, "2,600,000", None],
            ["Chứng từ này được in từ hệ thống và không cần chữ ký."],
        ],
        references=["5078 - 42369", "5215 - 97152", "5091 - 00017"],
    )


def bidv(memos: Sequence[str]) -> Printed:
    """English headings in a row of their own."""
    return Printed(
        bank="bidv",
        grid=[
            ["Ngân hàng TMCP Đầu tư và Phát triển Việt Nam (BIDV)"],
            ["SAO KÊ TÀI KHOẢN"],
            ["Số tài khoản", NUMBER, "VND"],
            ["STT", "Ngày giao dịch", "Số REF", "Ghi nợ", "Ghi có", "Số dư", "Mô tả"],
            ["No.", "Transaction date", "Ref No", "Debit", "Credit", "Balance", "Remark"],
            [1, "10/11/2026 08:15:20", "020097", "", "120.000", "1.120.000", memos[0]],
            [2, "11/11/2026 09:00:01", "020098", "", "1.500.000", "2.620.000", memos[1]],
            [3, "11/11/2026 10:30:00", "020099", "20.000", "", "2.600.000", memos[2]],
            ["", "", "", "20.000", "1.620.000", "", ""],
        ],
        references=["020097", "020098", "020099"],
    )


def vietinbank(memos: Sequence[str]) -> Printed:
    """The newest first; debit and credit under one merged heading."""
    return Printed(
        bank="vietinbank",
        grid=[
            ["VIETINBANK - LỊCH SỬ GIAO DỊCH"],
            ["Tài khoản:", NUMBER],
            ["STT", "Ngày giao dịch", "Mô tả giao dịch", "Phát sinh", "", "Số dư", "Số giao dịch"],
            ["", "(Transaction date)", "(Transaction description)", "Nợ (Debit)", "Có (Credit)",
             "(Account balance)", "(Transaction number)"],
            ["1", "11-11-2026 10:30:00", memos[2], "20,000", "0", "2,600,000", "980S26B0003"],
            ["2", "11-11-2026 09:00:01", memos[1], "0", "1,500,000", "2,620,000", "980S26B0002"],
            ["3", "10-11-2026 08:15:20", memos[0], "0", "120,000", "1,120,000", "980S26B0001"],
        ],
        references=["980S26B0001", "980S26B0002", "980S26B0003"],
    )  # fmt: skip


def agribank(memos: Sequence[str]) -> Printed:
    """Cells of days and numbers, decimals of nothing."""
    return Printed(
        bank="agribank",
        grid=[
            ["NGÂN HÀNG NÔNG NGHIỆP VÀ PHÁT TRIỂN NÔNG THÔN VIỆT NAM"],
            ["Số TK:", NUMBER],
            ["Ngày giờ giao dịch", "Số bút toán", "Phát sinh nợ", "Phát sinh có",
             "Số dư sau giao dịch", "Diễn giải"],
            [_at(2026, 11, 10, 8, 15, 20), "7301", None, 120000.0, 1120000.0, memos[0]],
            [_at(2026, 11, 11, 9, 0, 1), "7302", None, 1500000.0, 2620000.0, memos[1]],
            [_at(2026, 11, 11, 10, 30), "7303", 20000.0, None, 2600000.0, memos[2]],
            ["Cộng phát sinh", None, 20000.0, 1620000.0, None, None],
        ],
        references=["7301", "7302", "7303"],
    )  # fmt: skip


def mb(memos: Sequence[str]) -> Printed:
    """Both languages in one cell; what goes out with a minus; a memo over two rows."""
    return Printed(
        bank="mb",
        grid=[
            ["Ngân hàng TMCP Quân đội - MBBank"],
            ["SAO KÊ TÀI KHOẢN", None, f"Số TK: {NUMBER}"],
            ["STT No", "Ngày giao dịch Transaction Date", "Số bút toán Transaction No",
             "Phát sinh nợ Debit", "Phát sinh có Credit", "Số dư Balance", "Nội dung Details"],
            [1, "10/11/2026 08:15", "FT26314000001", "", "120,000.00", "1,120,000.00",
             memos[0][:12]],
            ["", "", "", "", "", "", memos[0][12:]],
            [2, "11/11/2026 09:00", "FT26315000002", "", "1,500,000.00", "2,620,000.00", memos[1]],
            [3, "11/11/2026 10:30", "FT26315000003", "-20,000.00", "", "2,600,000.00", memos[2]],
            ["Tổng cộng Total", "", "", "-20,000.00", "1,620,000.00", "", ""],
        ],
        references=["FT26314000001", "FT26315000002", "FT26315000003"],
    )  # fmt: skip


def techcombank(memos: Sequence[str]) -> Printed:
    """`Nợ TKTT` and `Có TKTT`; other columns between."""
    return Printed(
        bank="techcombank",
        grid=[
            ["Techcombank", "Sao kê tài khoản / Account statement"],
            ["Số tài khoản / Account No", f"{NUMBER} (VND)"],
            ["Ngày giao dịch/ Transaction date", "Đối tác/ Remitter",
             "NH Đối tác/ Remitter bank", "Diễn giải/ Description", "Số bút toán/ Transaction ID",
             "Nợ TKTT/ Debit", "Có TKTT/ Credit", "Số dư/ Balance"],
            ["10/11/2026", "TRAN VAN B", "VCB", memos[0], "FT26314987654", "", "120,000",
             "1,120,000"],
            ["11/11/2026", "LE THI C", "BIDV", memos[1], "FT26315987655", "", "1,500,000",
             "2,620,000"],
            ["11/11/2026", "", "", memos[2], "FT26315987656", "20,000", "", "2,600,000"],
            ["Tổng cộng/ Total", "", "", "", "", "20,000", "1,620,000", ""],
        ],
        references=["FT26314987654", "FT26315987655", "FT26315987656"],
    )  # fmt: skip


def acb(memos: Sequence[str]) -> Printed:
    """Capitals; withdrawals and deposits."""
    return Printed(
        bank="acb",
        grid=[
            ["NGÂN HÀNG TMCP Á CHÂU"],
            ["BẢNG SAO KÊ GIAO DỊCH - ACCOUNT STATEMENT"],
            [f"Số tài khoản: {NUMBER}"],
            ["NGÀY GIAO DỊCH", "SỐ GD", "DIỄN GIẢI", "SỐ TIỀN RÚT RA", "SỐ TIỀN GỬI VÀO", "SỐ DƯ"],
            ["", "", "Số dư đầu", "", "", "1.000.000"],
            ["10/11/2026", "3101", memos[0], "", "120.000", "1.120.000"],
            ["11/11/2026", "3102", memos[1], "", "1.500.000", "2.620.000"],
            ["11/11/2026", "3103", memos[2], "20.000", "", "2.600.000"],
            ["", "", "Tổng phát sinh", "20.000", "1.620.000", ""],
        ],
        references=["3101", "3102", "3103"],
    )


def general(memos: Sequence[str]) -> Printed:
    """One signed amount, no reference, no balance."""
    return Printed(
        bank="general",
        grid=[
            ["Thời gian", "Số tiền giao dịch", "Nội dung chuyển khoản"],
            ["2026-11-10 08:15:20", "+120.000 VND", memos[0]],
            ["2026-11-11 09:00:01", "+1.500.000 đ", memos[1]],
            ["2026-11-11 10:30:00", "-20.000 đ", memos[2]],
        ],
        references=[None, None, None],
    )


ALL: Final = (vietcombank, bidv, vietinbank, agribank, mb, techcombank, acb, general)


def as_xlsx(grid: Grid) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in grid:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_csv(grid: Grid, *, encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(
        ["" if cell is None else _written(cell) for cell in row] for row in grid
    )
    return text.getvalue().encode(encoding)


def _written(cell: Any) -> str:
    return f"{cell:%d/%m/%Y %H:%M:%S}" if isinstance(cell, datetime) else str(cell)
