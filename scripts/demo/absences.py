"""The cut-offs of the demo's past: decided as they would have been, so that none is due today.

Nobody is told of the past. Today's cut-offs that had passed when the province was made are over as
well: there were no scanners yet, and a first look at the demo must not begin with a held alert.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from app import db
from app.attendance import queries
from app.attendance.absence.model import Rules
from app.attendance.absence.run import Place, place_of
from app.attendance.plan import ZONE, Plan

_PAST: Final = """
with due as (
    select e.student_id, e.class_id from enrolment e
     where e.school_id = $1 and e.class_id = any($4) and e.from_day <= $2
       and (e.to_day is null or e.to_day >= $2)),
missing as (
    select student_id, class_id from due
     where not exists (select from attendance_day d
                        where d.school_id = $1 and d.day = $2 and d.person_id = due.student_id
                          and d.shift_id = $3)),
run as (
    insert into absence_run (school_id, day, shift_id, ran_at, enrolled, missing, on_leave, told,
           held, doubts)
    select $1, $2, $3, $5, count(*), (select count(*) from missing), 0,
           (select count(*) from missing), 0, '{}' from due),
told as (
    insert into absence_case (school_id, day, student_id, shift_id, class_id, ran_at, doubts,
           told_at)
    select $1, $2, student_id, $3, class_id, $5, '{}', $5 from missing)
insert into attendance_day (school_id, day, person_id, shift_id, person_kind, state)
select $1, $2, student_id, $3, 'student', 'absent_unexcused' from missing
"""
_OVER: Final = """
insert into absence_run (school_id, day, shift_id, ran_at, enrolled, missing, on_leave, told, held,
       doubts)
values ($1, $2, $3, $4, 0, 0, 0, 0, 0, '{not_begun}')
"""


async def write_absences(conn: db.Conn, *, school_id: int, days: Sequence[date]) -> None:
    """Who was scanned in no shift of a past day was absent from it."""
    plan = await queries.plan(conn, school_id=school_id)
    for day in days:
        for place in _held(plan, day):
            ran_at = _ran_at(place)
            await conn.execute(_PAST, school_id, day, place.shift.id, place.class_ids, ran_at)


async def end_cut_offs(conn: db.Conn, *, school_id: int, now: datetime) -> None:
    """Today's cut-offs that are past decide nothing any more."""
    plan = await queries.plan(conn, school_id=school_id)
    today = now.astimezone(ZONE).date()
    for place in _held(plan, today):
        if _ran_at(place) <= now:
            await conn.execute(_OVER, school_id, today, place.shift.id, _ran_at(place))


def _held(plan: Plan, day: date) -> list[Place]:
    places = (place_of(plan, day, shift_id) for shift_id in sorted(plan.shifts))
    return [place for place in places if place is not None]


def _ran_at(place: Place) -> datetime:
    cut_off = datetime.combine(place.day, place.shift.cut_off, ZONE)
    return cut_off + Rules().alert_after
