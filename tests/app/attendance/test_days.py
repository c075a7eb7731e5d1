"""States of a shift, as DOMAIN.md names them, from scans in any order."""

import itertools
from datetime import date, datetime, time
from uuid import UUID

import msgspec
import pytest

from app.attendance import days
from app.attendance.model import DayRow, Direction, Past, Recorded
from app.attendance.plan import PlannedShift
from tests.conftest import HANOI

MORNING = PlannedShift(
    id=UUID(int=7),
    name="Ca sáng",
    starts_at=time(7),
    ends_at=time(11, 30),
    late_after=time(7, 5),
    cut_off=time(7, 30),
    weekdays=[1, 2, 3, 4, 5],
)


def at(clock: str) -> datetime:
    return datetime.combine(date(2026, 11, 16), time.fromisoformat(clock), HANOI)


def past(what: str, *, is_duplicate: bool = False, outcome: Recorded = "ok") -> Past:
    """`in 06:50` or, of two at the same instant, `in 06:50 #2`."""
    direction, clock, *number = what.split()
    return Past(
        id=UUID(int=int(number[0][1:]) if number else 1),
        school_id=1,
        day=date(2026, 11, 16),
        person_id=UUID(int=9),
        direction="in" if direction == "in" else "out",
        outcome=outcome,
        shift_id=MORNING.id,
        station_id=None,
        campus_id=None,
        scanned_by=UUID(int=3),
        occurred_at=at(clock),
        received_at=at(clock),
        is_duplicate=is_duplicate,
    )


def derived(*scans: str) -> DayRow | None:
    return days.derive(MORNING, [past(scan) for scan in scans], person_kind="student")


@pytest.mark.parametrize(
    ("scans", "state", "minutes", "arrived", "left"),
    [
        (["in 06:50"], "present", 0, "06:50", None),
        (["in 07:00"], "present", 0, "07:00", None),
        (["in 07:05"], "present", 0, "07:05", None),
        (["in 07:05:01"], "late", 5, "07:05:01", None),
        (["in 07:59:59"], "late", 59, "07:59:59", None),
        (["in 06:50", "out 11:29:59"], "left_early", 0, "06:50", "11:29:59"),
        (["in 06:50", "out 11:30"], "present", 0, "06:50", "11:30"),
        (["in 07:20", "out 11:40"], "late", 20, "07:20", "11:40"),
        (["in 07:20", "out 09:00"], "left_early", 20, "07:20", "09:00"),
        (["in 06:50", "out 09:00", "in 09:30"], "present", 0, "06:50", None),
        (["in 06:50", "in 06:52", "in 08:00"], "present", 0, "06:50", None),
        (["in 06:50", "out 11:35", "out 11:50"], "present", 0, "06:50", "11:35"),
        # An out alone shows that the pupil was there, and is no lateness.
        (["out 10:00"], "left_early", 0, None, "10:00"),
        (["out 11:40"], "present", 0, None, "11:40"),
        (["out 10:00", "in 10:30"], "present", 0, "10:30", None),
        # Before the bell it says nothing, whatever follows.
        (["out 06:40", "in 06:55"], "present", 0, "06:55", None),
        (["out 06:40", "in 09:00"], "late", 120, "09:00", None),
        (["out 06:40", "out 06:45", "out 10:00"], "left_early", 0, None, "10:00"),
        # But after an arrival it does.
        (["in 06:40", "out 06:45"], "left_early", 0, "06:40", "06:45"),
        (["in 06:40", "out 06:45", "out 10:00"], "left_early", 0, "06:40", "06:45"),
    ],
)
def test_the_state_follows_from_the_scans_in_whatever_order_they_come(
    scans: list[str], state: str, minutes: int, arrived: str | None, left: str | None
) -> None:
    for order in itertools.permutations(scans):
        row = derived(*order)
        assert row is not None
        assert (row.state, row.late_minutes) == (state, minutes)
        assert row.arrived_at == (at(arrived) if arrived else None)
        assert row.left_at == (at(left) if left else None)


@pytest.mark.parametrize("scans", [["out 06:40"], ["out 06:40", "out 06:59:59"]])
def test_leaving_before_the_bell_alone_says_nothing_of_the_shift(scans: list[str]) -> None:
    assert derived(*scans) is None


def test_what_is_suspected_changes_no_state() -> None:
    scans = [
        past("in 07:20"),
        past("in 06:50", outcome="clone_suspect"),
        past("out 08:00", outcome="impossible_travel"),
    ]
    row = days.derive(MORNING, scans, person_kind="staff")
    assert row is not None
    assert (row.person_kind, row.state, row.late_minutes, row.left_at) == (
        "staff",
        "late",
        20,
        None,
    )


def test_an_echo_that_came_after_the_recorded_scan_sets_the_time_all_the_same() -> None:
    scans = [past("in 07:10:02"), past("in 07:09:58", is_duplicate=True)]
    row = days.derive(MORNING, scans, person_kind="student")
    assert row is not None
    assert (row.arrived_at, row.late_minutes) == (at("07:09:58"), 9)


