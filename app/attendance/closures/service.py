"""A closure is one row: from its commit on no school below it holds a shift on these days.

What else follows, school by school, is done by the worker (`fanout.py`): days that were told as
absences are settled, and everybody hears of it.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from app import db, names
from app.attendance.closures import queries
from app.attendance.closures.model import (
    AlreadyClosed,
    BadClosureDays,
    Closure,
    ClosureOver,
    ClosureRow,
    NewClosure,
    NoPlace,
    NoSuchClosure,
    NotYourClosure,
)
from app.attendance.plan import ZONE, school_day
from app.identity.model import Caller
from app.ids import new_id
from app.schools.common import NoSuchSchool, lock_school
from app.schools.org.model import NoSuchOrgUnit
from app.schools.org.queries import lock_unit, unit_under, units_above
from app.schools.org.service import own_units

OLDEST: Final = timedelta(days=7)
FARTHEST: Final = timedelta(days=60)
LONGEST_DAYS: Final = 31
# Before it, a school that opens again opens today; after it, tomorrow: families must hear of it.
OPENS_BY: Final = time(6)
# So much apart, 570 schools take under three minutes, and arrivals find their way between.
STAGGER_S: Final = 0.25


async def declare(conn: db.Conn, *, caller: Caller, new: NewClosure, now: datetime) -> Closure:
    """Close a school, or all schools at or below a unit, for these days, from this commit on.

    Raises:
        NoPlace: not exactly one school or unit.
        NoSuchSchool, NoSuchOrgUnit: none that the caller may close.
        BadClosureDays: the wrong way round, too far back or ahead, too long.
        AlreadyClosed: for the same place and days there is one.
    """
    school_ids = await _schools_of_place(conn, caller, new.school_id, new.org_unit_id)
    _check_days(new, school_day(now))
    if new.school_id is not None:
        await lock_school(conn, school_id=new.school_id)
    else:
        await lock_unit(conn, unit_id=int(new.org_unit_id or 0))
    if await queries.is_closed_so(conn, new=new):
        raise AlreadyClosed(
            ("Nếu cần thêm ngày, hãy tạo lệnh nghỉ cho những ngày đó.",
             "If it lasts longer, declare one for the days that follow."),
        )  # fmt: skip
    await _widen(conn, caller, school_ids)
    closure_id = new_id()
    await queries.declare(
        conn,
        closure_id=closure_id,
        new=NewClosure(
            org_unit_id=new.org_unit_id,
            school_id=new.school_id,
            from_day=new.from_day,
            to_day=new.to_day,
            kind=new.kind,
            reason=names.clean(new.reason),
        ),
        created_by=caller.account_id,
        school_ids=school_ids,
        stagger_s=STAGGER_S,
        now=now,
    )
    return await one(conn, caller=caller, closure_id=closure_id)


async def end(
    conn: db.Conn, *, caller: Caller, closure_id: UUID, opens_on: date | None, now: datetime
) -> Closure:
    """Open again early, from `opens_on` on, and tell it.

    None: tomorrow; today if it is not six o'clock yet; and what has not begun never does.

    Raises:
        NoSuchClosure: none that touches a school which the caller leads.
        NotYourClosure: a school's principal does not end what the department declared.
        ClosureOver: its last day is past, or earlier than that it opens anyway.
        BadClosureDays: `opens_on` is past.
    """
    touching = await seen(conn, caller=caller, closure_id=closure_id, is_closer=True)
    if not touching:
        raise NoSuchClosure
    if not touching[0].may_end:
        raise NotYourClosure
    await queries.lock_closure(conn, closure_id=closure_id)
    row = await queries.closure(conn, closure_id=closure_id)
    if row is None:
        raise NoSuchClosure
    opens_on = _opening(row, opens_on, now)
    school_ids = (
        [row.school_id]
        if row.school_id is not None
        else await queries.schools_below(conn, unit_id=int(row.org_unit_id or 0))
    )
    await _widen(conn, caller, school_ids)
    await queries.end(
        conn,
        closure_id=closure_id,
        closed_to=opens_on - timedelta(days=1),
        is_void=opens_on <= row.from_day,
        ended_by=caller.account_id,
        school_ids=school_ids,
        stagger_s=STAGGER_S,
        now=now,
    )
    return await one(conn, caller=caller, closure_id=closure_id)


async def one(conn: db.Conn, *, caller: Caller, closure_id: UUID) -> Closure:
    """One closure that touches a school of the caller's.

    Raises:
        NoSuchClosure: there is none.
    """
    found = await seen(conn, caller=caller, closure_id=closure_id)
    if not found:
        raise NoSuchClosure
    return found[0]


async def seen(
    conn: db.Conn,
    *,
    caller: Caller,
    school_id: int | None = None,
    closure_id: UUID | None = None,
    from_day: date | None = None,
    before: UUID | None = None,
    limit: int = 1,
    is_closer: bool = False,
) -> list[Closure]:
    """What touches the caller's schools, the newest first; `school_id`: this school alone.

    `is_closer`: only the schools that the caller may close.

    Raises:
        NoSuchSchool: `school_id` is none of the caller's.
    """
    closes = caller.schools_as("principal") | set(caller.department_school_ids)
    own = closes if is_closer else closes | caller.school_ids
    if school_id is not None:
        if school_id not in own:
            raise NoSuchSchool
        asked = {school_id}
    else:
        asked = set(own)
    await _widen(conn, caller, caller.department_school_ids)
    units = set(await units_above(conn, school_ids=asked))
    ends_units = await units_below(conn, unit_ids=own_units(caller))
    if school_id is None:
        units |= ends_units
    return await queries.closures(
        conn,
        school_ids=asked,
        unit_ids=units,
        closure_id=closure_id,
        from_day=from_day,
        ends_schools=closes,
        ends_units=ends_units,
        before=before,
        limit=limit,
    )


async def units_below(conn: db.Conn, *, unit_ids: Collection[int]) -> set[int]:
    """These units and all below them."""
    if not unit_ids:
        return set()
    found = await db.rows(
        conn,
        """
        with recursive unit as (
            select id from org_unit where id = any($1::int[])
             union
            select o.id from org_unit o join unit on o.parent_id = unit.id)
        select id from unit
        """,
        list(unit_ids),
    )
    return {row["id"] for row in found}


async def _schools_of_place(
    conn: db.Conn, caller: Caller, school_id: int | None, unit_id: int | None
) -> list[int]:
    if (school_id is None) == (unit_id is None):
        raise NoPlace
    if school_id is not None:
        may_close = caller.schools_as("principal") | set(caller.department_school_ids)
        if school_id not in may_close:
            raise NoSuchSchool
        return [school_id]
    unit = int(unit_id or 0)
    if await unit_under(conn, root_ids=own_units(caller), unit_id=unit) is None:
        raise NoSuchOrgUnit
    return await queries.schools_below(conn, unit_id=unit)


async def _widen(conn: db.Conn, caller: Caller, school_ids: Collection[int]) -> None:
    """Open the rows of the schools below for the lists of whom to tell, and nothing else of theirs.

    As with the making of a school: who may do this was asked before.
    """
    await db.scope(conn, schools=caller.school_ids | set(school_ids), accounts=[caller.account_id])


def _check_days(new: NewClosure, today: date) -> None:
    if new.from_day > new.to_day:
        raise BadClosureDays(
            ("Ngày cuối phải từ ngày đầu trở đi.", "The last day comes before the first."),
        )
    if not today - OLDEST <= new.from_day <= today + FARTHEST:
        raise BadClosureDays(
            (
                f"Bắt đầu không quá {OLDEST.days} ngày trước và {FARTHEST.days} ngày tới.",
                f"It begins {OLDEST.days} days ago at the earliest, in {FARTHEST.days} at the"
                " latest.",
            )
        )
    if (new.to_day - new.from_day).days >= LONGEST_DAYS:
        raise BadClosureDays(
            (f"Nhiều nhất {LONGEST_DAYS} ngày một lần.", f"At most {LONGEST_DAYS} days at a time."),
        )


def _opening(row: ClosureRow, opens_on: date | None, now: datetime) -> date:
    today = school_day(now)
    if row.closed_to < max(today, row.from_day):
        raise ClosureOver
    if opens_on is None:
        is_in_time = now.astimezone(ZONE).time() < OPENS_BY
        opens_on = row.from_day if row.from_day > today else today
        if opens_on == today and not is_in_time:
            opens_on = today + timedelta(days=1)
    if opens_on > row.closed_to:
        raise ClosureOver(
            ("Trường đã mở cửa lại vào ngày ấy rồi.", "By that day it is open again anyway."),
        )
    if opens_on < today:
        raise BadClosureDays(
            ("Ngày mở cửa lại không thể đã qua.", "The day of opening cannot be past."),
        )
    return opens_on
