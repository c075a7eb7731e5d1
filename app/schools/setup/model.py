"""The steps from an empty school to its first told parent."""

from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

StepKey = Literal[
    "fence",
    "stations",
    "shifts",
    "calendar",
    "staff",
    "roster",
    "guardians",
    "cards",
    "first_scan",
]
StepState = Literal["todo", "started", "done"]

# The province's aim: so many of a hundred pupils have a guardian who is reached.
REACHED_PERCENT: Final = 85


class Counts(Struct, frozen=True, kw_only=True):
    """What there is in a school; people and classes are those of today."""

    campuses: int
    campuses_with_gate: int
    shifts: int
    classes: int
    classes_with_shift: int
    calendar_days: int
    principals: int
    scanners: int
    classes_with_homeroom: int
    pupils: int
    classes_with_pupils: int
    pupils_reached: int
    pupils_with_printed_card: int
    has_scan: bool


class Step(Struct, frozen=True, kw_only=True):
    """`done` of `total` in units of the step; `next` is None when nothing is left to do.

    `link` is where the next step is done in the API.
    """

    key: StepKey
    title: str
    state: StepState
    done: int
    total: int
    next: str | None
    link: str | None


class Setup(Struct, frozen=True, kw_only=True):
    """A school's checklist, in the order in which it is done; `done` of `total` are steps."""

    school_id: int
    done: int
    total: int
    steps: list[Step]
    counted_at: datetime


class Stored(Struct, frozen=True, kw_only=True):
    """A row of the roll-up; all None: never counted yet."""

    school_id: int
    name: str
    done: int
    counts: Counts | None
    counted_at: datetime | None


class SchoolProgress(Struct, frozen=True, kw_only=True):
    """A school as the department sees it; numbers of people, never names."""

    school_id: int
    name: str
    done: int
    total: int
    missing: list[StepKey]
    pupils: int
    pupils_reached: int
    counted_at: datetime | None
