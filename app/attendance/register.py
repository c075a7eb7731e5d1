"""Reading attendance: a class's day, a pupil's weeks. The states of DOMAIN.md."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType, structs

from app import db
from app.attendance.leave.model import LeaveCover
from app.attendance.model import State
from app.attendance.plan import Plan
from app.attendance.said import (
    DayCorrected,
    SaidOfDay,
    corrections_of,
    covers_of,
    day_corrected,
)
from app.paging import CursorText, Page, decode_cursor, page_of
from app.photos.urls import PhotoUrls
from app.schools.sight import Sight


class ShiftState(Struct, frozen=True, kw_only=True):
    """`not_scanned` is not absent: absence is decided at the cut-off.

    `on_leave`: approved leave covers a shift in which nothing was recorded yet. `corrected_by`,
    `correction_reason`: who has set the shift last and why, for who leads the class; left out of a
    shift that nobody has. `corrected_by` is null of who is here no more.
    """

    shift_id: UUID
    shift_name: str
    state: State
    late_minutes: int = 0
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    on_leave: bool = False
    corrected_by: str | UnsetType | None = UNSET
    correction_reason: str | UnsetType = UNSET


class TimelineScan(Struct, frozen=True, kw_only=True):
    """A scan as the family sees it; `source` mark: a person recognised the child.

    `verdict`: what the school found of a doubtful one; null: it has not looked, or had not to.
    """

    id: UUID
    direction: Literal["in", "out"]
    occurred_at: datetime
    outcome: str
    source: str
    station_name: str | None
    is_undone: bool
    verdict: Literal["confirm", "reject"] | None


class RegisterRow(Struct, frozen=True, kw_only=True):
    """One pupil's day with the scans; `photo_url` only for who may see it, null without consent."""

    student_id: UUID
    name: str
    class_id: UUID
    class_name: str
    photo_url: str | UnsetType | None = UNSET
    shifts: list[ShiftState]
    scans: list[TimelineScan]


class TimelineDay(Struct, frozen=True, kw_only=True):
    """`corrections`: the earliest first; the last one of a shift is the one that stands."""

    day: date
    shifts: list[ShiftState]
    scans: list[TimelineScan]
    corrections: list[DayCorrected]


class _Pupil(Struct, frozen=True, kw_only=True):
    student_id: UUID
    name: str
    sort_key: str
    class_id: UUID
    class_name: str
    photo_key: str | None


class DayState(Struct, frozen=True, kw_only=True):
    """The state of a person's shift on a day, as it is stored."""

    day: date
    person_id: UUID
    shift_id: UUID
    state: State
    late_minutes: int
    arrived_at: datetime | None
    left_at: datetime | None


class DayScan(Struct, frozen=True, kw_only=True):
    """A scan with whose it is and the day it belongs to."""

    day: date
    person_id: UUID
    id: UUID
    direction: Literal["in", "out"]
    occurred_at: datetime
    outcome: str
    source: str
    station_name: str | None
    is_undone: bool
    verdict: Literal["confirm", "reject"] | None


