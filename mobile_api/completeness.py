"""How well the contact book is kept: by class for the principal, in rates for the department."""

from datetime import date, datetime
from typing import Annotated, Final

from litestar import get
from litestar.params import QueryParameter
from msgspec import Struct

from app import db
from app.attendance.plan import school_day
from app.attendance.queries import plan as plan_of
from app.contact_book.access import WRITING_ROLES
from app.contact_book.announcements.service import require_desk
from app.contact_book.completeness import queries, service
from app.contact_book.completeness.model import ClassToday, Completeness, Rates, monday_of
from app.contact_book.completeness.rates import rates_of, total_of
from app.errors import Unprocessable
from app.paging import DEFAULT_LIMIT, CursorInt, CursorText, decode_cursor, page_of
from mobile_api.access import only
from mobile_api.deps import Me, Now, Tx
from mobile_api.inputs import Cursor, Limit, PathSchool

QueryWeek = Annotated[
    date | None, QueryParameter(name="week", description="any day of it; None: the present week")
]


# No school of ours was there before, and none plans beyond.
_YEARS: Final = range(2020, 2101)


class NoSuchWeek(Unprocessable):
    """Không có tuần này | There is no such week"""


class SchoolRates(Struct, frozen=True, kw_only=True):
    """`counted_at` null: nobody has counted this week yet."""

    school_id: int
    name: str
    counted_at: datetime | None
    rates: Rates


class DepartmentBook(Struct, frozen=True, kw_only=True):
    """`week` is a Monday; `total` is of all `schools`, not of the page, and has no median."""

    week: date
    schools: int
    total: Rates
    items: list[SchoolRates]
    next_cursor: str | None = None


class BookToday(Struct, frozen=True, kw_only=True):
    """The classes by grade and name."""

    day: date
    items: list[ClassToday]


@get(
    "/v1/schools/{school_id:int}/contact-book/completeness",
    opt={"who": only("principal")},
    tags=["contact-book"],
)
async def school_completeness(
    tx: Tx, now: Now, school_id: PathSchool, week: QueryWeek = None
) -> Completeness:
    """Which sections which class left empty in a week, how fast families' messages were answered,
    and who read and answered announcements, in numbers. For the principal.
    """
    plan = await plan_of(tx, school_id=school_id)
    monday = _monday(week, now)
    return await service.completeness(tx, plan=plan, week=monday, now=now)


@get(
    "/v1/schools/{school_id:int}/contact-book/today",
    opt={"who": only(*WRITING_ROLES)},
    tags=["contact-book"],
)
async def filled_today(tx: Tx, caller: Me, now: Now, school_id: PathSchool) -> BookToday:
    """Which sections of each class are filled today, so that a teacher sees what is still empty.

    For the principal; for teachers, of the classes that they lead or teach.
    """
    desk = await require_desk(tx, caller=caller, school_id=school_id)
    day = school_day(now)
    plan = await plan_of(tx, school_id=school_id)
    return BookToday(
        day=day,
        items=await service.today_of(tx, plan=plan, class_ids=desk.class_ids, day=day),
    )


@get(
    "/v1/contact-book/completeness",
    opt={"who": only("department_admin")},
    tags=["contact-book"],
)
async def department_completeness(
    tx: Tx,
    caller: Me,
    now: Now,
    week: QueryWeek = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> DepartmentBook:
    """How well the department's schools kept the contact book in a week: rates, by school's name.

    For department admins. Counted within the hour but while pupils arrive, the week before twice a
    day. A rate of fewer than five is null, and so is one that would tell so small a number.
    """
    # Roll-ups only: no row of a child, a teacher or a message is read.
    await db.scope(tx, schools=caller.department_school_ids, accounts=[caller.account_id])
    monday = _monday(week, now)
    rows = await queries.stored(tx, school_ids=caller.department_school_ids, week=monday)
    after = decode_cursor(cursor, tuple[CursorText, CursorInt])
    items = [
        SchoolRates(
            school_id=row.school_id, name=row.name, counted_at=row.counted_at, rates=rates_of(row)
        )
        for row in rows
        if after is None or (row.name, row.school_id) > after
    ]
    page = page_of(items[: limit + 1], limit=limit, key=lambda item: (item.name, item.school_id))
    return DepartmentBook(
        week=monday,
        schools=len(rows),
        total=total_of(rows),
        items=page.items,
        next_cursor=page.next_cursor,
    )


def _monday(week: date | None, now: datetime) -> date:
    wanted = week or school_day(now)
    if wanted.year not in _YEARS:
        raise NoSuchWeek
    return monday_of(wanted)


HANDLERS = [school_completeness, filled_today, department_completeness]
