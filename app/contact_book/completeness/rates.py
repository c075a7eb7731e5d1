"""Rates that tell of no small number. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from app.contact_book.completeness.model import Rates, SchoolWeek

SMALL: Final = 5
# Above this a whole per cent stands for two people or more, so that it tells of none.
_ROUGH: Final = 200


def rates_of(week: SchoolWeek) -> Rates:
    """One school's, or the sum of many."""
    return Rates(
        # Class-days are of classes, not of people.
        lessons=_percent(week.lessons, week.class_days),
        homework=_percent(week.homework, week.class_days),
        remarks=_percent(week.remarks, week.class_days),
        care=_percent(week.care, week.care_days),
        replied_in_a_day=_of_people(week.quick_replies, week.questions),
        median_reply_min=week.median_reply_min if week.replies >= SMALL else None,
        read=_of_people(week.read, week.recipients),
        answered=_of_people(week.answered, week.wanted),
    )


def total_of(weeks: Sequence[SchoolWeek]) -> Rates:
    """Of all schools together. It has no median: that is not in the schools' own."""
    names = [
        name
        for name in SchoolWeek.__struct_fields__
        if name not in ("school_id", "week", "median_reply_min")
    ]
    sums = {name: sum(getattr(week, name) for week in weeks) for name in names}
    return rates_of(SchoolWeek(school_id=0, week=date.min, **sums))


def _percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole >= SMALL else None


def _of_people(part: int, whole: int) -> int | None:
    is_telling = 0 < part < SMALL or 0 < whole - part < SMALL
    return None if is_telling and whole < _ROUGH else _percent(part, whole)
