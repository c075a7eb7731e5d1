"""Which days leave can be asked for, and what is left of it when it is taken back. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from app.attendance.leave.model import BadLeaveDays, LeaveRow, NewLeave, Part, is_part
from app.attendance.plan import ZONE, PlannedShift, school_day
from app.schools.common import first_year_of

# Who was ill asks when they are back.
OLDEST: Final = timedelta(days=7)
LONGEST_DAYS: Final = 30


def check_days(asked: NewLeave, *, today: date) -> None:
    """Refuse what is not within bounds.

    Raises:
        BadLeaveDays: the wrong way round, more than 7 days ago, longer than 30 days, beyond the
            school year; an early exit without a time or in the past, a time without an early exit.
    """
    if asked.from_day > asked.to_day:
        raise BadLeaveDays(
            ("Ngày cuối phải từ ngày đầu trở đi.", "The last day comes before the first."),
        )
    if asked.from_day < today - OLDEST:
        raise BadLeaveDays(
            (
                f"Chỉ xin được cho nhiều nhất {OLDEST.days} ngày đã qua. Hãy nói với nhà trường.",
                f"At most {OLDEST.days} days back. Please speak with the school.",
            )
        )
    if (asked.to_day - asked.from_day).days >= LONGEST_DAYS:
        raise BadLeaveDays(
            (
                f"Một đơn nhiều nhất {LONGEST_DAYS} ngày. Nghỉ lâu hơn, hãy nói với nhà trường.",
                f"At most {LONGEST_DAYS} days a request. For longer, please speak with the school.",
            )
        )
    if first_year_of(asked.to_day) != first_year_of(today):
        raise BadLeaveDays(
            (
                f"Năm học này đến ngày {year_end(today):%d/%m/%Y}.",
                f"This school year lasts until {year_end(today):%d/%m/%Y}.",
            )
        )
    _check_exit(asked, today)


def year_end(day: date) -> date:
    """The last day of the school year that `day` lies in."""
    return date(first_year_of(day) + 1, 7, 31)


def _check_exit(asked: NewLeave, today: date) -> None:
    if (asked.part == "early_exit") != (asked.exit_at is not None):
        raise BadLeaveDays(
            (
                "Xin về sớm thì cần giờ về; nghỉ cả buổi thì không.",
                "An early exit needs a time; other leave has none.",
            )
        )
    if asked.part == "early_exit" and asked.from_day < today:
        raise BadLeaveDays(
            ("Không xin về sớm cho ngày đã qua được.", "An early exit cannot be asked for later.")
        )


def left_over(
    row: LeaveRow, shifts: Iterable[PlannedShift], *, now: datetime
) -> tuple[date | None, Part | None]:
    """The last day that still counts, and the part of it (None: as asked for).

    `shifts` are the person's of today. Those whose cut-off has passed stay covered.
    """
    today = school_day(now)
    if row.to_day < today:
        return row.to_day, None
    if today < row.from_day:
        return None, None
    yesterday = today - timedelta(days=1)
    before = yesterday if row.from_day <= yesterday else None
    at = now.astimezone(ZONE).time()
    covered = [shift for shift in shifts if is_part(row.part, shift.starts_at)]
    spent = [shift for shift in covered if shift.cut_off <= at]
    if not spent:
        return before, None
    if len(spent) == len(covered):
        return today, None
    # Of a whole day: the morning is over, the afternoon is to come.
    if all(is_part("morning", shift.starts_at) == (shift in spent) for shift in covered):
        return today, "morning"
    return before, None
