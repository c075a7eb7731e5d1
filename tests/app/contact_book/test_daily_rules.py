"""The pure rules of the daily book: which days are open, whose subject, when a push may come."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from app.contact_book.daily.model import (
    DayNotOpen,
    NotYourPart,
    NotYourSubject,
    TextTooLong,
    WeekData,
)
from app.contact_book.daily.news import _push_at, _Told
from app.contact_book.daily.rights import ClassRow, Pen, kept_text, own_subject_named
from app.contact_book.model import Desk

TODAY = date(2026, 11, 16)
NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def pen(*subjects: str, is_principal: bool = False) -> Pen:
    class_id = uuid4()
    return Pen(
        desk=Desk(
            school_id=1,
            account_id=uuid4(),
            staff_id=uuid4(),
            is_principal=is_principal,
            homeroom_class_ids=frozenset(),
            taught_class_ids=frozenset({class_id}),
        ),
        of_class=ClassRow(school_id=1, id=class_id, name="6A1", grade=6),
        name="Cô",
        subjects=frozenset(subjects) if subjects else None,
        barred=frozenset(),
    )


@pytest.mark.parametrize(
    ("days_ago", "teacher", "principal"),
    [(-1, False, False), (0, True, True), (7, True, True), (8, False, True), (300, False, True)],
)
def test_days_open_by_role(days_ago: int, teacher: bool, principal: bool) -> None:
    day = TODAY - timedelta(days=days_ago)
    for one, is_open in ((pen("Toán"), teacher), (pen(is_principal=True), principal)):
        assert one.is_open(day, today=TODAY) is is_open
        if not is_open:
            with pytest.raises(DayNotOpen):
                one.require_open(day, today=TODAY)


def test_a_subject_is_kept_as_the_school_writes_it() -> None:
    one = pen("Toán", "Tin học")
    assert one.own_subject(" tin  HỌC ") == "Tin học"
    assert pen("Toán").own_subject(None) == "Toán"
    for wrong in (None, "", "Văn"):
        with pytest.raises(NotYourSubject):
            one.own_subject(wrong)
    leader = pen()
    assert (leader.own_subject(None), leader.own_subject(" Mĩ  thuật")) == (None, "Mĩ thuật")
    with pytest.raises(NotYourSubject):
        own_subject_named(leader, "  ")
    with pytest.raises(NotYourPart):
        one.require_lead()


def test_a_text_is_measured_as_it_is_kept() -> None:
    assert kept_text(" a\u0301\r\nb ", most=3) == "á\nb"
    with pytest.raises(TextTooLong):
        kept_text("\u0958\u0958", most=3)  # each becomes two when it is composed


def told(push_at: datetime) -> _Told:
    return _Told(
        student_id=uuid4(), kind="remark", event_id=uuid4(), told_day=TODAY, push_at=push_at
    )


@pytest.mark.parametrize(
    ("before_min", "at_once", "expected_min"),
    [
        (None, False, 0),
        (-10, False, 50),  # pushed ten minutes ago: again an hour after that
        (-59, False, 1),
        (-60, False, 0),
        (-600, False, 0),
        (40, False, 40),  # still to come: not put off again
        (40, True, 0),
        (-10, True, 0),
    ],
)
def test_a_page_is_pushed_once_an_hour_but_for_health(
    before_min: int | None, at_once: bool, expected_min: int
) -> None:
    before = None if before_min is None else told(NOW + timedelta(minutes=before_min))
    assert _push_at(before, at_once, NOW) == NOW + timedelta(minutes=expected_min)


def test_a_week_without_anything_is_nothing_to_tell() -> None:
    assert WeekData() == WeekData(present_days=0)
    assert WeekData(late_days=1) != WeekData()
