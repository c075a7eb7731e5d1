"""The staff import: people by their phones, their roles, classes, subjects and shifts.

A cell that says something says all of it: roles, classes and shifts that it leaves out are taken.
An empty cell changes nothing. Nobody is ended by an import, and its caller stays a principal.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from app import db, names
from app.crypto import Vault
from app.jobs.model import Progress
from app.schools.classes import service as classes
from app.schools.classes.model import SchoolClass, Teacher
from app.schools.imports.model import ImportResult, Locale
from app.schools.imports.notes import Fate, Notes
from app.schools.imports.school_now import SchoolNow, school_now, staff_by_phone
from app.schools.imports.staff_rows import (
    HOMEROOM,
    NAME,
    ROLE_SHOWN,
    ROLES,
    Wish,
    read_wishes,
)
from app.schools.staff import queries, service
from app.schools.staff.model import StaffRole, StaffRow
from app.sheets.model import Sheet


class StaffPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What an import would do; nothing may be done while the result has errors.

    `ids`: who is here already, by phone.
    """

    result: ImportResult
    wishes: list[Wish]
    ids: dict[str, UUID]
    now: SchoolNow
    caller_id: UUID | None


async def plan_staff(
    conn: db.Conn, *, vault: Vault, school_id: int, account_id: UUID, sheet: Sheet, locale: Locale
) -> StaffPlan:
    """Read the sheet against what the school has; hold the school's lock to apply it after."""
    notes = Notes()
    now = await school_now(conn, school_id=school_id)
    wishes = read_wishes(sheet, now, notes)
    phones = [wish.phone for wish in wishes]
    ids = await staff_by_phone(conn, vault=vault, school_id=school_id, phones=phones)
    caller_id = next((s.id for s in now.staff.values() if s.account_id == account_id), None)
    fates: list[tuple[Fate, list[int]]] = []
    for wish in wishes:
        row = now.staff.get(ids[wish.phone]) if wish.phone in ids else None
        fates.append((_fate(wish, row, now, notes, caller_id=caller_id), wish.rows))
        _warn_of_leaders(wish, row, now, notes)
    result = notes.result(sheet, fates, locale=locale)
    return StaffPlan(result=result, wishes=wishes, ids=ids, now=now, caller_id=caller_id)


async def apply_staff(
    conn: db.Conn, *, vault: Vault, school_id: int, plan: StaffPlan, now: datetime, told: Progress
) -> None:
    """Do what was planned: people first, then their classes, at last their roles."""
    ids = dict(plan.ids)
    for number, wish in enumerate(plan.wishes):
        ids[wish.phone] = await _person(conn, vault, school_id, plan, wish, now)
        await told(number, len(plan.wishes))
    for changed in _changed_classes(plan.now, plan.wishes, ids):
        await classes.change_class(
            conn,
            school_id=school_id,
            class_id=changed.id,
            changes={
                "homeroom_staff_id": changed.homeroom_staff_id,
                "teachers": changed.teachers,
            },
            now=now,
        )
    for wish in plan.wishes:
        await _set_roles(conn, vault, school_id, ids[wish.phone], wish, plan.caller_id, now)
    await told(len(plan.wishes), len(plan.wishes))


def _fate(
    wish: Wish, row: StaffRow | None, now: SchoolNow, notes: Notes, *, caller_id: UUID | None
) -> Fate:
    if row is None:
        _check_new(wish, now, notes)
        return "created"
    is_caller = row.id == caller_id
    if not _differs(wish, row, now, is_caller=is_caller):
        return "unchanged"
    _check_known(wish, row, notes, is_caller=is_caller)
    return "updated"


def _wanted_roles(wish: Wish, row: StaffRow, *, is_caller: bool) -> set[StaffRole]:
    """The roles that the sheet says, and those that nobody may take by it."""
    if wish.roles is None:
        taught: set[StaffRole] = set()
        if wish.homeroom:
            taught.add("homeroom_teacher")
        if wish.taught:
            taught.add("subject_teacher")
        return set(row.roles) | taught
    kept: set[StaffRole] = {"principal"} if is_caller and "principal" in row.roles else set()
    if wish.homeroom is None and row.homeroom_class_ids:
        kept.add("homeroom_teacher")
    if wish.taught is None and row.taught_class_ids:
        kept.add("subject_teacher")
    return wish.roles | kept


def _differs(wish: Wish, row: StaffRow, now: SchoolNow, *, is_caller: bool) -> bool:
    return (
        names.clean(wish.name) != row.name
        or _wanted_roles(wish, row, is_caller=is_caller) != set(row.roles)
        or (wish.shifts is not None and _ids(wish.shifts, now.shift_ids) != set(row.shift_ids))
        or (wish.homeroom is not None and wish.homeroom != _led(now, row.id))
        or (wish.taught is not None and wish.taught != _taught(now, row.id))
    )


def _check_new(wish: Wish, now: SchoolNow, notes: Notes) -> None:
    is_told = notes.errors.rows & set(wish.rows)
    if not (is_told or wish.roles or wish.homeroom or wish.taught):
        notes.error(wish.row, ROLES, ("hãy ghi vai trò", "say which role"))
    same = [each for each in now.staff.values() if each.name == names.clean(wish.name)]
    if same:
        notes.warn(
            wish.row,
            NAME,
            (
                "trường đã có một người cùng tên với số điện thoại khác",
                "the school has a person of this name with another phone",
            ),
        )


