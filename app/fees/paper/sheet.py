"""A receipt as a PDF: A5, what was paid in figures and in words, a code to verify it by."""

from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import quote

from app.attendance.qr import link_svg
from app.fees.paper.model import Channel, Data, PaidBill, Paper
from app.fees.paper.words import in_words
from app.typesetting import pdf

_TEMPLATE: Final = Path(__file__).with_name("receipt.typ")
VERIFY_PATH: Final = "/v1/fees/receipts/verify"
_CHANNELS: Final[dict[Channel, str]] = {"transfer": "Chuyển khoản", "cash": "Tiền mặt"}


def receipt_pdf(paper: Paper, *, base_url: str) -> bytes:
    """The PDF; a void one is stamped. Takes some ten milliseconds: call it in a thread."""
    is_slip = paper.kind == "credit_slip"
    words = in_words(paper.amount)
    data: Data = {
        "title": "Phiếu ghi nhận tiền chờ sử dụng" if is_slip else "Biên lai thu tiền",
        "school_name": _line(paper.school_name),
        "number": f"{paper.series}/{paper.number:06}",
        "day": _day(paper.day),
        "student_name": _line(paper.student_name or ""),
        "class_name": _line(paper.class_name or ""),
        "channel": f"{_CHANNELS[paper.channel]}, ngày {_day(paper.received_on)}",
        "bills": [_bill(bill) for bill in paper.lines],
        "amount": dong(paper.amount),
        "words": words[0].upper() + words[1:],
        "is_slip": is_slip,
        "has_e_invoice": any(
            item.receipt_kind == "e_invoice" for bill in paper.lines for item in bill.items or []
        ),
        "replaces": _number(paper, paper.replaces_number),
        "stamp": "" if paper.state == "live" else "ĐÃ HUỶ",
        "void": _void(paper),
        "code": paper.check_code,
        "qr": link_svg(f"{base_url.rstrip('/')}{VERIFY_PATH}?code={quote(paper.check_code)}"),
    }
    return pdf(_TEMPLATE, data)


def dong(amount: int) -> str:
    """`1250000` -> `1.250.000`, as it is written here."""
    return f"{amount:,}".replace(",", ".")


def _bill(bill: PaidBill) -> Data:
    part = "" if bill.amount == bill.total else f"nộp một phần của {dong(bill.total)} đồng"
    return {
        "period": _line(bill.period) + (f", đợt {bill.seq}" if bill.seq > 1 else ""),
        "kind": "tự nguyện" if bill.is_voluntary else "",
        "reference": bill.pay_ref,
        "part": part,
        "amount": dong(bill.amount),
        "items": [
            {"name": _line(item.name), "amount": dong(item.amount)} for item in bill.items or []
        ],
    }


def _void(paper: Paper) -> str:
    if paper.voided_on is None:
        return ""
    said = f"Huỷ ngày {_day(paper.voided_on)}: {_line(paper.void_reason or '')}."
    if paper.replaced_by is not None:
        said += f" Thay bằng số {_number(paper, paper.replaced_by)}."
    return said


def _number(paper: Paper, number: int | None) -> str:
    return "" if number is None else f"{paper.series}/{number:06}"


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _line(text: str) -> str:
    return " ".join(text.split())
