"""How far the collecting is, in sums. No name of anybody, and no offer that is free to leave."""

from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

Level = Literal["preschool", "primary", "lower_secondary", "upper_secondary", "continuing"]

# Plan 204 of the province: of 100 paying families so many without cash.
TARGETS: Final[dict[Level, int]] = {"upper_secondary": 80, "lower_secondary": 30}


class FeeSums(Struct, frozen=True, kw_only=True):
    """Of bills that are owed, not void, and ask for something; amounts in đồng.

    `pupils` have such bills, `payers` have paid something of them, `online_payers` something of it
    by transfer; `online` is what came by transfer of `collected`. `outstanding` is still asked for,
    `written_off` is not.
    """

    invoices: int = 0
    invoices_paid: int = 0
    charged: int = 0
    collected: int = 0
    outstanding: int = 0
    written_off: int = 0
    online: int = 0
    pupils: int = 0
    payers: int = 0
    online_payers: int = 0


class Part(Struct, frozen=True, kw_only=True):
    """The sums of a class (`class_id` None: of pupils in none), of a level, or of all."""

    of: Literal["class", "level", "all"]
    class_id: UUID | None
    class_name: str | None
    grade: int | None
    level: Level | None
    sums: FeeSums


class Share(Struct, frozen=True, kw_only=True):
    """Percent, rounded; None: of nothing, or, for the department, of too few to be told.

    `collected`: of what was charged. `online_families`: of the families that paid something, those
    who did by transfer. `online_value`: of what was paid, what came by transfer.
    """

    collected: int | None
    online_families: int | None
    online_value: int | None


class ClassBoard(Struct, frozen=True, kw_only=True):
    """A class; `class_id` None: bills of pupils who were in none."""

    class_id: UUID | None
    class_name: str | None
    grade: int | None
    sums: FeeSums
    share: Share


class LevelBoard(Struct, frozen=True, kw_only=True):
    """`target`: Plan 204's percent of families, None where it sets none."""

    level: Level
    target: int | None
    sums: FeeSums
    share: Share


class Waiting(Struct, frozen=True, kw_only=True):
    """What waits for a person: money to review, refunds to approve or to settle, cash, waivers.

    `events`: so many of the reviews are notices of a bank that may be money. `rows`: transfers on
    statements that somebody has to decide, or that are not taken since an import was cut off.
    """

    reviews: int
    events: int
    rows: int
    refunds: int
    cash: int
    waivers: int


class Overdue(Struct, frozen=True, kw_only=True):
    invoices: int
    amount: int


class DayIn(Struct, frozen=True, kw_only=True):
    """Money that arrived on a day, by the bank's date."""

    day: date
    funds: int
    amount: int
    receipts: int


class SchoolBoard(Struct, frozen=True, kw_only=True):
    """Bills due from `from_day` to `to_day`; what waits, is overdue and came is as of now."""

    school_id: int
    from_day: date
    to_day: date
    total: FeeSums
    share: Share
    levels: list[LevelBoard]
    classes: list[ClassBoard]
    waiting: Waiting
    overdue: Overdue
    today: DayIn
    days: list[DayIn]


class LevelRates(Struct, frozen=True, kw_only=True):
    level: Level
    target: int | None
    share: Share


class SchoolFeeRates(Struct, frozen=True, kw_only=True):
    """`counted_at` None: nobody has counted this month yet."""

    school_id: int
    name: str
    counted_at: datetime | None
    share: Share
    levels: list[LevelRates]


class StoredMonth(Struct, frozen=True, kw_only=True):
    """A school's month as it is kept: the sums by level."""

    school_id: int
    name: str
    counted_at: datetime | None
    counts: dict[Level, FeeSums]
