"""A school's collecting as it stands: for its principal and accountants."""

from datetime import date, datetime, timedelta
from typing import Final

from app import db
from app.errors import Unprocessable
from app.fees.boards import queries
from app.fees.boards.model import (
    TARGETS,
    ClassBoard,
    FeeSums,
    Level,
    LevelBoard,
    Part,
    SchoolBoard,
)
from app.fees.boards.rates import share_of
from app.schools.common import first_year_of, school_day

_DAYS: Final = 30
_LONGEST: Final = timedelta(days=800)


class BadSpan(Unprocessable):
    """Khoảng ngày không hợp lệ | These days cannot be asked for"""


async def school_board(
    conn: db.Conn, *, school_id: int, from_day: date | None, to_day: date | None, now: datetime
) -> SchoolBoard:
    """Bills due in these days; by default in the present school year, August to July.

    Raises:
        BadSpan: backwards, or longer than two school years.
    """
    today = school_day(now)
    year = first_year_of(today)
    first = from_day or date(year, 8, 1)
    last = to_day or max(date(year + 1, 7, 31), first)
    if not timedelta(0) <= last - first <= _LONGEST:
        raise BadSpan
    found = await queries.parts(conn, school_id=school_id, from_day=first, to_day=last)
    total = next((part.sums for part in found if part.of == "all"), FeeSums())
    days = await queries.days_in(
        conn, school_id=school_id, from_day=today - timedelta(days=_DAYS - 1), to_day=today
    )
    return SchoolBoard(
        school_id=school_id,
        from_day=first,
        to_day=last,
        total=total,
        share=share_of(total),
        levels=[_level(level, sums) for level, sums in sorted(by_level(found).items())],
        classes=[_class(part) for part in found if part.of == "class"],
        waiting=await queries.waiting(conn, school_id=school_id),
        overdue=await queries.overdue(conn, school_id=school_id, today=today),
        today=days[-1],
        days=days,
    )


def by_level(parts: list[Part]) -> dict[Level, FeeSums]:
    return {
        part.level: part.sums for part in parts if part.of == "level" and part.level is not None
    }


def _level(level: Level, sums: FeeSums) -> LevelBoard:
    return LevelBoard(level=level, target=TARGETS.get(level), sums=sums, share=share_of(sums))


def _class(part: Part) -> ClassBoard:
    return ClassBoard(
        class_id=part.class_id,
        class_name=part.class_name,
        grade=part.grade,
        sums=part.sums,
        share=share_of(part.sums),
    )
