"""A school year ends: classes are made, pupils go up, repeat or graduate, all or nothing."""

from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from msgspec.structs import replace

from app import db, names
from app.identity.sessions import end_sessions_without_links
from app.ids import new_id
from app.schools.classes import queries as classes
from app.schools.classes.model import BadSchoolYear, SchoolClass
from app.schools.common import lock_school, school_day
from app.schools.life import promotion_queries as queries
from app.schools.life.events import record
from app.schools.life.model import (
    CannotPromote,
    NextClass,
    PromotedClass,
    Promotion,
    PromotionFault,
    PupilsMoved,
)
from app.schools.life.promotion_plan import (
    OneClass,
    Plan,
    Standing,
    ToClass,
    Wanted,
    counts,
    plan_promotion,
)
from app.schools.life.queries import end_student_logins
from app.schools.staff.service import sync_teacher_roles
from app.schools.students.model import BadDay

_LONGEST_AGO: Final = timedelta(days=120)
_SHOWN_FAULTS: Final = 20


async def promote(
    conn: db.Conn,
    *,
    school_id: int,
    wanted: Wanted,
    decided_by: UUID,
    now: datetime,
    locale: Literal["vi", "en"],
    is_dry_run: bool,
) -> Promotion:
    """Do it, or in a dry run say what would be done; a second time there is nothing left to do.

    Scans may go on meanwhile: they lock nothing that this waits for, nor wait for this.

    Raises:
        CannotPromote: there are faults, and it is no dry run.
        PupilsMoved: somebody was enrolled meanwhile; nothing was done.
        BadSchoolYear: not two years that follow each other.
        BadDay: in the future, or over 120 days ago.
    """
    wanted = _clean(wanted, now)
    if not is_dry_run:
        await lock_school(conn, school_id=school_id)
        await queries.lock_pupils(conn, school_id=school_id, school_year=wanted.from_year)
    plan = plan_promotion(wanted, await _standing(conn, school_id, wanted))
    if is_dry_run:
        return _shown(plan, wanted, locale, is_dry_run=True)
    if plan.faults:
        raise _refusal(plan)
    made = await _make_classes(conn, school_id, plan, wanted)
    ended = await _move(conn, school_id, plan, wanted, made, decided_by, now)
    await _sync_teachers(conn, school_id, plan, now)
    done = replace(_shown(plan, wanted, locale, is_dry_run=False, made=made), classes_ended=ended)
    if made or ended or any(counts(plan.classes).values()):
        await _record(conn, school_id, done, decided_by, now)
    return done


def _clean(wanted: Wanted, now: datetime) -> Wanted:
    years = [int(year.partition("-")[0]) for year in (wanted.from_year, wanted.to_year)]
    ends = [int(year.partition("-")[2]) for year in (wanted.from_year, wanted.to_year)]
    if ends != [year + 1 for year in years] or years[1] != years[0] + 1:
        raise BadSchoolYear(("Ví dụ: 2026-2027 → 2027-2028.", "For example 2026-2027 → 2027-2028."))
    today = school_day(now)
    if not today - _LONGEST_AGO <= wanted.from_day <= today:
        raise BadDay(
            (
                "`from_day` là hôm nay hoặc trong 120 ngày qua. Hãy xem trước (dry_run) khi chưa"
                " đến ngày.",
                "`from_day` is today or within the last 120 days. Before that day, use dry_run.",
            )
        )
    steps = [
        replace(step, to=replace(step.to, name=names.clean(step.to.name)))
        if isinstance(step.to, NextClass)
        else step
        for step in wanted.steps
    ]
    return replace(wanted, steps=steps, repeaters=frozenset(wanted.repeaters))


async def _standing(conn: db.Conn, school_id: int, wanted: Wanted) -> Standing:
    return Standing(
        old=await queries.classes_of_year(
            conn, school_id=school_id, school_year=wanted.from_year, with_ended=True
        ),
        next=await queries.classes_of_year(
            conn, school_id=school_id, school_year=wanted.to_year, with_ended=False
        ),
        pupils=await queries.pupils_of_years(
            conn, school_id=school_id, school_years=[wanted.from_year, wanted.to_year]
        ),
    )


def _refusal(plan: Plan) -> CannotPromote:
    shown = plan.faults[:_SHOWN_FAULTS]
    vi, en = (" ".join(fault.text[side] for fault in shown) for side in (0, 1))
    return CannotPromote((vi, en))


async def _make_classes(
    conn: db.Conn, school_id: int, plan: Plan, wanted: Wanted
) -> dict[str, UUID]:
    """The ids of the classes that were made, by name; one that nobody goes to is made as well."""
    made: dict[str, UUID] = {}
    for target in plan.targets.values():
        if target.existing is not None or not _is_wanted(plan, target):
            continue
        fresh = _like(target, wanted)
        await classes.insert_class(conn, school_id=school_id, made=fresh)
        await classes.set_class_shifts(
            conn, school_id=school_id, class_id=fresh.id, shift_ids=fresh.shift_ids
        )
        await classes.set_class_teachers(
            conn, school_id=school_id, class_id=fresh.id, teachers=fresh.teachers
        )
        made[target.name] = fresh.id
    return made