def test_of_two_scans_at_one_instant_the_lower_id_is_the_earlier() -> None:
    scans = [past("in 06:50 #2"), past("out 06:50 #1"), past("in 06:50 #3")]
    assert [[past.id.int for past in run] for run in days.runs(scans, None)] == [[1], [2, 3]]


def test_a_run_without_a_recorded_scan_raises_its_earliest_duplicate() -> None:
    scans = [past("in 06:50"), past("out 08:00"), past("in 09:00", is_duplicate=True)]
    assert days.promoted(scans, MORNING) == [scans[2]]
    assert days.promoted([scans[0], scans[2]], MORNING) == []
    # An echo is said by what was recorded; what is earlier than that is not.
    assert days.promoted([past("in 06:49:56", is_duplicate=True), scans[0]], MORNING) == []
    earlier = past("in 06:49", is_duplicate=True)
    assert days.promoted([earlier, scans[0]], MORNING) == [earlier]
    twice = [past("in 06:49", is_duplicate=True), past("in 06:51", is_duplicate=True)]
    assert days.promoted(twice, MORNING) == twice[:1]


@pytest.mark.parametrize(
    ("scans", "scan", "said_by"),
    [
        ([], "in 09:00", None),
        (["in 06:50"], "in 09:00", "in 06:50"),
        (["in 06:50"], "out 09:00", None),
        (["in 06:50", "in 06:55"], "in 09:00", "in 06:55"),
        (["in 06:50", "out 09:00"], "out 09:01", "out 09:00"),
        (["in 06:50", "out 09:00"], "in 09:01", None),
        # Before the bell and after it are two movements, but for who had come.
        (["out 06:40"], "out 06:45", "out 06:40"),
        (["out 06:40"], "out 10:00", None),
        (["in 06:30", "out 06:40"], "out 10:00", "out 06:40"),
        (["out 09:00"], "out 10:00", "out 09:00"),
        # Earlier than what was recorded: new, unless it is an echo.
        (["in 06:50"], "in 06:49", None),
        (["in 06:50"], "in 06:49:54.999", None),
        (["in 06:50"], "in 06:49:55", "in 06:50"),
        (["in 06:50"], "in 06:50 #0", "in 06:50"),
        (["in 06:50"], "out 06:49:58", None),
        (["in 06:50", "out 06:49:59"], "in 06:49:58", None),
        (["out 07:00"], "out 06:59:58", None),
    ],
)
def test_what_was_said_already_is_a_duplicate(
    scans: list[str], scan: str, said_by: str | None
) -> None:
    history = [past(each) for each in scans]
    asked = past(scan)
    found = days.said_already(asked.direction, asked.order, history=history, shift=MORNING)
    assert found == (past(said_by) if said_by else None)
    if found:
        assert any(
            {found.order, asked.order} <= {p.order for p in run}
            for run in days.runs([*history, asked], MORNING)
        )
    # A stored duplicate or a suspect says nothing to anybody.
    duplicates = [msgspec.structs.replace(each, is_duplicate=True) for each in history]
    suspects = [msgspec.structs.replace(each, outcome="clone_suspect") for each in history]
    for silent in (duplicates, suspects):
        assert not days.said_already(asked.direction, asked.order, history=silent, shift=MORNING)


@pytest.mark.parametrize(
    ("direction", "clock", "history", "minutes"),
    [
        ("in", "09:00", [], 120),
        ("in", "07:04", [], 0),
        ("out", "09:00", [], 0),
        ("in", "09:00", ["in 06:50"], 0),
        ("in", "09:00", ["out 08:00"], 0),
        ("in", "09:00", ["out 06:40"], 120),
        ("in", "09:00", ["in 09:30", "out 10:00"], 120),
    ],
)
def test_only_who_arrives_is_late_not_who_comes_back(
    direction: Direction, clock: str, history: list[str], minutes: int
) -> None:
    order = (at(clock), UUID(int=5))
    scans = [past(scan) for scan in history]
    assert days.lateness(direction, order, history=scans, shift=MORNING) == minutes
    assert days.lateness(direction, order, history=scans, shift=None) == 0


def test_a_duplicate_of_the_other_direction_parts_two_scans_as_a_recorded_one_does() -> None:
    """Else a coming and a going of a few seconds would both be lost."""
    history = [past("out 08:00:00"), past("in 08:00:04")]
    left = past("out 08:00:03", is_duplicate=True)
    came = past("in 08:00:01", is_duplicate=True)
    asked_in, asked_out = past("in 08:00:02"), past("out 08:00:02")
    for asked, between in ((asked_in, left), (asked_out, came)):
        found = days.said_already(
            asked.direction, asked.order, history=[*history, between], shift=MORNING
        )
        assert found is None
        recorded = [*history, between, asked]
        assert days.promoted(recorded, MORNING) == [between]
