"""A week in numbers: school days, working hours, and rates that tell of no small number."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.attendance.plan import CalendarDay, Plan, PlannedClass, PlannedShift, StoredPlan
from app.contact_book.completeness.compute import (
    class_weeks,
    is_working_day,
    replies_of,
    school_days,
    working_gap,
)
from app.contact_book.completeness.model import (
    ClassRow,
    Filled,
    Heard,
    Question,
    SchoolWeek,
    monday_of,
)
from app.contact_book.completeness.rates import rates_of, total_of
from app.ids import new_id

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
WEEK = date(2026, 11, 16)
SATURDAY, SUNDAY = date(2026, 11, 21), date(2026, 11, 22)
FORENOON, CLASS, SMALL_CLASS, NO_SHIFT_CLASS = (new_id() for _ in range(4))


def plan(*calendar: CalendarDay, has_shifts: bool = True) -> Plan:
    shift = PlannedShift(
        id=FORENOON,
        name="Sáng",
        starts_at=time(7),
        ends_at=time(11),
        late_after=time(7, 15),
        cut_off=time(7, 30),
        weekdays=[1, 2, 3, 4, 5, 6],
    )
    shift_ids = {CLASS: [FORENOON], SMALL_CLASS: [FORENOON], NO_SHIFT_CLASS: []}
    stored = StoredPlan(
        school_id=1,
        version=1,
        name="Trường",
        level="thcs",
        stations=[],
        campuses=[],
        shifts=[shift] if has_shifts else [],
        classes=[
            PlannedClass(id=class_id, name="6A1", shift_ids=ids if has_shifts else [])
            for class_id, ids in shift_ids.items()
        ],
        staff_shifts=[],
        calendar=list(calendar),
    )
    return Plan(stored)


def closed(day: date) -> CalendarDay:
    return CalendarDay(day=day, kind="holiday")


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), HANOI)


def test_any_day_belongs_to_its_monday_s_week() -> None:
    assert {monday_of(WEEK + timedelta(days=n)) for n in range(7)} == {WEEK}
    assert monday_of(date(2027, 1, 1)) == date(2026, 12, 28)


@pytest.mark.parametrize(
    ("calendar", "today", "class_id", "count"),
    [
        ([], SUNDAY, CLASS, 6),
        ([], date(2026, 11, 18), CLASS, 3),
        ([], date(2026, 11, 15), CLASS, 0),
        ([closed(date(2026, 11, 20))], SUNDAY, CLASS, 5),
        ([CalendarDay(day=SUNDAY, kind="make_up")], SUNDAY, CLASS, 7),
        ([], SUNDAY, NO_SHIFT_CLASS, 5),
        ([closed(date(2026, 11, 20))], SUNDAY, NO_SHIFT_CLASS, 4),
    ],
)
def test_school_days_are_the_class_s_own_until_today(
    calendar: list[CalendarDay], today: date, class_id: UUID, count: int
) -> None:
    assert len(school_days(plan(*calendar), class_id, week=WEEK, today=today)) == count


def test_a_class_week_counts_days_and_names_what_stayed_empty() -> None:
    tuesday = date(2026, 11, 17)
    rows = [
        ClassRow(id=CLASS, name="6A1", grade=6),
        ClassRow(id=SMALL_CLASS, name="Mầm 1", grade=0),
    ]
    filled = [
        Filled(class_id=CLASS, section="lessons", day=WEEK),
        Filled(class_id=CLASS, section="lessons", day=tuesday),
        Filled(class_id=CLASS, section="remarks", day=SUNDAY),  # no school: counts not
        Filled(class_id=SMALL_CLASS, section="care", day=tuesday),
    ]
    heard = [Heard(class_id=CLASS, days=1, recipients=40, read=30, wanted=40, answered=20)]
    six, small = class_weeks(
        plan(), week=WEEK, today=SUNDAY, classes=rows, filled=filled, heard=heard
    )
    assert (six.school_days, six.lessons, six.homework, six.remarks, six.care) == (6, 2, 0, 0, None)
    assert six.empty == ["homework", "remarks"]
    assert (six.announcements, six.recipients, six.read, six.answered) == (1, 40, 30, 20)
    assert (small.care, small.empty, small.recipients) == (
        1,
        ["lessons", "homework", "remarks"],
        0,
    )


def test_before_the_first_school_day_nothing_is_empty() -> None:
    (row,) = class_weeks(
        plan(closed(WEEK)),
        week=WEEK,
        today=WEEK,
        classes=[ClassRow(id=CLASS, name="6A1", grade=6)],
        filled=[],
        heard=[],
    )
    assert (row.school_days, row.empty) == (0, [])


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        (at(WEEK, 8), at(WEEK, 9), 1),
        (at(WEEK, 20), at(date(2026, 11, 17), 8), 12),
        (at(SATURDAY, 20), at(date(2026, 11, 23), 8), 12),
        (at(SUNDAY, 9), at(SUNDAY, 10), 0),
        (at(SUNDAY, 9), at(date(2026, 11, 23), 7), 7),
        (at(WEEK, 9), at(WEEK, 9), 0),
    ],
)
def test_days_without_school_do_not_count(since: datetime, until: datetime, hours: int) -> None:
    gap = working_gap(since, until, lambda day: is_working_day(plan(), day))
    assert gap == timedelta(hours=hours)


def test_a_school_without_shifts_works_from_monday_to_friday() -> None:
    bare = plan(closed(WEEK), has_shifts=False)
    assert [is_working_day(bare, WEEK + timedelta(days=n)) for n in range(7)] == [
        False,
        *[True] * 4,
        False,
        False,
    ]


def test_replies_are_counted_and_their_median_is_told() -> None:
    tuesday = date(2026, 11, 17)
    found = replies_of(
        [
            Question(asked_at=at(WEEK, 8), answered_at=at(WEEK, 8, 30)),
            Question(asked_at=at(WEEK, 8), answered_at=at(tuesday, 8)),
            Question(asked_at=at(WEEK, 8), answered_at=at(tuesday, 9)),
            Question(asked_at=at(WEEK, 8), answered_at=None),
        ],
        lambda day: is_working_day(plan(), day),
    )
    assert (found.questions, found.answered, found.within_a_day, found.waiting) == (4, 3, 2, 1)
    assert found.median_min == 24 * 60
    assert replies_of([], lambda day: True).median_min is None


def week(**numbers: int) -> SchoolWeek:
    return SchoolWeek(school_id=1, week=WEEK, **numbers)


@pytest.mark.parametrize(
    ("read", "recipients", "shown"),
    [
        (0, 0, None),
        (0, 4, None),  # fewer than five
        (4, 4, None),
        (0, 5, 0),
        (5, 5, 100),
        (4, 50, None),  # it would tell of four
        (47, 50, None),  # and this of three
        (45, 50, 90),
        (5, 50, 10),
        (198, 200, 99),  # a per cent is two people
        (1, 2000, 0),
    ],
)
def test_a_rate_tells_of_no_small_number(read: int, recipients: int, shown: int | None) -> None:
    assert rates_of(week(read=read, recipients=recipients)).read == shown


def test_rates_of_class_days_are_of_no_person() -> None:
    rates = rates_of(week(class_days=60, lessons=59, homework=1, care_days=4, care=4))
    assert (rates.lessons, rates.homework, rates.remarks, rates.care) == (98, 2, 0, None)


def test_a_median_of_fewer_than_five_replies_is_hidden() -> None:
    assert rates_of(week(questions=4, replies=4, median_reply_min=7)).median_reply_min is None
    assert rates_of(week(questions=9, replies=5, median_reply_min=7)).median_reply_min == 7


def test_the_total_is_of_the_sums_and_has_no_median() -> None:
    one = week(class_days=10, lessons=10, recipients=300, read=300, replies=9, median_reply_min=3)
    other = week(class_days=30, lessons=0, recipients=100, read=0, questions=9)
    total = total_of([one, other])
    assert (total.lessons, total.read, total.median_reply_min) == (25, 75, None)
    assert set(_fields(total_of([]))) == {None}


def _fields(rates: object) -> list[object]:
    return [getattr(rates, name) for name in rates.__struct_fields__]  # type: ignore[attr-defined]
