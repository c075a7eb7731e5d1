"""Which days leave is asked for, and what is left of it: pure."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.attendance.leave.days import LONGEST_DAYS, check_days, left_over
from app.attendance.leave.model import BadLeaveDays, LeaveCover, LeaveRow, NewLeave, Part
from app.attendance.plan import ZONE, PlannedShift

MONDAY = date(2026, 11, 16)
WHO, SOMEBODY = UUID(int=1), UUID(int=2)


def shift(number: int, starts_at: time, ends_at: time, cut_off: time) -> PlannedShift:
    return PlannedShift(
        id=UUID(int=number), name="Ca", starts_at=starts_at, ends_at=ends_at,
        late_after=starts_at, cut_off=cut_off, weekdays=[1, 2, 3, 4, 5, 6],
    )  # fmt: skip


MORNING = shift(10, time(7), time(11, 30), time(7, 30))
AFTERNOON = shift(11, time(13), time(17), time(13, 30))


def asked(from_day: date, to_day: date | None = None, **changes: Any) -> NewLeave:
    fields: dict[str, Any] = {
        "person_kind": "student", "person_id": WHO, "from_day": from_day,
        "to_day": to_day or from_day, "part": "day", "exit_at": None, "reason": "Ốm",
        "requested_by": SOMEBODY,
    }  # fmt: skip
    return NewLeave(**fields | changes)


def row(from_day: date, to_day: date, part: Part = "day") -> LeaveRow:
    at = datetime(2026, 11, 1, tzinfo=ZONE)
    return LeaveRow(
        school_id=1, id=UUID(int=3), person_kind="student", person_id=WHO, person_name="An",
        class_id=None, class_name=None, from_day=from_day, to_day=to_day, part=part, exit_at=None,
        reason_sealed=b"", state="approved", covers_to=to_day, requested_as="guardian",
        requested_by=SOMEBODY, requested_by_name=None, created_at=at, decided_by=None,
        decided_by_name=None, decided_at=at, decision_reason=None, withdrawn_at=None, first_by=None,
        first_by_name=None, paper_key=None, is_family=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    "leave",
    [
        asked(MONDAY - timedelta(days=7)),
        asked(MONDAY, MONDAY + timedelta(days=LONGEST_DAYS - 1)),
        asked(date(2027, 7, 31)),
        asked(MONDAY, part="early_exit", exit_at=time(10, 30)),
    ],
)
def test_what_is_within_bounds_may_be_asked(leave: NewLeave) -> None:
    check_days(leave, today=MONDAY)


@pytest.mark.parametrize(
    "leave",
    [
        asked(MONDAY, MONDAY - timedelta(days=1)),
        asked(MONDAY - timedelta(days=8)),
        asked(MONDAY, MONDAY + timedelta(days=LONGEST_DAYS)),
        asked(date(2027, 7, 20), date(2027, 8, 1)),
        asked(MONDAY, part="early_exit"),
        asked(MONDAY, exit_at=time(10, 30)),
        asked(MONDAY - timedelta(days=1), part="early_exit", exit_at=time(10, 30)),
    ],
)
def test_what_is_not_is_refused_in_both_languages(leave: NewLeave) -> None:
    with pytest.raises(BadLeaveDays) as refused:
        check_days(leave, today=MONDAY)
    assert refused.value.detail
    assert all(refused.value.detail)


def test_a_part_of_a_day_covers_the_shifts_that_begin_in_it() -> None:
    def covered(part: Part) -> list[bool]:
        cover = LeaveCover(person_id=WHO, from_day=MONDAY, to_day=MONDAY, part=part, exit_at=None)
        return [cover.covers(MONDAY, each.starts_at) for each in (MORNING, AFTERNOON)]

    assert covered("day") == [True, True]
    assert covered("morning") == [True, False]
    assert covered("afternoon") == [False, True]
    assert covered("early_exit") == [False, False]
    other_day = LeaveCover(person_id=WHO, from_day=MONDAY, to_day=MONDAY, part="day", exit_at=None)
    assert not other_day.covers(MONDAY + timedelta(days=1), MORNING.starts_at)


@pytest.mark.parametrize(
    ("day", "at", "left"),
    [
        # Three days from Monday. The evening before: nothing of it holds.
        (-1, time(20), (None, None)),
        (0, time(7, 29), (None, None)),
        # The morning's cut-off has passed: nobody was looked for, nobody will be.
        (0, time(7, 30), (MONDAY, "morning")),
        (0, time(13, 30), (MONDAY, None)),
        (1, time(6), (MONDAY, None)),
        (1, time(8), (MONDAY + timedelta(days=1), "morning")),
        (2, time(14), (MONDAY + timedelta(days=2), None)),
        (3, time(6), (MONDAY + timedelta(days=2), None)),
    ],
)
def test_a_withdrawal_leaves_what_was_over(
    day: int, at: time, left: tuple[date | None, str | None]
) -> None:
    now = datetime.combine(MONDAY + timedelta(days=day), at, ZONE)
    leave = row(MONDAY, MONDAY + timedelta(days=2))
    assert left_over(leave, [MORNING, AFTERNOON], now=now) == left


def test_a_day_without_shifts_of_the_person_is_not_over_before_its_end() -> None:
    now = datetime.combine(MONDAY, time(15), ZONE)
    assert left_over(row(MONDAY, MONDAY), [], now=now) == (None, None)