async def class_register(
    conn: db.Conn,
    *,
    plan: Plan,
    day: date,
    class_ids: Sequence[UUID] | None,
    sight: Sight,
    urls: PhotoUrls,
    cursor: str | None,
    limit: int,
) -> Page[RegisterRow]:
    """The pupils of these classes (None: of the school) on a day, with a state for each shift.

    By class, then by name. A shift that was held and has no scan is `not_scanned`; scans are the
    earliest first, undone ones too.

    Raises:
        BadCursor: the cursor is none of ours.
    """
    after = decode_cursor(cursor, tuple[CursorText, CursorText, UUID])
    pupils = await _pupils_on(
        conn,
        school_id=plan.school_id,
        day=day,
        class_ids=class_ids,
        but=sight.barred,
        after=after,
        limit=limit + 1,
    )
    page = page_of(pupils, limit=limit, key=lambda p: (p.class_name, p.sort_key, str(p.student_id)))
    asked: dict[str, Any] = {
        "school_id": plan.school_id,
        "person_ids": [pupil.student_id for pupil in page.items],
        "first": day,
        "last": day,
    }
    states: defaultdict[UUID, list[DayState]] = defaultdict(list)
    for state in await states_of(conn, **asked):
        states[state.person_id].append(state)
    scans: defaultdict[UUID, list[TimelineScan]] = defaultdict(list)
    for scan in await scans_of(conn, **asked):
        scans[scan.person_id].append(timeline_scan(scan))
    covers = await covers_of(conn, **asked)
    led = [each.student_id for each in page.items if sight.leads_class(each.class_id)]
    said = {
        (each.person_id, each.shift_id): each
        for each in await corrections_of(conn, **asked | {"person_ids": led})
    }
    rows = [
        RegisterRow(
            student_id=pupil.student_id,
            name=pupil.name,
            class_id=pupil.class_id,
            class_name=pupil.class_name,
            photo_url=_photo_url(pupil, sight, urls),
            shifts=[
                _with_correction(shift, said.get((pupil.student_id, shift.shift_id)))
                for shift in shift_states(
                    plan,
                    day,
                    pupil.class_id,
                    states[pupil.student_id],
                    covers.get(pupil.student_id, []),
                )
            ],
            scans=scans[pupil.student_id],
        )
        for pupil in page.items
    ]
    return Page(items=rows, next_cursor=page.next_cursor)


def _with_correction(shift: ShiftState, said: SaidOfDay | None) -> ShiftState:
    if said is None:
        return shift
    return structs.replace(shift, corrected_by=said.by, correction_reason=said.reason)


def _photo_url(pupil: _Pupil, sight: Sight, urls: PhotoUrls) -> str | UnsetType | None:
    return UNSET if sight.depth(pupil.class_id) == "name" else urls.small(pupil.photo_key)


async def timeline(
    conn: db.Conn, *, plan: Plan, student_id: UUID, first: date, last: date
) -> list[TimelineDay]:
    """A pupil's days with their scans, the newest first; days without anything are left out."""
    asked: dict[str, Any] = {
        "school_id": plan.school_id,
        "person_ids": [student_id],
        "first": first,
        "last": last,
    }
    states: defaultdict[date, list[DayState]] = defaultdict(list)
    for state in await states_of(conn, **asked):
        states[state.day].append(state)
    scans: defaultdict[date, list[TimelineScan]] = defaultdict(list)
    for scan in await scans_of(conn, **asked):
        scans[scan.day].append(timeline_scan(scan))
    corrections: defaultdict[date, list[DayCorrected]] = defaultdict(list)
    for said in await corrections_of(conn, **asked):
        corrections[said.day].append(day_corrected(said))
    return [
        TimelineDay(
            day=day,
            shifts=[_shift_state(plan, state) for state in states[day]],
            scans=scans[day],
            corrections=corrections[day],
        )
        for day in sorted(states.keys() | scans.keys() | corrections.keys(), reverse=True)
    ]


def timeline_scan(scan: DayScan) -> TimelineScan:
    """As the family sees it."""
    return TimelineScan(
        id=scan.id,
        direction=scan.direction,
        occurred_at=scan.occurred_at,
        outcome=scan.outcome,
        source=scan.source,
        station_name=scan.station_name,
        is_undone=scan.is_undone,
        verdict=scan.verdict,
    )


def shift_states(
    plan: Plan,
    day: date,
    class_id: UUID | None,
    states: list[DayState],
    covers: Sequence[LeaveCover],
) -> list[ShiftState]:
    """The states that are stored, then `not_scanned` for each other shift that is held."""
    school_class = plan.classes.get(class_id) if class_id else None
    held = plan.shifts_on(day, school_class.shift_ids if school_class else [])
    known = {state.shift_id for state in states}
    missing = [
        ShiftState(
            shift_id=shift.id,
            shift_name=shift.name,
            state="not_scanned",
            on_leave=any(cover.covers(day, shift.starts_at) for cover in covers),
        )
        for shift in held
        if shift.id not in known
    ]
    return [_shift_state(plan, state) for state in states] + missing


