"""The month of a school's staff as a workbook: a summary, and all days in one filtered list."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from msgspec import UNSET

from app.attendance.hours.model import Spell, StaffDay, StaffMonth
from app.attendance.leave.model import Part
from app.attendance.plan import ZONE
from app.sheets.report import Report, ReportColumn, Value, build_report

_PARTS: Final[dict[Part, str]] = {
    "day": "Cả ngày",
    "morning": "Buổi sáng",
    "afternoon": "Buổi chiều",
    "early_exit": "Về sớm",
}
_SUMMARY: Final = (
    ReportColumn(heading="Họ và tên", width=28),
    ReportColumn(heading="Số ngày có mặt", kind="number"),
    ReportColumn(heading="Tổng giờ", kind="minutes"),
    ReportColumn(heading="Số lần đi muộn", kind="number"),
    ReportColumn(heading="Tổng thời gian muộn", kind="minutes"),
    ReportColumn(heading="Quên quét ra", kind="number"),
    ReportColumn(heading="Không có lượt vào", kind="number"),
    ReportColumn(heading="Ca vắng không đơn", kind="number"),
    ReportColumn(heading="Nghỉ phép cả ngày", kind="number"),
    ReportColumn(heading="Nghỉ phép buổi sáng", kind="number"),
    ReportColumn(heading="Nghỉ phép buổi chiều", kind="number"),
    ReportColumn(heading="Lượt chờ duyệt", kind="number"),
)
_DETAIL: Final = (
    ReportColumn(heading="Họ và tên", width=28),
    ReportColumn(heading="Ngày", kind="day"),
    ReportColumn(heading="Vào", kind="time", width=8),
    ReportColumn(heading="Ra", kind="time", width=8),
    ReportColumn(heading="Số giờ", kind="minutes", width=9),
    ReportColumn(heading="Cơ sở vào", width=18),
    ReportColumn(heading="Cơ sở ra", width=18),
    ReportColumn(heading="Muộn", kind="minutes", width=9),
    ReportColumn(heading="Nghỉ phép", width=14),
    ReportColumn(heading="Ghi chú", width=60),
)


def workbook(school_name: str, month: str, months: Sequence[StaffMonth]) -> bytes:
    """The .xlsx file. Takes a second for 200 people: call it in a thread."""
    year, _, number = month.partition("-")
    title = f"Giờ làm việc tháng {number}/{year} · {school_name}"
    return build_report(
        [
            Report(
                name="Tổng hợp",
                title=title,
                columns=_SUMMARY,
                rows=[_summary(each) for each in months],
            ),
            Report(
                name="Chi tiết",
                title=title,
                columns=_DETAIL,
                rows=[row for each in months for row in _rows(each)],
            ),
        ]
    )


def _summary(month: StaffMonth) -> list[Value]:
    sums = month.totals
    return [
        month.name,
        sums.days,
        sums.minutes,
        sums.late_count,
        sums.late_minutes,
        sums.forgotten,
        sums.without_in,
        sums.missed,
        sums.leave_days,
        sums.leave_mornings,
        sums.leave_afternoons,
        sums.waiting,
    ]


def _rows(month: StaffMonth) -> Iterator[list[Value]]:
    """A row for each stay; what is of the day stands in its first row alone, to be summed."""
    for day in [] if month.days is UNSET else month.days:
        for number, spell in enumerate(day.spells or [None]):
            is_first = number == 0
            yield [
                month.name,
                day.day,
                _local(spell.in_at) if spell else None,
                _local(spell.out_at) if spell else None,
                spell.minutes if spell else None,
                spell.in_campus if spell else None,
                spell.out_campus if spell else None,
                day.late_minutes if is_first and day.late_minutes else None,
                _leave(day) if is_first else None,
                "; ".join(_notes(day, spell, is_first=is_first)) or None,
            ]


def _leave(day: StaffDay) -> str | None:
    parts = [day.leave] if day.leave else []
    parts += [part for part in day.covers if part == "early_exit"]
    return ", ".join(_PARTS[part] for part in parts) or None


def _notes(day: StaffDay, spell: Spell | None, *, is_first: bool) -> Iterator[str]:
    if spell is not None:
        yield from _notes_of(spell)
    if not is_first:
        return
    for shift in day.shifts:
        if shift.state == "missed":
            yield f"Vắng {shift.shift_name}"
    if day.waiting:
        yield f"{day.waiting} lượt chờ duyệt"
    for each in day.corrections:
        if not each.is_voided:
            side = "vào" if each.kind == "in" else "ra"
            yield f"Sửa lượt {side} {each.at.astimezone(ZONE):%H:%M}: {each.reason}"


def _notes_of(spell: Spell) -> Iterator[str]:
    if spell.in_at is None:
        yield "Không có lượt vào"
    elif spell.is_forgotten and spell.out_at is not None:
        yield "Quên quét ra, tính đến hết ca"
    elif spell.is_forgotten:
        yield "Quên quét ra, ngoài ca"
    elif spell.out_at is None:
        yield "Chưa quét ra"


def _local(at: datetime | None) -> datetime | None:
    """The school's wall clock: Excel knows no zones."""
    return at.astimezone(ZONE).replace(tzinfo=None) if at else None