def _check_known(wish: Wish, row: StaffRow, notes: Notes, *, is_caller: bool) -> None:
    wanted = _wanted_roles(wish, row, is_caller=is_caller)
    gone = ", ".join(ROLE_SHOWN[role] for role in sorted(set(row.roles) - wanted))
    if gone:
        notes.warn(wish.row, ROLES, (f"sẽ thôi vai trò: {gone}", f"will lose the role: {gone}"))
    if is_caller and wish.roles is not None and "principal" not in wish.roles:
        notes.warn(
            wish.row,
            ROLES,
            ("bạn vẫn giữ vai trò Hiệu trưởng", "you keep your own role as a principal"),
        )


def _warn_of_leaders(wish: Wish, row: StaffRow | None, now: SchoolNow, notes: Notes) -> None:
    """Say whose class it was."""
    for key in sorted(wish.homeroom or ()):
        before = now.classes[key].homeroom_staff_id if key in now.classes else None
        if before is not None and (row is None or before != row.id):
            name = now.staff_name(before)
            notes.warn(
                wish.row,
                HOMEROOM,
                (
                    f"lớp {now.classes[key].name} đang do {name} chủ nhiệm; sẽ được thay",
                    f"{name} leads class {now.classes[key].name} and will be replaced",
                ),
            )


async def _person(
    conn: db.Conn, vault: Vault, school_id: int, plan: StaffPlan, wish: Wish, now: datetime
) -> UUID:
    staff_id = plan.ids.get(wish.phone)
    shift_ids = None if wish.shifts is None else sorted(_ids(wish.shifts, plan.now.shift_ids))
    if staff_id is None:
        made = await service.create_staff(
            conn,
            vault=vault,
            school_id=school_id,
            name=wish.name,
            phone=wish.phone,
            roles=[],
            shift_ids=shift_ids or [],
            now=now,
        )
        return made.id
    before = plan.now.staff[staff_id]
    name = wish.name if names.clean(wish.name) != before.name else None
    if shift_ids is not None and set(shift_ids) == set(before.shift_ids):
        shift_ids = None
    if name is not None or shift_ids is not None:
        await service.change_staff(
            conn,
            vault=vault,
            school_id=school_id,
            staff_id=staff_id,
            name=name,
            phone=None,
            roles=None,
            shift_ids=shift_ids,
            now=now,
        )
    return staff_id


async def _set_roles(
    conn: db.Conn,
    vault: Vault,
    school_id: int,
    staff_id: UUID,
    wish: Wish,
    caller_id: UUID | None,
    now: datetime,
) -> None:
    """After the classes: by now who teaches has the role for it."""
    row = await queries.staff(conn, school_id=school_id, staff_id=staff_id)
    if row is None:
        return
    wanted = _wanted_roles(wish, row, is_caller=staff_id == caller_id)
    if wanted == set(row.roles):
        return
    await service.change_staff(
        conn,
        vault=vault,
        school_id=school_id,
        staff_id=staff_id,
        name=None,
        phone=None,
        roles=sorted(wanted),
        shift_ids=None,
        now=now,
    )


def _changed_classes(
    now: SchoolNow, wishes: list[Wish], ids: Mapping[str, UUID]
) -> list[SchoolClass]:
    """The classes whose teachers the sheet changes, as they will be."""
    leaders = {key: each.homeroom_staff_id for key, each in now.classes.items()}
    taught = {key: set(_pairs(each)) for key, each in now.classes.items()}
    for wish in wishes:
        staff_id = ids[wish.phone]
        if wish.homeroom is not None:
            for key, leader in leaders.items():
                if leader == staff_id and key not in wish.homeroom:
                    leaders[key] = None
        if wish.taught is not None:
            for pairs in taught.values():
                pairs -= {pair for pair in pairs if pair[0] == staff_id}
            for key, subject in wish.taught:
                taught[key].add((staff_id, subject))
    # Once everybody has let go of theirs: two may change places.
    for wish in wishes:
        leaders.update(dict.fromkeys(wish.homeroom or (), ids[wish.phone]))
    return [
        msgspec.structs.replace(
            each,
            homeroom_staff_id=leaders[key],
            teachers=[Teacher(staff_id=s, subject=subject) for s, subject in sorted(taught[key])],
        )
        for key, each in now.classes.items()
        if leaders[key] != each.homeroom_staff_id or taught[key] != set(_pairs(each))
    ]


def _pairs(each: SchoolClass) -> list[tuple[UUID, str]]:
    return [(teacher.staff_id, teacher.subject) for teacher in each.teachers]


def _led(now: SchoolNow, staff_id: UUID) -> set[str]:
    return {key for key, each in now.classes.items() if each.homeroom_staff_id == staff_id}


def _taught(now: SchoolNow, staff_id: UUID) -> set[tuple[str, str]]:
    return {
        (key, teacher.subject)
        for key, each in now.classes.items()
        for teacher in each.teachers
        if teacher.staff_id == staff_id
    }


def _ids(keys: set[str], known: Mapping[str, UUID]) -> set[UUID]:
    return {known[key] for key in keys if key in known}
