"""The principal's word on what a run held: tell the families after all, or let it be."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from app import audit, db
from app.attendance.absence import queries
from app.attendance.absence.doubts import Situation
from app.attendance.absence.model import (
    Decided,
    Decision,
    NoSuchRun,
    Skipped,
    SkipReason,
    run_event_id,
)
from app.attendance.absence.run import Place, look, place_of
from app.attendance.absence.writing import put_absences, tell_guardians
from app.attendance.kin import OwnChild, own_children
from app.attendance.plan import Plan
from app.attendance.queries import lock_people
from app.attendance.queries import plan as plan_of


async def decide(
    conn: db.Conn,
    *,
    plan: Plan,
    day: date,
    shift_id: UUID,
    decision: Decision,
    student_ids: Collection[UUID] | None,
    decided_by: UUID,
    now: datetime,
) -> Decided:
    """Release or drop the held alerts of a shift; `student_ids` None: all that still wait.

    A release looks again: nobody is told of a pupil who was scanned, excused or corrected since.
    Each case is decided once; who is slower than a colleague, or asks twice, changes nothing more.

    Of all at once an own child is one; by name nobody decides about own children alone.

    Raises:
        NoSuchRun: that shift of that day was not decided.
        OwnChild: all that are named are the decider's own children.
    """
    school_id = plan.school_id
    if not await queries.has_run(conn, school_id=school_id, day=day, shift_id=shift_id):
        raise NoSuchRun
    if student_ids:
        await _require_others(conn, school_id, set(student_ids), decided_by)
    asked = await queries.held_cases(
        conn, school_id=school_id, day=day, shift_id=shift_id, student_ids=student_ids
    )
    await lock_people(conn, school_id=school_id, person_ids=asked)
    # Under the locks: a colleague who was faster has decided by now.
    waiting = await queries.held_cases(
        conn, school_id=school_id, day=day, shift_id=shift_id, student_ids=asked
    )
    if await queries.plan_version(conn, school_id=school_id) != plan.version:
        # A closure may have come in between.
        plan = await plan_of(conn, school_id=school_id)
    place = place_of(plan, day, shift_id)
    told: dict[UUID, str] = {}
    skipped: list[Skipped] = []
    if decision == "release" and waiting:
        told, skipped = await _still_missing(conn, place, waiting, now=now)
    await queries.put_decision(
        conn,
        school_id=school_id,
        day=day,
        shift_id=shift_id,
        student_ids=waiting,
        told_ids=told.keys(),
        decision=decision,
        decided_by=decided_by,
        now=now,
    )
    if place is not None and told:
        await _tell(conn, place, told, decided_by)
    if waiting:
        await _put_down(conn, school_id, day, shift_id, decision, waiting, decided_by, now)
    skipped += await _not_waiting(conn, school_id, day, shift_id, set(student_ids or ()) - waiting)
    return Decided(decision=decision, decided=len(waiting), told=len(told), skipped=skipped)


async def _require_others(
    conn: db.Conn, school_id: int, student_ids: set[UUID], decided_by: UUID
) -> None:
    own = await own_children(
        conn, school_id=school_id, account_id=decided_by, student_ids=student_ids
    )
    if own == student_ids:
        raise OwnChild(
            (
                "Hãy nhờ một hiệu trưởng hoặc hiệu phó khác, hoặc quyết định chung cho cả ca.",
                "Ask another principal of the school, or decide about the whole shift at once.",
            )
        )


async def _still_missing(
    conn: db.Conn, place: Place | None, student_ids: set[UUID], *, now: datetime
) -> tuple[dict[UUID, str], list[Skipped]]:
    """Those to tell of, with their names, and why not the others. Their locks are held.

    `place` None: the shift is not held, since the school was closed.
    """
    if place is None:
        return {}, [Skipped(student_id=each, why="closed") for each in sorted(student_ids)]
    situation = await look(conn, place, student_ids=student_ids, now=now)
    missing = {each.student_id: each.name for each in situation.missing}
    skipped = [
        Skipped(student_id=each, why=_why_not(situation, each))
        for each in sorted(student_ids - missing.keys())
    ]
    return missing, skipped


def _why_not(situation: Situation, student_id: UUID) -> SkipReason:
    pupil = next((each for each in situation.pupils if each.student_id == student_id), None)
    if pupil is None:
        return "left"
    if pupil.state == "absent_excused":
        return "on_leave"
    if pupil.state is not None or pupil.was_scanned:
        return "recorded"
    return "inside" if pupil.is_inside else "on_leave"


async def _tell(conn: db.Conn, place: Place, told: dict[UUID, str], decided_by: UUID) -> None:
    await put_absences(
        conn,
        school_id=place.plan.school_id,
        day=place.day,
        shift_id=place.shift.id,
        student_ids=told.keys(),
        state="absent_unexcused",
    )
    await tell_guardians(
        conn,
        plan=place.plan,
        day=place.day,
        shift=place.shift,
        names=told,
        actor=decided_by,
    )


async def _put_down(
    conn: db.Conn,
    school_id: int,
    day: date,
    shift_id: UUID,
    decision: Decision,
    student_ids: Iterable[UUID],
    decided_by: UUID,
    now: datetime,
) -> None:
    """One entry an action: the chain is one lock a school."""
    await audit.record(
        conn,
        school_id=school_id,
        kind=f"absence_{decision}",
        subject_id=run_event_id(school_id, day, shift_id),
        actor_account_id=decided_by,
        detail={
            "day": day.isoformat(),
            "shift_id": str(shift_id),
            "student_ids": [str(each) for each in sorted(student_ids)],
        },
        now=now,
    )


async def _not_waiting(
    conn: db.Conn, school_id: int, day: date, shift_id: UUID, student_ids: set[UUID]
) -> list[Skipped]:
    if not student_ids:
        return []
    known = await queries.cases_of(
        conn, school_id=school_id, day=day, shift_id=shift_id, student_ids=student_ids
    )
    return [
        Skipped(student_id=each, why="decided" if each in known else "unknown")
        for each in sorted(student_ids)
    ]
