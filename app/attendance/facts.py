"""All facts of people's days, gathered for whoever derives them anew: settling and rebuild."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from app import db
from app.attendance.days import Facts
from app.attendance.leave.queries import approved_leave
from app.attendance.model import Correction, DayRow, Past, PersonKind
from app.attendance.plan import Plan, PlannedShift

Key = tuple[date, UUID, UUID]  # day, person, shift
PersonDay = tuple[date, UUID]


class Fact(Past, frozen=True, kw_only=True):
    """A recorded scan or a stored duplicate, and whose it is."""

    person_kind: PersonKind


class Gathered(Struct, frozen=True, kw_only=True):
    """The facts by day, person and shift, and the rows as they are stored.

    `told_at`: since when the family has known of an absence.
    """

    facts: dict[Key, Facts]
    stored: dict[Key, DayRow]
    told_at: dict[Key, datetime]


class _Told(Struct, frozen=True, kw_only=True):
    day: date
    student_id: UUID
    shift_id: UUID
    told_at: datetime


class _Enrolled(Struct, frozen=True, kw_only=True):
    student_id: UUID
    class_id: UUID
    from_day: date
    to_day: date | None


class _Run(Struct, frozen=True, kw_only=True):
    day: date
    shift_id: UUID


async def gather(
    conn: db.Conn,
    *,
    plan: Plan,
    person_ids: Collection[UUID] | None,
    first: date,
    last: date,
    today: date,
    adding: Correction | None = None,
) -> Gathered:
    """What is known of these people's days, both inclusive; `person_ids` None: of everybody.

    `adding`: a correction that is about to be written. A shift's times and a class's shifts are
    taken as they are now, a pupil's class as it was on the day.
    """
    school_id, people = plan.school_id, None if person_ids is None else sorted(set(person_ids))
    span = (school_id, first, last, people)
    shifts = {shift.id: shift for shift in await _shifts_ever_planned(conn, school_id=school_id)}
    pasts = await _pasts(conn, *span)
    said = await _corrections(conn, *span)
    told = await _told_absences(conn, *span)
    if adding is not None:
        said.append(adding)
    excused = await _excused(conn, plan, first, last, people, today)
    rows = await _day_rows(conn, *span)
    return Gathered(
        facts=_facts(plan, shifts, pasts, said, excused, told),
        stored={(row.day, row.person_id, row.shift_id): row for row in rows},
        told_at={(each.day, each.student_id, each.shift_id): each.told_at for each in told},
    )


def _facts(
    plan: Plan,
    shifts: Mapping[UUID, PlannedShift],
    pasts: list[Fact],
    said: list[Correction],
    excused: set[Key],
    told: list[_Told],
) -> dict[Key, Facts]:
    histories: defaultdict[Key, list[Fact]] = defaultdict(list)
    for past in pasts:
        if past.shift_id is not None:
            histories[past.day, past.person_id, past.shift_id].append(past)
    corrections: defaultdict[PersonDay, list[Correction]] = defaultdict(list)
    for each in said:
        corrections[each.day, each.person_id].append(each)
    set_by_hand = {
        (each.day, each.person_id, each.shift_id) for each in said if each.shift_id is not None
    }
    # On a closed day no shift is held from which one could be absent.
    absent = {
        (each.day, each.student_id, each.shift_id) for each in told if not plan.is_closed(each.day)
    }
    return {
        key: Facts(
            school_id=plan.school_id,
            day=key[0],
            person_id=key[1],
            # Only pupils are excused, absent or set by hand.
            person_kind=histories[key][0].person_kind if key in histories else "student",
            shift=shifts[key[2]],
            history=histories.get(key, ()),
            corrections=corrections.get(key[:2], ()),
            is_excused=key in excused,
            is_told_absent=key in absent,
        )
        for key in {*histories, *set_by_hand, *excused, *absent}
        if key[2] in shifts
    }


async def _excused(
    conn: db.Conn, plan: Plan, first: date, last: date, people: list[UUID] | None, today: date
) -> set[Key]:
    """The shifts from which pupils are excused by leave, and that are decided by now."""
    covers = await approved_leave(
        conn, school_id=plan.school_id, person_ids=people, first=first, last=last
    )
    if not covers:
        return set()
    covered = sorted({cover.person_id for cover in covers})
    classes = await _classes(conn, plan.school_id, first, last, covered)
    runs = await _runs_held(conn, plan.school_id, first, last)
    return {
        (day, cover.person_id, shift.id)
        for cover in covers
        for day in each_day(max(first, cover.from_day), min(last, cover.to_day))
        for shift in _shifts_of(plan, day, classes[cover.person_id])
        if cover.covers(day, shift.starts_at) and (day < today or (day, shift.id) in runs)
    }


def _shifts_of(plan: Plan, day: date, enrolments: list[_Enrolled]) -> list[PlannedShift]:
    """The shifts that the pupil's class of that day has then; the last class of a day counts."""
    of_day = [
        each
        for each in enrolments
        if each.from_day <= day and (each.to_day is None or each.to_day >= day)
    ]
    if not of_day:
        return []
    school_class = plan.classes.get(max(of_day, key=lambda each: each.from_day).class_id)
    return plan.shifts_on(day, school_class.shift_ids) if school_class else []