def _shift_state(plan: Plan, state: DayState) -> ShiftState:
    shift = plan.shifts.get(state.shift_id)
    return ShiftState(
        shift_id=state.shift_id,
        shift_name=shift.name if shift else "",
        state=state.state,
        late_minutes=state.late_minutes,
        arrived_at=state.arrived_at,
        left_at=state.left_at,
    )


async def _pupils_on(
    conn: db.Conn,
    *,
    school_id: int,
    day: date,
    class_ids: Sequence[UUID] | None,
    but: Collection[UUID],
    after: tuple[str, str, UUID] | None,
    limit: int,
) -> list[_Pupil]:
    class_name, sort_key, student_id = after or (None, None, None)
    return await db.many(
        conn,
        _Pupil,
        """
        select s.id as student_id, s.name, s.sort_key, c.id as class_id, c.name as class_name,
               case when s.photo_consent and s.ended_at is null then s.photo_key end as photo_key
          from enrolment e
          join student s on s.school_id = e.school_id and s.id = e.student_id
          join school_class c on c.school_id = e.school_id and c.id = e.class_id
         where e.school_id = $1 and e.from_day <= $2 and (e.to_day is null or e.to_day >= $2)
           and ($3::uuid[] is null or e.class_id = any($3))
           and ($4::text is null or (c.name, s.sort_key, s.id) > ($4, $5, $6::uuid))
           and s.id <> all($8::uuid[])
         order by c.name, s.sort_key, s.id limit $7
        """,
        school_id,
        day,
        class_ids,
        class_name,
        sort_key,
        student_id,
        limit,
        list(but),
    )


async def states_of(
    conn: db.Conn, *, school_id: int, person_ids: Sequence[UUID], first: date, last: date
) -> list[DayState]:
    """The stored states of these people, by day and by shift."""
    return await db.many(
        conn,
        DayState,
        """
        select d.day, d.person_id, d.shift_id, d.state, d.late_minutes, d.arrived_at, d.left_at
          from attendance_day d
          join shift on shift.school_id = d.school_id and shift.id = d.shift_id
         where d.school_id = $1 and d.person_id = any($2) and d.day between $3 and $4
         order by d.day, shift.starts_at
        """,
        school_id,
        person_ids,
        first,
        last,
    )


async def scans_of(
    conn: db.Conn, *, school_id: int, person_ids: Sequence[UUID], first: date, last: date
) -> list[DayScan]:
    """What was recorded of these people, undone or not, in the order in which it happened."""
    return await db.many(
        conn,
        DayScan,
        """
        select e.day, e.person_id, e.id, e.direction, e.occurred_at, e.outcome, e.source,
               station.name as station_name,
               exists (select from attendance_correction k
                        where k.school_id = e.school_id and k.day = e.day and k.event_id = e.id
                          and k.kind = 'undo') as is_undone,
               (select k.kind from attendance_correction k
                 where k.school_id = e.school_id and k.day = e.day and k.event_id = e.id
                   and k.kind in ('confirm', 'reject')
                 order by k.created_at desc, k.id desc limit 1) as verdict
          from scan_event e
          left join station on station.school_id = e.school_id and station.id = e.station_id
         where e.school_id = $1 and e.person_id = any($2) and e.day between $3 and $4
         order by e.occurred_at, e.id
        """,
        school_id,
        person_ids,
        first,
        last,
    )


async def class_of(conn: db.Conn, *, school_id: int, student_id: UUID) -> UUID | None:
    """The class that the pupil is in, or was in last; None: no pupil of this school."""
    class_id: UUID | None = await db.value(
        conn,
        """
        select class_id from enrolment where school_id = $1 and student_id = $2
         order by to_day is null desc, from_day desc limit 1
        """,
        school_id,
        student_id,
    )
    return class_id
