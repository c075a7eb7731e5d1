"""Small numbers are not shown, nor what would give them away. Pure.

A cell of 1 to 4 children is hidden. A hidden cell must not be had by subtraction either: in a row
from what it is expected to add up to, in a column from the total. So others are hidden with it,
until what is hidden together is at least two cells and five children (docs/decisions/0039).
"""

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from msgspec import Struct

from app.monitoring.rollup import DayCount

SMALL: Final = 5
# These add up to `expected`.
PARTS: Final = ("arrived", "on_leave", "missing")
CELLS: Final = ("arrived", "late", "on_leave", "missing", "absent", "held")

T = TypeVar("T", str, int)
Hidden = set[tuple[int, str]]  # position of the row; -1: the total


class Cells(Struct, frozen=True, kw_only=True):
    """Pupils; null: fewer than five, or what would tell such a number."""

    expected: int | None
    arrived: int | None
    late: int | None
    on_leave: int | None
    missing: int | None
    absent: int | None
    held: int | None


def suppress(rows: Sequence[DayCount]) -> tuple[list[Cells], Cells]:
    """What may be shown of these schools, and of their total."""
    total = [sum(getattr(row, name) for row in rows) for name in ("expected", *CELLS)]
    numbers = [{name: getattr(row, name) for name in ("expected", *CELLS)} for row in rows]
    numbers.append(dict(zip(("expected", *CELLS), total, strict=True)))
    hidden: Hidden = set()
    for position, row in enumerate(numbers):
        hidden |= {(position, name) for name in _small(row)}
    # Each round hides more or is the last one.
    while more := _more(numbers, hidden):
        hidden |= more
    shown = [_shown(row, position, hidden) for position, row in enumerate(numbers)]
    return shown[:-1], shown[-1]


def _small(row: dict[str, int]) -> set[str]:
    """What is too small by itself, or leaves too small a rest."""
    if 0 < row["expected"] < SMALL:
        return {"expected", *CELLS}
    found = {name for name in CELLS if _is_small(row[name])}
    if _is_small(row["arrived"] - row["late"]):
        found.add("late")
    if _is_small(row["missing"] - row["absent"] - row["held"]):
        found |= {"absent", "held"}
    return found


def _is_small(number: int) -> bool:
    return 0 < number < SMALL


def _more(numbers: list[dict[str, int]], hidden: Hidden) -> Hidden:
    more: Hidden = set()
    for position, row in enumerate(numbers):
        more |= {(position, name) for name in _with_them(row, _of_row(hidden, position))}
    last = len(numbers) - 1
    for name in ("expected", *CELLS):
        column = [row[name] for row in numbers]
        more |= {(position, name) for position in _beside(column, last, _of(hidden, name))}
    return more - hidden


def _of_row(hidden: Hidden, position: int) -> set[str]:
    return {name for at, name in hidden if at == position}


def _of(hidden: Hidden, name: str) -> set[int]:
    return {position for position, of in hidden if of == name}


def _with_them(row: dict[str, int], hidden: set[str]) -> set[str]:
    """What a row must hide beside what it hides."""
    if not hidden:
        return set()
    found = set(hidden)
    if "expected" not in found:
        found |= _enough({name: row[name] for name in PARTS}, found & set(PARTS))
    elif not found & set(PARTS):
        found.add(max(PARTS, key=lambda name: row[name]))
    if "arrived" in found:
        found.add("late")
    if found & {"missing", "absent", "held"}:
        # What is neither decided nor held is mostly nothing: one of the two tells the other.
        found |= {"absent", "held"}
    return found


def _beside(column: list[int], last: int, hidden: set[int]) -> set[int]:
    """What a column must hide beside what it hides; if there is nothing, the total goes."""
    if last in hidden or not hidden:
        return set()
    schools = dict(enumerate(column[:last]))
    found = _enough(schools, hidden)
    is_safe = len(found) > 1 and sum(schools[position] for position in found) >= SMALL
    return found if is_safe else found | {last}


def _enough(numbers: Mapping[T, int], hidden: set[T]) -> set[T]:
    """The hidden with the smallest others, until they are two cells and five children."""
    found = set(hidden)
    if not found:
        return found
    others = sorted(
        (number, name) for name, number in numbers.items() if number and name not in found
    )
    for _, name in others:
        if len(found) > 1 and sum(numbers[each] for each in found) >= SMALL:
            break
        found.add(name)
    return found


def _shown(row: dict[str, int], position: int, hidden: Hidden) -> Cells:
    return Cells(
        **{name: None if (position, name) in hidden else row[name] for name in ("expected", *CELLS)}
    )
