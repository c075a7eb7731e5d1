"""How far the collecting is: for a school's office by class, for the department in rates."""

from datetime import date
from typing import Annotated, Final

from litestar import get
from litestar.params import QueryParameter
from msgspec import Struct

from app import db
from app.errors import Unprocessable
from app.fees.boards import queries, service
from app.fees.boards.model import (
    FeeSums,
    Level,
    LevelRates,
    SchoolBoard,
    SchoolFeeRates,
    Share,
    StoredMonth,
)
from app.fees.boards.rates import level_rates, rough_share_of, summed
from app.fees.boards.rollup import month_of
from app.paging import DEFAULT_LIMIT, CursorInt, CursorText, decode_cursor, page_of
from app.schools.common import school_day
from mobile_api.access import only
from mobile_api.deps import Me, Now, Tx
from mobile_api.fee_doors import OFFICE, QuerySchool, require_desk
from mobile_api.inputs import Cursor, Limit, MaybeFromDay, MaybeToDay

_TAGS: Final = ["fees"]
# No school of ours was there before, and none plans beyond.
_YEARS: Final = range(2020, 2101)

QueryMonth = Annotated[
    date | None, QueryParameter(name="month", description="any day of it; None: the present month")
]


class NoSuchMonth(Unprocessable):
    """Không có tháng này | There is no such month"""


class DepartmentBoard(Struct, frozen=True, kw_only=True):
    """Bills due in a month, whose first day is `month`; `share` and `levels` are of all `schools`,
    not of the page.
    """

    month: date
    schools: int
    share: Share
    levels: list[LevelRates]
    items: list[SchoolFeeRates]
    next_cursor: str | None = None


@get("/v1/fees/boards", operation_id="get_fee_board", opt=OFFICE, tags=_TAGS)
async def school_board(
    tx: Tx,
    caller: Me,
    now: Now,
    school_id: QuerySchool,
    from_day: MaybeFromDay = None,
    to_day: MaybeToDay = None,
) -> SchoolBoard:
    """What was charged, collected and is outstanding of bills due in these days, by class and by
    level beside Plan 204's targets; what waits for a person; and what came in the last 30 days.

    Sums alone, no pupil. By default the present school year. Offers that are free to leave are in
    none of them. For the principal and the accountants.
    """
    require_desk(caller, school_id, "principal", "accountant")
    return await service.school_board(
        tx, school_id=school_id, from_day=from_day, to_day=to_day, now=now
    )


@get(
    "/v1/fees/boards/department",
    operation_id="get_department_fee_board",
    opt={"who": only("department_admin")},
    tags=_TAGS,
)
async def department_board(
    tx: Tx,
    caller: Me,
    now: Now,
    month: QueryMonth = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> DepartmentBoard:
    """Which share of what was due in a month is collected, and of families and value by transfer,
    for each school of the department's, by name, and by level beside Plan 204's targets.

    For department admins. Rates alone, counted within the hour but while pupils arrive; of few
    families there is none.
    """
    # Roll-ups only: no row of a pupil, a bill or a payment is read.
    await db.scope(tx, schools=caller.department_school_ids, accounts=[caller.account_id])
    wanted = month or school_day(now)
    if wanted.year not in _YEARS:
        raise NoSuchMonth
    first = month_of(wanted)
    rows = await queries.stored(tx, school_ids=caller.department_school_ids, month=first)
    after = decode_cursor(cursor, tuple[CursorText, CursorInt])
    items = [_rates(row) for row in rows if after is None or (row.name, row.school_id) > after]
    page = page_of(items[: limit + 1], limit=limit, key=lambda item: (item.name, item.school_id))
    together = _together(rows)
    return DepartmentBoard(
        month=first,
        schools=len(rows),
        share=rough_share_of(summed(together.values())),
        levels=level_rates(together),
        items=page.items,
        next_cursor=page.next_cursor,
    )


def _rates(row: StoredMonth) -> SchoolFeeRates:
    return SchoolFeeRates(
        school_id=row.school_id,
        name=row.name,
        counted_at=row.counted_at,
        share=rough_share_of(summed(row.counts.values())),
        levels=level_rates(row.counts),
    )


def _together(rows: list[StoredMonth]) -> dict[Level, FeeSums]:
    found: dict[Level, list[FeeSums]] = {}
    for row in rows:
        for level, sums in row.counts.items():
            found.setdefault(level, []).append(sums)
    return {level: summed(all_sums) for level, all_sums in found.items()}


HANDLERS = [school_board, department_board]
