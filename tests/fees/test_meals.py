"""Meals that were billed and not cooked go back, each day once."""

from datetime import UTC, date, datetime, time
from typing import Any, Literal
from uuid import UUID

import pytest
from msgspec import structs

from app.fees.billing.calendar import Calendar, Closing, MarkedDay
from app.fees.billing.meals import credits_of
from app.fees.billing.model import Absence, MealCredit, MealsBilled, Seat
from app.schools.common import ZONE

CLASS, CHILD, ITEM, BILL = (UUID(int=n) for n in range(1, 5))
TODAY = date(2026, 11, 30)
BILLED = MealsBilled(
    student_id=CHILD, invoice_id=BILL, item_id=ITEM, from_day=date(2026, 11, 2),
    to_day=date(2026, 11, 27), drafted_at=datetime(2026, 10, 28, tzinfo=UTC), quantity=20,
    amount=600_000, waived=0, kitchen_cut_off=time(8), kitchen_days_before=0,
)  # fmt: skip
SEAT = Seat(class_id=CLASS, from_day=date(2026, 9, 5), to_day=None)
MONDAY, TUESDAY = date(2026, 11, 9), date(2026, 11, 10)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)


def calendar(*closings: Closing, marked: tuple[MarkedDay, ...] = ()) -> Calendar:
    return Calendar(weekdays={CLASS: [1, 2, 3, 4, 5]}, marked=marked, closings=closings)


def storm(first: date, last: date, declared: datetime, **changes: Any) -> Closing:
    made = Closing(from_day=first, to_day=last, closed_to=last, created_at=declared, ended_at=None)
    return structs.replace(made, **changes)


def away(first: date, last: date, asked_at: datetime) -> Absence:
    return Absence(student_id=CHILD, from_day=first, to_day=last, asked_at=asked_at)


def found(
    *absences: Absence,
    billed: tuple[MealsBilled, ...] = (BILLED,),
    days: Calendar | None = None,
    seats: tuple[Seat, ...] = (SEAT,),
    given: dict[tuple[UUID, date], UUID] | None = None,
    today: date = TODAY,
) -> list[MealCredit]:
    return credits_of(
        billed, absences=absences, seats=seats, calendar=days or calendar(), given=given or {},
        today=today,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("asked_at", "days_before", "credits"),
    [
        (at(MONDAY, 8), 0, 1),
        (at(MONDAY, 8, 1), 0, 0),
        (at(MONDAY, 7), 1, 0),
        (at(date(2026, 11, 8), 8), 1, 1),
    ],
)
def test_leave_counts_that_was_asked_for_before_the_kitchen_began(
    asked_at: datetime, days_before: int, credits: int
) -> None:
    billed = structs.replace(BILLED, kitchen_days_before=days_before)
    given_back = found(away(MONDAY, MONDAY, asked_at), billed=(billed,))
    assert [(one.day, one.amount, one.ground) for one in given_back] == (
        [(MONDAY, 30_000, "leave")] * credits
    )


def test_of_longer_leave_asked_for_late_the_later_days_count() -> None:
    given_back = found(away(MONDAY, TUESDAY, at(MONDAY, 9)))
    assert [one.day for one in given_back] == [TUESDAY]


def test_weekends_other_periods_and_days_to_come_cost_no_meal() -> None:
    early = at(date(2026, 10, 1), 8)
    assert found(away(date(2026, 11, 14), date(2026, 11, 15), early)) == []
    assert found(away(date(2026, 10, 26), date(2026, 10, 30), early)) == []
    week = away(MONDAY, date(2026, 11, 13), early)
    assert [one.day for one in found(week, today=date(2026, 11, 11))] == [MONDAY, TUESDAY]


def test_days_on_which_the_pupil_was_in_no_class_were_not_billed() -> None:
    seat = structs.replace(SEAT, from_day=TUESDAY)
    given_back = found(away(MONDAY, TUESDAY, at(date(2026, 10, 1), 8)), seats=(seat,))
    assert [one.day for one in given_back] == [TUESDAY]


def test_a_storm_gives_back_what_was_billed_unless_the_kitchen_had_begun() -> None:
    known = calendar(storm(MONDAY, TUESDAY, at(MONDAY, 9)))
    assert [(one.day, one.ground) for one in found(days=known)] == [(TUESDAY, "closure")]


def test_what_was_closed_when_the_bill_was_made_had_not_been_asked_for() -> None:
    declared = at(date(2026, 10, 20), 9)
    assert found(days=calendar(storm(MONDAY, MONDAY, declared))) == []
    marked = MarkedDay(day=MONDAY, kind="holiday", created_at=declared)
    assert found(days=calendar(marked=(marked,))) == []
    later = structs.replace(marked, created_at=at(date(2026, 11, 1), 9))
    assert [one.day for one in found(days=calendar(marked=(later,)))] == [MONDAY]


def test_a_closure_cut_short_gives_back_the_days_that_were_closed() -> None:
    cut = storm(
        MONDAY, TUESDAY, at(date(2026, 11, 8), 9), closed_to=MONDAY, ended_at=at(MONDAY, 12)
    )
    assert [one.day for one in found(days=calendar(cut))] == [MONDAY]


def test_a_day_is_given_back_once_whatever_the_reasons_and_the_bills() -> None:
    leave = away(MONDAY, MONDAY, at(date(2026, 11, 1), 8))
    closed = calendar(storm(MONDAY, MONDAY, at(date(2026, 11, 5), 9)))
    again = structs.replace(BILLED, invoice_id=UUID(int=9))
    assert len(found(leave, leave, billed=(BILLED, again), days=closed)) == 1
    assert found(leave, given={(ITEM, MONDAY): BILL}) == []


def test_no_more_days_go_back_than_were_billed() -> None:
    three = structs.replace(BILLED, quantity=3, amount=90_000)
    week = away(MONDAY, date(2026, 11, 13), at(date(2026, 11, 1), 8))
    assert len(found(week, billed=(three,))) == 3
    assert len(found(week, billed=(three,), given={(ITEM, date(2026, 11, 4)): BILL})) == 2


@pytest.mark.parametrize(("waived", "amount"), [(300_000, 15_000), (1, 29_999), (600_000, None)])
def test_what_was_waived_does_not_go_back(waived: int, amount: int | None) -> None:
    billed = structs.replace(BILLED, waived=waived)
    given_back = found(away(MONDAY, MONDAY, at(date(2026, 11, 1), 8)), billed=(billed,))
    assert [one.amount for one in given_back] == ([] if amount is None else [amount])


@pytest.mark.parametrize("kind", ["holiday", "closure"])
def test_make_up_days_are_school_days_unless_they_are_closed(
    kind: Literal["holiday", "closure"],
) -> None:
    saturday, known = date(2026, 11, 14), datetime(2026, 10, 1, tzinfo=UTC)
    made = MarkedDay(day=saturday, kind="make_up", created_at=known)
    assert calendar(marked=(made,)).is_school_day(CLASS, saturday, None)
    off = MarkedDay(day=saturday, kind=kind, created_at=known)
    assert not calendar(marked=(made, off)).is_school_day(CLASS, saturday, None)
    assert calendar().is_school_day(UUID(int=99), MONDAY, None)
