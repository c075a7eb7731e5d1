"""When a teacher reads messages next: pure rules of weeks, days and days away."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from app.contact_book.threads.hours import BadContactHours, ContactHours, check

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
OFFICE = ContactHours(from_time=time(7), until_time=time(17), weekdays=(1, 2, 3, 4, 5))


def at(text: str) -> datetime:
    """A moment of the week of Monday, 16 November 2026, in the school's time."""
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=HANOI)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("16 07:00", None),
        ("16 16:59", None),
        ("16 17:00", "17 07:00"),
        ("16 06:59", "16 07:00"),
        ("20 17:00", "23 07:00"),  # Friday evening
        ("21 10:00", "23 07:00"),
        ("22 23:59", "23 07:00"),
    ],
)
def test_outside_the_hours_they_open_on_the_next_day_that_has_any(
    now: str, opens: str | None
) -> None:
    expected = None if opens is None else at(opens)
    assert OFFICE.opens_at(at(now).astimezone(UTC)) == expected


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("17 09:00", "19 07:00"),  # two holidays
        ("16 18:00", "19 07:00"),
        ("16 09:00", None),
        ("20 17:00", "24 07:00"),  # a weekend, then a holiday
    ],
)
def test_on_the_schools_holidays_there_are_no_hours(now: str, opens: str | None) -> None:
    holidays = {date(2026, 11, day) for day in (17, 18, 23)}
    expected = None if opens is None else at(opens)
    assert OFFICE.opens_at(at(now).astimezone(UTC), holidays=holidays) == expected


@pytest.mark.parametrize(
    ("away_until", "now", "opens"),
    [
        (16, "16 09:00", "17 07:00"),
        (19, "16 09:00", "20 07:00"),
        (20, "18 20:00", "23 07:00"),  # back on a Saturday, which has no hours
        (15, "16 09:00", None),  # it is over
    ],
)
def test_days_away_are_skipped(away_until: int, now: str, opens: str | None) -> None:
    hours = ContactHours(
        from_time=time(7),
        until_time=time(17),
        weekdays=(1, 2, 3, 4, 5),
        away_until=date(2026, 11, away_until),
    )
    assert hours.opens_at(at(now)) == (None if opens is None else at(opens))


def test_one_weekday_is_enough() -> None:
    hours = ContactHours(from_time=time(8), until_time=time(9), weekdays=(3,))
    assert hours.opens_at(at("18 09:00")) == at("25 08:00")


@pytest.mark.parametrize(
    "hours",
    [
        ContactHours(from_time=time(9), until_time=time(9)),
        ContactHours(weekdays=()),
        ContactHours(away_until=date(2026, 11, 15)),
        ContactHours(away_until=date(2027, 12, 1)),
        ContactHours(away_note="Tôi đi tập huấn"),
    ],
)
def test_hours_in_which_nobody_can_be_reached_are_refused(hours: ContactHours) -> None:
    with pytest.raises(BadContactHours):
        check(hours, today=date(2026, 11, 16))


def test_the_default_is_a_working_week() -> None:
    check(ContactHours(), today=date(2026, 11, 16))
    assert ContactHours().opens_at(at("21 10:00")) is None  # a Saturday
    assert ContactHours().opens_at(at("22 10:00")) == at("23 07:00")
