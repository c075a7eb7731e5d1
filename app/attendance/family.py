"""Today's children of a family, across schools, in one look."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct

from app import db
from app.attendance import queries, register, said
from app.attendance.register import DayScan, DayState, ShiftState, TimelineScan
from app.attendance.said import DayCorrected
from app.attendance.showing import FETCHED_LEVELS
from app.identity.model import Caller
from app.photos.urls import PhotoUrls


class ChildDay(Struct, frozen=True, kw_only=True):
    """A pupil's day so far: who, the state of each shift that is held, and the scans.

    No `shifts`: nothing is held for the pupil on that day. `class_name` is null between two school
    years, `photo_url` without consent. `is_fetched`: small children are handed to somebody.
    """

    student_id: UUID
    school_id: int
    school_name: str
    name: str
    class_name: str | None
    photo_url: str | None
    is_fetched: bool
    shifts: list[ShiftState]
    scans: list[TimelineScan]
    corrections: list[DayCorrected]


class _Pupil(Struct, frozen=True, kw_only=True):
    student_id: UUID
    school_name: str
    name: str
    sort_key: str
    class_id: UUID | None
    class_name: str | None
    photo_key: str | None


async def family_day(
    conn: db.Conn, *, caller: Caller, day: date, urls: PhotoUrls
) -> list[ChildDay]:
    """The caller's children, and the caller who is a pupil, on that day, by name."""
    by_school: defaultdict[int, set[UUID]] = defaultdict(set)
    for child in caller.children:
        by_school[child.school_id].add(child.student_id)
    for link in caller.memberships:
        if link.role == "student" and link.school_id is not None and link.person_id is not None:
            by_school[link.school_id].add(link.person_id)
    found: list[tuple[str, ChildDay]] = []
    for school_id, student_ids in sorted(by_school.items()):
        found += await _school_day(
            conn, school_id=school_id, student_ids=sorted(student_ids), day=day, urls=urls
        )
    found.sort(key=lambda each: (each[0], each[1].student_id))
    return [child for _, child in found]


async def _school_day(
    conn: db.Conn, *, school_id: int, student_ids: list[UUID], day: date, urls: PhotoUrls
) -> list[tuple[str, ChildDay]]:
    plan = await queries.plan(conn, school_id=school_id)
    asked: dict[str, Any] = {
        "school_id": school_id,
        "person_ids": student_ids,
        "first": day,
        "last": day,
    }
    states: defaultdict[UUID, list[DayState]] = defaultdict(list)
    for state in await register.states_of(conn, **asked):
        states[state.person_id].append(state)
    scans: defaultdict[UUID, list[DayScan]] = defaultdict(list)
    for scan in await register.scans_of(conn, **asked):
        scans[scan.person_id].append(scan)
    corrections: defaultdict[UUID, list[DayCorrected]] = defaultdict(list)
    for each in await said.corrections_of(conn, **asked):
        corrections[each.person_id].append(said.day_corrected(each))
    covers = await said.covers_of(conn, **asked)
    pupils = await _pupils(conn, school_id=school_id, student_ids=student_ids, day=day)
    return [
        (
            pupil.sort_key,
            ChildDay(
                student_id=pupil.student_id,
                school_id=school_id,
                school_name=pupil.school_name,
                name=pupil.name,
                class_name=pupil.class_name,
                photo_url=urls.full(pupil.photo_key),
                is_fetched=plan.level in FETCHED_LEVELS,
                shifts=register.shift_states(
                    plan,
                    day,
                    pupil.class_id,
                    states[pupil.student_id],
                    covers.get(pupil.student_id, []),
                ),
                scans=[register.timeline_scan(scan) for scan in scans[pupil.student_id]],
                corrections=corrections[pupil.student_id],
            ),
        )
        for pupil in pupils
    ]


async def _pupils(
    conn: db.Conn, *, school_id: int, student_ids: Sequence[UUID], day: date
) -> list[_Pupil]:
    return await db.many(
        conn,
        _Pupil,
        """
        select s.id as student_id, school.name as school_name, s.name, s.sort_key,
               c.id as class_id, c.name as class_name,
               case when s.photo_consent then s.photo_key end as photo_key
          from student s
          join school on school.id = s.school_id
          left join enrolment e on e.school_id = s.school_id and e.student_id = s.id
                               and e.from_day <= $3 and (e.to_day is null or e.to_day >= $3)
          left join school_class c on c.school_id = e.school_id and c.id = e.class_id
         where s.school_id = $1 and s.id = any($2) and s.ended_at is null
           and school.ended_at is null
        """,
        school_id,
        student_ids,
        day,
    )
