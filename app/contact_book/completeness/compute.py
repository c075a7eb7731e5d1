"""The week's numbers out of what was written in it. Pure."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final
from uuid import UUID

from app.attendance.plan import ZONE, Plan
from app.contact_book.completeness.model import (
    ClassRow,
    ClassWeek,
    Completeness,
    Filled,
    Heard,
    Question,
    Replies,
    SchoolWeek,
    Section,
    week_days,
)

_DAY: Final = timedelta(days=1)
_DAILY: Final[tuple[Section, ...]] = ("lessons", "homework", "remarks")
_NOTHING: Final = Heard(class_id=None, days=0, recipients=0, read=0, wanted=0, answered=0)
_WORKING_WEEKDAYS: Final = 5


def school_days(plan: Plan, class_id: UUID, *, week: date, today: date) -> list[date]:
    """The days of the week until today on which the class has school.

    A class without shifts has school from Monday to Friday, unless the school is closed.
    """
    planned = plan.classes.get(class_id)
    shift_ids = planned.shift_ids if planned else []

    def is_held(day: date) -> bool:
        if shift_ids:
            return bool(plan.shifts_on(day, shift_ids))
        return day.isoweekday() <= _WORKING_WEEKDAYS and not plan.is_closed(day)

    return [day for day in week_days(week) if day <= today and is_held(day)]


def is_working_day(plan: Plan, day: date) -> bool:
    """Whether teachers answer on that day: a shift is held, or, where there is none, Mon-Fri."""
    if plan.shifts:
        return bool(plan.shifts_on(day, list(plan.shifts)))
    return day.isoweekday() <= _WORKING_WEEKDAYS and not plan.is_closed(day)


def working_gap(since: datetime, until: datetime, is_working: Callable[[date], bool]) -> timedelta:
    """The time between two instants but for days of the school's zone on which nobody works."""
    gap, at, end = timedelta(), since.astimezone(ZONE), until.astimezone(ZONE)
    while at < end:
        midnight = datetime.combine(at.date() + _DAY, datetime.min.time(), ZONE)
        if is_working(at.date()):
            gap += min(midnight, end) - at
        at = midnight
    return gap


def replies_of(questions: Iterable[Question], is_working: Callable[[date], bool]) -> Replies:
    """How the questions were answered."""
    asked = list(questions)
    gaps_s = [
        working_gap(each.asked_at, each.answered_at, is_working).total_seconds()
        for each in asked
        if each.answered_at is not None
    ]
    return Replies(
        questions=len(asked),
        answered=len(gaps_s),
        within_a_day=sum(gap <= _DAY.total_seconds() for gap in gaps_s),
        waiting=len(asked) - len(gaps_s),
        median_min=round(median(gaps_s) / 60) if gaps_s else None,
    )


def class_weeks(
    plan: Plan,
    *,
    week: date,
    today: date,
    classes: Sequence[ClassRow],
    filled: Iterable[Filled],
    heard: Iterable[Heard],
) -> list[ClassWeek]:
    """Each class's week, in the order of the classes. What is written for a day off counts not."""
    days = {row.id: school_days(plan, row.id, week=week, today=today) for row in classes}
    found: dict[tuple[UUID, Section], set[date]] = {}
    for each in filled:
        if each.day in days.get(each.class_id, ()):
            found.setdefault((each.class_id, each.section), set()).add(each.day)
    by_class = {each.class_id: each for each in heard}
    return [
        _class_week(row, days[row.id], found, by_class.get(row.id, _NOTHING)) for row in classes
    ]


def _class_week(
    row: ClassRow, days: list[date], found: dict[tuple[UUID, Section], set[date]], heard: Heard
) -> ClassWeek:
    def count(section: Section) -> int:
        return len(found.get((row.id, section), ()))

    is_small = row.grade == 0
    sections: tuple[Section, ...] = (*_DAILY, "care") if is_small else _DAILY
    return ClassWeek(
        class_id=row.id,
        name=row.name,
        grade=row.grade,
        school_days=len(days),
        lessons=count("lessons"),
        homework=count("homework"),
        remarks=count("remarks"),
        care=count("care") if is_small else None,
        announcements=heard.days,
        empty=[section for section in sections if days and not count(section)],
        recipients=heard.recipients,
        read=heard.read,
        wanted=heard.wanted,
        answered=heard.answered,
    )


def sums_of(found: Completeness) -> SchoolWeek:
    """What the department keeps of it."""
    rows = found.classes
    return SchoolWeek(
        school_id=found.school_id,
        week=found.week,
        class_days=sum(row.school_days for row in rows),
        care_days=sum(row.school_days for row in rows if row.care is not None),
        lessons=sum(row.lessons for row in rows),
        homework=sum(row.homework for row in rows),
        remarks=sum(row.remarks for row in rows),
        care=sum(row.care or 0 for row in rows),
        questions=found.replies.questions,
        replies=found.replies.answered,
        quick_replies=found.replies.within_a_day,
        median_reply_min=found.replies.median_min,
        recipients=found.recipients,
        read=found.read,
        wanted=found.wanted,
        answered=found.answered,
    )
