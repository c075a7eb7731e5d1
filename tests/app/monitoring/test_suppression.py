"""No small number of children is shown, nor can be had by subtracting what is."""

import random
from datetime import date

import pytest

from app.monitoring.rollup import DayCount
from app.monitoring.suppression import CELLS, PARTS, SMALL, Cells, suppress


def count(
    arrived: int,
    *,
    late: int = 0,
    on_leave: int = 0,
    missing: int = 0,
    absent: int = 0,
    held: int = 0,
) -> DayCount:
    return DayCount(
        school_id=1,
        day=date(2026, 11, 16),
        expected=arrived + on_leave + missing,
        arrived=arrived,
        late=late,
        on_leave=on_leave,
        missing=missing,
        absent=absent,
        held=held,
    )


def of(cells: Cells, name: str) -> int | None:
    found: int | None = getattr(cells, name)
    return found


def test_large_numbers_are_shown_as_they_are() -> None:
    rows = [
        count(400, late=20, on_leave=10, missing=30, absent=27),
        count(300, late=10, missing=20, absent=20),
    ]
    shown, total = suppress(rows)
    assert of(shown[0], "absent") is None, "three of the missing are undecided, and would be told"
    assert (of(shown[1], "missing"), of(total, "missing")) == (20, 50)
    assert (of(shown[0], "arrived"), of(total, "on_leave")) == (400, 10)


def test_a_small_number_takes_the_next_one_with_it_in_row_and_column() -> None:
    rows = [
        count(400, on_leave=3, missing=20, absent=20),
        count(300, on_leave=8, missing=12, absent=12),
        count(200, on_leave=30, missing=40, absent=40),
    ]
    shown, total = suppress(rows)
    assert of(shown[0], "on_leave") is None
    assert of(shown[0], "missing") is None, "else it is what is left of the expected"
    assert of(shown[1], "on_leave") is None, "else it is what is left of the total"
    assert of(shown[2], "on_leave") == 30
    assert of(total, "on_leave") == 41


def test_a_lonely_school_hides_its_total_too() -> None:
    shown, total = suppress([count(400, on_leave=3)])
    assert (of(shown[0], "on_leave"), of(total, "on_leave")) == (None, None)


def test_a_tiny_school_is_not_shown_at_all() -> None:
    shown, _ = suppress([count(3), count(400), count(300)])
    assert all(of(shown[0], name) is None for name in ("expected", *CELLS))


@pytest.mark.parametrize("seed", range(30))
def test_whatever_the_numbers_nothing_small_is_left_by_subtraction(seed: int) -> None:
    chance = random.Random(seed)
    rows = []
    for _ in range(chance.randint(1, 12)):
        sizes = [0, 0, 1, 2, 3, 4, 5, 6, 20, 300]
        arrived, leave, missing = (chance.choice(sizes) for _ in range(3))
        absent = chance.randint(0, missing)
        rows.append(
            count(
                arrived,
                late=chance.randint(0, arrived),
                on_leave=leave,
                missing=missing,
                absent=absent,
                held=chance.choice([0, missing - absent]),
            )
        )
    shown, total = suppress(rows)
    sums = {name: sum(getattr(row, name) for row in rows) for name in ("expected", *CELLS)}
    for cells, numbers in [
        *(
            (cells, {name: getattr(row, name) for name in sums})
            for cells, row in zip(shown, rows, strict=True)
        ),
        (total, sums),
    ]:
        for name, number in numbers.items():
            assert of(cells, name) in (None, number)
            assert not (0 < number < SMALL) or of(cells, name) is None
        hidden = [name for name in PARTS if of(cells, name) is None]
        unknown = len(hidden) + (cells.expected is None)
        nonzero = sum(numbers[name] for name in hidden)
        assert not hidden or unknown > 1
        assert cells.expected is None or not hidden or nonzero >= SMALL
    for name in sums:
        gone = [row for cells, row in zip(shown, rows, strict=True) if of(cells, name) is None]
        if gone and of(total, name) is not None:
            assert len(gone) > 1
            assert sum(getattr(row, name) for row in gone) >= SMALL
