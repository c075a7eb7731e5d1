"""The run at a shift's cut-off: made once, in one transaction, however many workers try."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from msgspec import Struct, structs

from app import db
from app.attendance.absence import queries
from app.attendance.absence.doubts import Situation, is_unrecorded, judge, shared_doubts
from app.attendance.absence.model import Due, Held, Run, in_order
from app.attendance.absence.rules import rules_of
from app.attendance.absence.writing import (
    put_absences,
    put_run,
    tell_guardians,
    tell_principals,
)
from app.attendance.leave.queries import approved_leave
from app.attendance.model import State
from app.attendance.plan import ZONE, Plan, PlannedShift, school_day
from app.attendance.queries import lock_people
from app.attendance.queries import plan as plan_of


class Moved(Exception):
    """What the run rests on was changed while it was decided; the next try sees it."""


class Place(Struct, frozen=True, kw_only=True):
    """A shift of a day at a school, with who belongs to it by the plan."""

    plan: Plan
    day: date
    shift: PlannedShift
    class_ids: list[UUID]
    earlier_shift_ids: list[UUID]

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.day, self.shift.ends_at, ZONE)

    def until(self, now: datetime) -> datetime:
        """Who had left the school by then does not belong to it: now, or the end of a past day."""
        return min(now, datetime.combine(self.day + timedelta(days=1), time(), ZONE))


def place_of(plan: Plan, day: date, shift_id: UUID) -> Place | None:
    """The shift as it is held that day; None: it is not, for no class."""
    shift = None
    class_ids = []
    earlier: set[UUID] = set()
    for each in plan.classes.values():
        held = plan.shifts_on(day, each.shift_ids)
        mine = next((one for one in held if one.id == shift_id), None)
        if mine is None:
            continue
        shift = mine
        class_ids.append(each.id)
        earlier |= {one.id for one in held if one.starts_at < mine.starts_at}
    if shift is None:
        return None
    return Place(
        plan=plan,
        day=day,
        shift=shift,
        class_ids=sorted(class_ids),
        earlier_shift_ids=sorted(earlier),
    )


async def run_one(
    conn: db.Conn, due: Due, *, plan: Plan | None = None, now: datetime
) -> Run | None:
    """Decide a shift's absences; None: it is decided already, is being decided, or is not held.

    `plan` is the school's, as of `due.plan_version`. All of it is one transaction of the caller's:
    dying in it leaves nothing behind, and the next try begins anew.

    Raises:
        Moved: roll back and try again.
    """
    plan = plan or await plan_of(conn, school_id=due.school_id)
    place = place_of(plan, due.day, due.shift_id)
    if place is None:
        return None
    if not await queries.claim(conn, school_id=due.school_id, day=due.day, shift_id=due.shift_id):
        return None
    rules = await rules_of(conn, school_id=due.school_id)
    before = await look(conn, place, now=now)
    first = judge(before, rules)
    locked = _touched(first, before)
    await lock_people(conn, school_id=due.school_id, person_ids=locked)
    # What has been committed since is seen by this second look; what comes later waits for us.
    situation = await _look_again(conn, place, before, now=now)
    cases = _with_doubts_of(first, judge(situation, rules))
    if not _touched(cases, situation) <= locked:
        raise Moved
    if await queries.plan_version(conn, school_id=due.school_id) != plan.version:
        raise Moved
    return await _write(conn, place, situation, cases, now=now)


async def _look_again(
    conn: db.Conn, place: Place, before: Situation, *, now: datetime
) -> Situation:
    """As it stands now. What was recorded at the first look stays so, and is not read once more."""
    seen = [pupil for pupil in before.pupils if not is_unrecorded(pupil)]
    unseen = {pupil.student_id for pupil in before.pupils if is_unrecorded(pupil)}
    found = await look(conn, place, student_ids=unseen, now=now)
    return structs.replace(found, pupils=[*seen, *found.pupils])


def _touched(cases: Sequence[Held], situation: Situation) -> set[UUID]:
    """The pupils of whom a row of the day is written. For who is held nothing changes."""
    told = {each.student_id for each in cases if not each.doubts}
    return told | {each.student_id for each in situation.excused}


def _with_doubts_of(first: Sequence[Held], second: Sequence[Held]) -> list[Held]:
    """Of two looks a moment apart the more doubtful one holds."""
    before = {each.student_id: each.doubts for each in first}
    return [
        structs.replace(each, doubts=in_order({*each.doubts, *before.get(each.student_id, ())}))
        for each in second
    ]


async def _write(
    conn: db.Conn, place: Place, situation: Situation, cases: Sequence[Held], *, now: datetime
) -> Run:
    school_id, day, shift = place.plan.school_id, place.day, place.shift
    told = {each.student_id: each.name for each in cases if not each.doubts}
    excused = {each.student_id for each in situation.excused}
    run = Run(
        school_id=school_id,
        day=day,
        shift_id=shift.id,
        ran_at=now,
        enrolled=len(situation.pupils),
        missing=len(cases),
        on_leave=len(excused) + sum(each.state == "absent_excused" for each in situation.pupils),
        told=len(told),
        held=len(cases) - len(told),
        doubts=shared_doubts(situation, cases),
    )
    await put_run(conn, run, cases)
    decided: tuple[tuple[Collection[UUID], State], ...] = (
        (told.keys(), "absent_unexcused"),
        (excused, "absent_excused"),
    )
    for student_ids, state in decided:
        await put_absences(
            conn,
            school_id=school_id,
            day=day,
            shift_id=shift.id,
            student_ids=student_ids,
            state=state,
        )
    await tell_guardians(conn, plan=place.plan, day=day, shift=shift, names=told)
    # Of a day that is over nobody is woken: what is held stands in the list.
    if run.held and day == school_day(now):
        await tell_principals(
            conn,
            plan=place.plan,
            day=day,
            shift=shift,
            held=run.held,
            account_ids=await queries.principals(conn, school_id=school_id, now=now),
        )
    return run


async def look(
    conn: db.Conn, place: Place, *, student_ids: Collection[UUID] | None = None, now: datetime
) -> Situation:
    """The shift as it stands now; `student_ids`: for these alone."""
    school_id, day = place.plan.school_id, place.day
    pupils = await queries.pupils_of_shift(
        conn,
        school_id=school_id,
        day=day,
        shift_id=place.shift.id,
        class_ids=place.class_ids,
        earlier_shift_ids=place.earlier_shift_ids,
        until=place.until(now),
        student_ids=student_ids,
    )
    leave = await approved_leave(
        conn, school_id=school_id, person_ids=student_ids, first=day, last=day
    )
    return Situation(
        pupils=pupils,
        on_leave=frozenset(
            each.person_id for each in leave if each.covers(day, place.shift.starts_at)
        ),
        campuses=await queries.campuses_of(conn, school_id=school_id, class_ids=place.class_ids),
        scanners=await queries.scanners(conn, school_id=school_id, day=day, now=now),
        refused=await queries.refused_codes(conn, school_id=school_id, day=day),
        suspects=await queries.suspects(conn, school_id=school_id, day=day),
        is_late=now > place.ends_at,
        has_begun=await queries.has_cards(conn, school_id=school_id),
    )
