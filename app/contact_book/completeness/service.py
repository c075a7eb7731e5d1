"""A school's week of the contact book, counted from what is there."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from app import db
from app.attendance.plan import ZONE, Plan, school_day
from app.contact_book.completeness import queries
from app.contact_book.completeness.compute import class_weeks, is_working_day, replies_of
from app.contact_book.completeness.model import ClassToday, Completeness

_WEEK: Final = timedelta(days=7)


async def today_of(
    conn: db.Conn, *, plan: Plan, class_ids: Collection[UUID] | None, day: date
) -> list[ClassToday]:
    """Which sections of these classes are filled on a day, by grade and name; None: of all."""
    rows = await queries.classes(conn, school_id=plan.school_id, first=day, last=day)
    shown = [row for row in rows if class_ids is None or row.id in class_ids]
    done = await queries.filled(
        conn, school_id=plan.school_id, class_ids=[row.id for row in shown], first=day, last=day
    )
    return [
        ClassToday(
            class_id=row.id,
            is_held=bool(plan.shifts_on(day, plan.classes[row.id].shift_ids))
            if row.id in plan.classes
            else False,
            filled=sorted(each.section for each in done if each.class_id == row.id),
        )
        for row in shown
    ]


async def completeness(conn: db.Conn, *, plan: Plan, week: date, now: datetime) -> Completeness:
    """The week from that Monday, as it stands at `now`."""
    school_id, today = plan.school_id, school_day(now)
    last = week + timedelta(days=6)
    since = datetime.combine(week, datetime.min.time(), ZONE)
    until = since + _WEEK
    classes = await queries.classes(conn, school_id=school_id, first=week, last=last)
    filled = await queries.filled(
        conn, school_id=school_id, class_ids=[row.id for row in classes], first=week, last=last
    )
    heard = await queries.heard(conn, school_id=school_id, since=since, until=until)
    asked = await queries.questions(conn, school_id=school_id, since=since, until=until)
    return Completeness(
        school_id=school_id,
        week=week,
        classes=class_weeks(
            plan, week=week, today=today, classes=classes, filled=filled, heard=heard
        ),
        replies=replies_of(asked, lambda day: is_working_day(plan, day)),
        recipients=sum(each.recipients for each in heard),
        read=sum(each.read for each in heard),
        wanted=sum(each.wanted for each in heard),
        answered=sum(each.answered for each in heard),
    )