def each_day(first: date, last: date) -> Iterator[date]:
    """The days between, both inclusive."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)


async def _shifts_ever_planned(conn: db.Conn, *, school_id: int) -> list[PlannedShift]:
    """The school's shifts, ended ones too: past days were held in them."""
    return await db.many(
        conn,
        PlannedShift,
        """
        select id, name, starts_at, ends_at, late_after, cut_off, weekdays from shift
         where school_id = $1
        """,
        school_id,
    )


async def _pasts(
    conn: db.Conn, school_id: int, first: date, last: date, people: list[UUID] | None
) -> list[Fact]:
    return await db.many(
        conn,
        Fact,
        """
        select id, school_id, day, person_id, person_kind, direction, outcome, shift_id,
               station_id, campus_id, scanned_by, occurred_at, received_at, false as is_duplicate
          from scan_event
         where school_id = $1 and day between $2 and $3
           and ($4::uuid[] is null or person_id = any($4))
        union all
        select id, school_id, day, person_id, person_kind, direction, recorded_as, shift_id,
               station_id, campus_id, scanned_by, occurred_at, received_at, true
          from scan_refusal
         where school_id = $1 and day between $2 and $3
           and ($4::uuid[] is null or person_id = any($4))
           and recorded_as is not null and promoted_at is null
        """,
        school_id,
        first,
        last,
        people,
    )


async def _corrections(
    conn: db.Conn, school_id: int, first: date, last: date, people: list[UUID] | None
) -> list[Correction]:
    return await db.many(
        conn,
        Correction,
        """
        select id, school_id, day, person_id, kind, event_id, shift_id, state, late_minutes,
               told_as, created_at
          from attendance_correction
         where school_id = $1 and day between $2 and $3
           and ($4::uuid[] is null or person_id = any($4))
        """,
        school_id,
        first,
        last,
        people,
    )


async def _told_absences(
    conn: db.Conn, school_id: int, first: date, last: date, people: list[UUID] | None
) -> list[_Told]:
    return await db.many(
        conn,
        _Told,
        """
        select day, student_id, shift_id, told_at from absence_case
         where school_id = $1 and day between $2 and $3
           and ($4::uuid[] is null or student_id = any($4)) and told_at is not null
        """,
        school_id,
        first,
        last,
        people,
    )


async def _day_rows(
    conn: db.Conn, school_id: int, first: date, last: date, people: list[UUID] | None
) -> list[DayRow]:
    return await db.many(
        conn,
        DayRow,
        """
        select school_id, day, person_id, shift_id, person_kind, state, late_minutes, arrived_at,
               left_at
          from attendance_day
         where school_id = $1 and day between $2 and $3
           and ($4::uuid[] is null or person_id = any($4))
        """,
        school_id,
        first,
        last,
        people,
    )


async def _classes(
    conn: db.Conn, school_id: int, first: date, last: date, people: list[UUID]
) -> Mapping[UUID, list[_Enrolled]]:
    found: defaultdict[UUID, list[_Enrolled]] = defaultdict(list)
    for each in await db.many(
        conn,
        _Enrolled,
        """
        select student_id, class_id, from_day, to_day from enrolment
         where school_id = $1 and student_id = any($2) and from_day <= $4
           and (to_day is null or to_day >= $3)
        """,
        school_id,
        people,
        first,
        last,
    ):
        found[each.student_id].append(each)
    return found


async def _runs_held(
    conn: db.Conn, school_id: int, first: date, last: date
) -> set[tuple[date, UUID]]:
    found = await db.many(
        conn,
        _Run,
        "select day, shift_id from absence_run where school_id = $1 and day between $2 and $3",
        school_id,
        first,
        last,
    )
    return {(each.day, each.shift_id) for each in found}
