"""The books as sheets, for who works on in Excel: whole pages at a time, whatever their length."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from typing import IO, Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from app import db
from app.crypto import SchoolBox
from app.errors import Unprocessable
from app.fees.office.export_queries import Mark, page_of_rows
from app.fees.office.model import MEMO_FIELD
from app.schools.common import ZONE
from app.sheets.long_report import MAX_ROWS, LongReport
from app.sheets.report import ReportColumn, Value

Which = Literal["invoices", "funds", "receipts", "ledger", "closes"]
_PAGE: Final = 2_000
_MOST_DAYS: Final = 400
_STATES: Final = {
    "open": "Đang thu", "void": "Đã huỷ", "written_off": "Đã xoá nợ", "live": "Còn hiệu lực",
    "unpaid": "Chưa đóng", "partial": "Đóng một phần", "paid": "Đã đóng đủ",
    "transfer": "Chuyển khoản", "cash": "Tiền mặt", "receipt": "Biên lai",
    "credit_slip": "Phiếu ghi nhận tiền thừa", "bank": "Ngân hàng",
    "no_reference": "Không có mã", "unknown_reference": "Mã không tồn tại", "over": "Đóng thừa",
    "under": "Đóng thiếu", "not_open": "Phiếu không còn thu", "other_account": "Sai tài khoản",
    "duplicate": "Đóng trùng", "late": "Quá hạn mã",
    "invoice_opened": "Phát hành phiếu thu", "invoice_voided": "Huỷ phiếu thu",
    "invoice_written_off": "Xoá nợ", "fund": "Nhận tiền", "allocation": "Ghi nhận vào phiếu thu",
    "refund_held": "Giữ tiền để hoàn", "refund_released": "Bỏ giữ tiền hoàn",
    "refund_paid": "Đã hoàn tiền", "refund_struck": "Gỡ khoản khỏi sổ",
    "refund_deposited": "Tiền mặt nộp vào ngân hàng", "refund_restored": "Khôi phục khoản đã gỡ",
    "struck": "Đã gỡ khỏi sổ", "deposit": "Tiền mặt của trường nộp vào",
    "receivable": "Phải thu", "unallocated": "Tiền chưa phân bổ",
    "refund_payable": "Phải hoàn", "written_off_account": "Đã xoá nợ",
}  # fmt: skip


class BadExportDays(Unprocessable):
    """Khoảng ngày xuất không hợp lệ | The days of an export are not right"""


class Sheet(Struct, frozen=True, kw_only=True):
    """One kind of export: its name, and its columns in the order of the query's."""

    name: str
    file: str
    columns: tuple[ReportColumn, ...]


def _text(heading: str, width: int = 14) -> ReportColumn:
    return ReportColumn(heading=heading, width=width)


def _money(heading: str) -> ReportColumn:
    return ReportColumn(heading=heading, kind="number", width=14)


def _day(heading: str) -> ReportColumn:
    return ReportColumn(heading=heading, kind="day", width=12)


def _time(heading: str) -> ReportColumn:
    return ReportColumn(heading=heading, kind="time", width=17)


SHEETS: Final[dict[Which, Sheet]] = {
    "invoices": Sheet(
        name="Phiếu thu",
        file="phieu-thu",
        columns=(
            _text("Mã phiếu"), _text("Họ và tên", 28), _text("Lớp", 8), _text("Đợt thu", 22),
            ReportColumn(heading="Lần", kind="number", width=6), _text("Loại"), _day("Hạn đóng"),
            _money("Phải thu"), _money("Miễn giảm"), _money("Còn phải đóng"), _money("Đã đóng"),
            _text("Trạng thái"), _text("Tình hình đóng"), _time("Ngày phát hành"),
        ),
    ),
    "funds": Sheet(
        name="Tiền đã nhận",
        file="tien-da-nhan",
        columns=(
            _time("Thời gian"), _text("Tài khoản", 22), _text("Hình thức"),
            _text("Mã giao dịch", 22), _money("Số tiền"), _money("Đã ghi nhận"),
            _money("Giữ để hoàn"), _money("Còn lại"), _text("Chờ xử lý", 18),
            _text("Ghi có cho", 24), _text("Nội dung chuyển khoản", 50),
        ),
    ),
    "receipts": Sheet(
        name="Biên lai",
        file="bien-lai",
        columns=(
            _text("Ký hiệu", 10), ReportColumn(heading="Số", kind="number", width=8),
            _text("Loại", 22), _day("Ngày"), _text("Họ và tên", 28), _money("Số tiền"),
            _text("Hiệu lực"), _text("Lý do huỷ", 36), _text("Thay cho số", 14),
        ),
    ),
    "ledger": Sheet(
        name="Sổ kép",
        file="so-kep",
        columns=(
            _day("Ngày"), _text("Nghiệp vụ", 24), _text("Chứng từ", 38), _text("Tài khoản", 30),
            _text("Họ và tên", 28), _money("Nợ"), _money("Có"),
        ),
    ),
    "closes": Sheet(
        name="Khoá sổ ngày",
        file="khoa-so",
        columns=(
            _day("Ngày"), _text("Tài khoản", 22), _text("Kênh"), _text("Thu ngân", 24),
            _money("Theo sổ"), _money("Đếm được"), _money("Chênh lệch"), _text("Ghi chú", 40),
            _text("Người khoá sổ", 24), _time("Lúc"),
        ),
    ),
}  # fmt: skip


async def export(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    school_name: str,
    which: Which,
    from_day: date,
    to_day: date,
) -> IO[bytes]:
    """The sheet as a file, at its beginning; whoever reads it closes it.

    Raises:
        BadExportDays: none, or too many.
    """
    if not 0 <= (to_day - from_day).days < _MOST_DAYS:
        raise BadExportDays(
            (f"Chọn từ 1 đến {_MOST_DAYS} ngày.", f"Choose 1 to {_MOST_DAYS} days.")
        )
    sheet = SHEETS[which]
    title = f"{sheet.name} {from_day:%d/%m/%Y} - {to_day:%d/%m/%Y} · {school_name}"
    report = LongReport(name=sheet.name, title=title, columns=sheet.columns)
    try:
        after: Mark | None = None
        written = 0
        while written < MAX_ROWS:
            rows, after = await page_of_rows(
                conn,
                school_id=school_id,
                which=which,
                from_day=from_day,
                to_day=to_day,
                after=after,
                limit=_PAGE,
            )
            shown = [_values(box, sheet.columns, row) for row in rows]
            await asyncio.to_thread(report.add, shown)
            written += len(rows)
            if after is None:
                break
        return await asyncio.to_thread(report.finish)
    except BaseException:
        report.discard()
        raise


def _values(box: SchoolBox, columns: Sequence[ReportColumn], row: Sequence[Any]) -> list[Value]:
    return [_value(box, column, value) for column, value in zip(columns, row, strict=True)]


def _value(box: SchoolBox, column: ReportColumn, value: Any) -> Value:
    if isinstance(value, bytes):
        return box.open(value, field=MEMO_FIELD)
    if isinstance(value, datetime):
        return value.astimezone(ZONE).replace(tzinfo=None)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str) and column.kind == "text":
        return _STATES.get(value, value)
    found: Value = value
    return found
