"""A principal sets up classes. All changes hold the school's lock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from app import db, names
from app.schools.classes import queries
from app.schools.classes.model import (
    BadSchoolYear,
    ClassInUse,
    ClassNameTaken,
    NoSuchClass,
    SchoolClass,
    Teacher,
)
from app.schools.common import lock_school, not_in_school
from app.schools.places import queries as places
from app.schools.places.service import require_shifts
from app.schools.sight import Sight
from app.schools.staff import queries as staff
from app.schools.staff.service import sync_teacher_roles


async def school_class(
    conn: db.Conn, *, school_id: int, class_id: UUID, sight: Sight
) -> SchoolClass:
    """One class that the caller sees; the principal also sees ended ones.

    Raises:
        NoSuchClass: not in this school, or not the caller's to see.
    """
    found = await queries.school_class(conn, school_id=school_id, class_id=class_id)
    if found is None or not sight.sees_class(class_id):
        raise NoSuchClass
    if found.ended_at is not None and not sight.is_principal:
        raise NoSuchClass
    return found


async def create_class(
    conn: db.Conn, *, school_id: int, made: SchoolClass, now: datetime
) -> SchoolClass:
    """Add a class; its teachers get their roles.

    Raises:
        ClassNameTaken: a live class of that year has the name.
        NotInSchool: campus, shift or teacher is unknown here.
        BadSchoolYear: not two years that follow each other.
    """
    made = _clean(made)
    await lock_school(conn, school_id=school_id)
    await _require_references(conn, school_id, made)
    try:
        await queries.insert_class(conn, school_id=school_id, made=made)
    except db.UniqueViolation:
        raise ClassNameTaken from None
    await _set_lists(conn, school_id, made)
    await sync_teacher_roles(conn, school_id=school_id, staff_ids=_teachers_of(made), now=now)
    return await _stored(conn, school_id, made.id)


async def change_class(
    conn: db.Conn, *, school_id: int, class_id: UUID, changes: Mapping[str, Any], now: datetime
) -> SchoolClass:
    """Change what is given; lists are replaced. Teachers' roles follow at once.

    Raises:
        NoSuchClass: not here, or ended.
        ClassNameTaken, NotInSchool, BadSchoolYear: as in `create_class`.
    """
    await lock_school(conn, school_id=school_id)
    before = await _live_class(conn, school_id, class_id)
    changed = _clean(replace(before, **changes))
    await _require_references(conn, school_id, changed)
    try:
        await queries.update_class(conn, school_id=school_id, changed=changed)
    except db.UniqueViolation:
        raise ClassNameTaken from None
    await _set_lists(conn, school_id, changed)
    staff_ids = _teachers_of(before) | _teachers_of(changed)
    await sync_teacher_roles(conn, school_id=school_id, staff_ids=staff_ids, now=now)
    return await _stored(conn, school_id, class_id)


async def end_class(conn: db.Conn, *, school_id: int, class_id: UUID, now: datetime) -> None:
    """End a class without pupils; its teachers lose what they saw through it.

    Raises:
        NoSuchClass: not here, or ended before.
        ClassInUse: pupils are enrolled in it.
    """
    await lock_school(conn, school_id=school_id)
    found = await _live_class(conn, school_id, class_id)
    # The row's lock first: an enrolment holds it in share mode until it is committed.
    await queries.end_class(conn, school_id=school_id, class_id=class_id, now=now)
    if await queries.is_class_used(conn, school_id=school_id, class_id=class_id):
        raise ClassInUse
    await sync_teacher_roles(conn, school_id=school_id, staff_ids=_teachers_of(found), now=now)


def _clean(given: SchoolClass) -> SchoolClass:
    first, _, second = given.school_year.partition("-")
    if int(second) != int(first) + 1:
        raise BadSchoolYear(("Ví dụ: 2026-2027.", "For example 2026-2027."))
    return replace(
        given,
        name=names.clean(given.name),
        shift_ids=sorted(set(given.shift_ids)),
        teachers=[replace(each, subject=names.clean(each.subject)) for each in given.teachers],
    )


def _teachers_of(given: SchoolClass) -> set[UUID]:
    taught = {teacher.staff_id for teacher in given.teachers}
    return taught | ({given.homeroom_staff_id} if given.homeroom_staff_id else set())


async def _require_references(conn: db.Conn, school_id: int, given: SchoolClass) -> None:
    campus = await places.campus(conn, school_id=school_id, campus_id=given.campus_id)
    if campus is None or campus.ended_at is not None:
        raise not_in_school("campus_id", [given.campus_id])
    await require_shifts(conn, school_id=school_id, shift_ids=given.shift_ids)
    unknown = await staff.unknown_staff(
        conn, school_id=school_id, staff_ids=sorted(_teachers_of(given))
    )
    if unknown:
        raise not_in_school("staff_id", unknown)


async def _set_lists(conn: db.Conn, school_id: int, given: SchoolClass) -> None:
    await queries.set_class_shifts(
        conn, school_id=school_id, class_id=given.id, shift_ids=given.shift_ids
    )
    await queries.set_class_teachers(
        conn, school_id=school_id, class_id=given.id, teachers=_unique(given.teachers)
    )


def _unique(teachers: list[Teacher]) -> list[Teacher]:
    return list({(each.staff_id, each.subject): each for each in teachers}.values())


async def _stored(conn: db.Conn, school_id: int, class_id: UUID) -> SchoolClass:
    found = await queries.school_class(conn, school_id=school_id, class_id=class_id)
    if found is None:
        raise NoSuchClass
    return found


async def _live_class(conn: db.Conn, school_id: int, class_id: UUID) -> SchoolClass:
    found = await _stored(conn, school_id, class_id)
    if found.ended_at is not None:
        raise NoSuchClass
    return found