def _is_wanted(plan: Plan, target: ToClass) -> bool:
    """A class whose former class is over was made before, or ended since: it is not made anew."""
    return bool(target.pupils) or any(
        one.to is target and one.old.ended_at is None for one in plan.classes
    )


def _like(target: ToClass, wanted: Wanted) -> SchoolClass:
    return replace(
        target.like,
        id=new_id(),
        school_year=wanted.to_year,
        grade=target.grade,
        name=target.name,
        homeroom_staff_id=target.like.homeroom_staff_id if target.has_teachers else None,
        teachers=target.like.teachers if target.has_teachers else [],
        ended_at=None,
    )


async def _move(
    conn: db.Conn,
    school_id: int,
    plan: Plan,
    wanted: Wanted,
    made: dict[str, UUID],
    decided_by: UUID,
    now: datetime,
) -> int:
    """Pupils to their classes, graduates out; how many classes ended."""
    going = [
        (student_id, target.existing.id if target.existing else made[target.name])
        for target in plan.targets.values()
        for student_id in target.pupils
    ]
    moved = [student_id for student_id, _ in going]
    await queries.close_enrolments(
        conn,
        school_id=school_id,
        student_ids=moved,
        last_day=wanted.from_day - timedelta(days=1),
    )
    await queries.open_enrolments(
        conn,
        school_id=school_id,
        student_ids=moved,
        class_ids=[class_id for _, class_id in going],
        from_day=wanted.from_day,
    )
    graduates = [student_id for each in plan.classes for student_id in each.graduated]
    await _graduate(conn, school_id, graduates, decided_by, now)
    old = sorted(each.old.id for each in plan.classes)
    ended = await queries.end_classes(conn, school_id=school_id, class_ids=old, now=now)
    if await queries.still_enrolled(conn, school_id=school_id, class_ids=old):
        raise PupilsMoved(("Hãy xem trước lại rồi làm lại.", "Preview it again, and do it again."))
    return ended


async def _graduate(
    conn: db.Conn, school_id: int, student_ids: list[UUID], decided_by: UUID, now: datetime
) -> None:
    """Today is their last day, whichever day the others begin on: scans of this morning count."""
    if not student_ids:
        return
    await queries.close_enrolments(
        conn, school_id=school_id, student_ids=student_ids, last_day=school_day(now)
    )
    await queries.end_students(
        conn, school_id=school_id, student_ids=student_ids, revoked_by=decided_by, now=now
    )
    accounts = await end_student_logins(conn, school_id=school_id, student_ids=student_ids, now=now)
    await end_sessions_without_links(conn, account_ids=accounts, reason="left", now=now)


async def _sync_teachers(conn: db.Conn, school_id: int, plan: Plan, now: datetime) -> None:
    """Old classes have ended and new ones begun: the roles of their teachers follow."""
    people: set[UUID] = set()
    for one in plan.classes:
        people |= {teacher.staff_id for teacher in one.old.teachers}
        people |= {one.old.homeroom_staff_id} if one.old.homeroom_staff_id else set()
    await sync_teacher_roles(conn, school_id=school_id, staff_ids=sorted(people), now=now)


async def _record(
    conn: db.Conn, school_id: int, done: Promotion, decided_by: UUID, now: datetime
) -> None:
    await record(
        conn,
        school_id=school_id,
        kind="promotion",
        person_id=None,
        decided_by=decided_by,
        reason=None,
        details={
            "from_year": done.from_year,
            "to_year": done.to_year,
            "from_day": done.from_day.isoformat(),
            "moved": done.moved,
            "repeating": done.repeating,
            "graduated": done.graduated,
            "classes_made": done.classes_made,
            "classes_ended": done.classes_ended,
        },
        now=now,
    )


def _shown(
    plan: Plan,
    wanted: Wanted,
    locale: Literal["vi", "en"],
    *,
    is_dry_run: bool,
    made: dict[str, UUID] | None = None,
) -> Promotion:
    tally = counts(plan.classes)
    new = [t for t in plan.targets.values() if t.existing is None and _is_wanted(plan, t)]
    return Promotion(
        is_dry_run=is_dry_run,
        from_year=wanted.from_year,
        to_year=wanted.to_year,
        from_day=wanted.from_day,
        classes=[_one(each, made or {}) for each in plan.classes],
        moved=tally["moved"],
        repeating=tally["repeating"],
        graduated=tally["graduated"],
        classes_made=len(new),
        classes_ended=sum(each.old.ended_at is None for each in plan.classes),
        errors=[
            PromotionFault(
                class_id=fault.class_id,
                student_id=fault.student_id,
                message=fault.text[locale == "en"],
            )
            for fault in plan.faults
        ],
    )


def _one(each: OneClass, made: dict[str, UUID]) -> PromotedClass:
    to = each.to
    there = to.existing.id if to and to.existing else made.get(to.name) if to else None
    return PromotedClass(
        from_class_id=each.old.id,
        from_name=each.old.name,
        to_class_id=there,
        to_name=to.name if to else None,
        to_grade=to.grade if to else None,
        is_new=to is not None and to.existing is None,
        moved=len(each.moved),
        graduated=len(each.graduated),
        repeating=len(each.repeating),
        repeat_name=each.repeat_in.name if each.repeat_in else None,
    )


def day_or_today(day: date | None, now: datetime) -> date:
    """The first day in the new classes; None: today."""
    return day or school_day(now)
