"""Which shift a scan belongs to."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import pytest

from app.attendance.plan import Plan, PlannedShift, plan_of, school_day
from tests.conftest import HANOI

MORNING, AFTERNOON, EVENING = (UUID(int=n) for n in (1, 2, 3))
MONDAY, SATURDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 21), date(2026, 11, 22)


def shift(shift_id: UUID, starts: str, ends: str, weekdays: list[int]) -> PlannedShift:
    begin = time.fromisoformat(starts)
    return PlannedShift(
        id=shift_id,
        name="Ca",
        starts_at=begin,
        ends_at=time.fromisoformat(ends),
        late_after=begin,
        cut_off=begin,
        weekdays=weekdays,
    )


def plan(*calendar: tuple[date, str]) -> Plan:
    shifts = [
        shift(MORNING, "07:00", "11:30", [1, 2, 3, 4, 5, 6]),
        shift(AFTERNOON, "13:00", "17:00", [1, 2, 3, 4, 5]),
        shift(EVENING, "18:00", "20:00", [1]),
    ]
    row: dict[str, Any] = {"school_id": 1, "version": 1, "name": "Trường"}
    row |= {"level": "lower_secondary", "shifts": shifts}
    row |= {key: [] for key in ("stations", "campuses", "classes", "staff_shifts")}
    row["calendar"] = [{"day": day, "kind": kind} for day, kind in calendar]
    return plan_of(row)


BOTH = [AFTERNOON, MORNING]


def shift_at(clock: str, shifts: list[UUID], *, day: date = MONDAY, of: Plan | None = None) -> Any:
    at = datetime.combine(day, time.fromisoformat(clock), HANOI)
    found = (of or plan()).shift_at(at, shifts)
    return found and found.id


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("04:59:59", None),
        ("05:00", MORNING),
        ("07:00", MORNING),
        ("11:30", MORNING),
        # 12:15 is the middle of the break.
        ("12:14:59", MORNING),
        ("12:15", AFTERNOON),
        ("17:00", AFTERNOON),
        ("20:59:59", AFTERNOON),
        ("21:00", None),
        ("23:59:59", None),
        ("00:00", None),
    ],
)
def test_two_shifts_part_in_the_middle_of_the_break(clock: str, expected: UUID | None) -> None:
    assert shift_at(clock, BOTH) == expected


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("10:59:59", None), ("11:00", AFTERNOON), ("12:14", AFTERNOON), ("16:00", AFTERNOON)],
)
def test_who_comes_in_the_afternoon_alone_has_no_morning(clock: str, expected: UUID | None) -> None:
    assert shift_at(clock, [AFTERNOON]) == expected


def test_the_morning_alone_lingers_for_four_hours() -> None:
    assert shift_at("15:29:59", [MORNING]) == MORNING
    assert shift_at("15:30", [MORNING]) is None


def test_three_shifts_part_at_two_middles() -> None:
    every = [EVENING, *BOTH]
    clocks = ("06:00", "12:14", "12:16", "17:29", "17:30", "23:00")
    found = [shift_at(clock, every) for clock in clocks]
    assert found == [MORNING, MORNING, AFTERNOON, AFTERNOON, EVENING, EVENING]


def test_weekdays_say_which_shifts_are_held() -> None:
    assert shift_at("12:30", BOTH, day=SATURDAY) == MORNING
    assert shift_at("07:00", BOTH, day=SUNDAY) is None


@pytest.mark.parametrize("kind", ["holiday", "closure"])
def test_a_day_off_has_no_shift(kind: str) -> None:
    closed = plan((MONDAY, kind))
    assert shift_at("07:00", BOTH, of=closed) is None
    assert shift_at("07:00", BOTH, of=closed, day=SATURDAY) == MORNING


def test_a_make_up_day_holds_every_shift_whatever_its_weekdays() -> None:
    made_up = plan((SUNDAY, "make_up"))
    assert shift_at("07:00", BOTH, of=made_up, day=SUNDAY) == MORNING
    assert shift_at("14:00", BOTH, of=made_up, day=SUNDAY) == AFTERNOON


def test_who_has_no_shift_or_an_ended_one_has_none() -> None:
    assert shift_at("07:00", []) is None
    assert shift_at("07:00", [UUID(int=99)]) is None


def test_the_schools_day_turns_at_its_own_midnight() -> None:
    assert school_day(datetime(2026, 11, 15, 16, 59, 59, tzinfo=UTC)) == date(2026, 11, 15)
    assert school_day(datetime(2026, 11, 15, 17, 0, tzinfo=UTC)) == MONDAY
