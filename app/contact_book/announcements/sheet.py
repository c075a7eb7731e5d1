"""The answers to an announcement as a workbook; whatever was typed is text, never a formula."""

from collections.abc import Sequence
from typing import Final

from app.attendance.plan import ZONE
from app.contact_book.announcements.answers import ACKNOWLEDGED
from app.contact_book.announcements.model import AnnouncementRow, OneAnswer
from app.sheets.report import Report, ReportColumn, Value, build_report

_COLUMNS: Final = (
    ReportColumn(heading="Lớp", width=10),
    ReportColumn(heading="Họ và tên", width=28),
    ReportColumn(heading="Trả lời", width=24),
    ReportColumn(heading="Ghi chú", width=40),
    ReportColumn(heading="Người trả lời", width=28),
    ReportColumn(heading="Lúc trả lời", width=18),
    ReportColumn(heading="Đã xem lúc", width=18),
    ReportColumn(heading="Có tài khoản", width=12),
)
_WORDS: Final = {
    ACKNOWLEDGED: "Đã xác nhận",
    "yes": "Có",
    "no": "Không",
    "maybe": "Có thể",
}


def workbook(row: AnnouncementRow, people: Sequence[OneAnswer]) -> bytes:
    """The .xlsx file. Some 20 µs a cell: call it in a thread."""
    is_coded = row.answer_kind in ("acknowledge", "rsvp", "yes_no")
    return build_report(
        [
            Report(
                name="Trả lời",
                title=row.title,
                columns=_COLUMNS,
                rows=[_row(each, is_coded) for each in people],
            )
        ]
    )


def _row(one: OneAnswer, is_coded: bool) -> list[Value]:
    answer = one.answer
    if is_coded and answer is not None:
        answer = _WORDS.get(answer, answer)
    return [
        one.class_name or ("Nhân viên" if one.person_kind == "staff" else ""),
        one.name,
        answer,
        one.note,
        one.answered_by,
        _at(one, "answered_at"),
        _at(one, "read_at"),
        "Có" if one.is_reachable else "Chưa",
    ]


def _at(one: OneAnswer, field: str) -> str | None:
    at = getattr(one, field)
    return None if at is None else f"{at.astimezone(ZONE):%d/%m/%Y %H:%M}"
