"""Who works in a school. The account is the person's own; a school gives and ends roles in it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from app import db, names
from app.crypto import SchoolBox, Vault
from app.identity.accounts import account_for_phone
from app.identity.sessions import (
    end_sessions_without_links,
    lock_account,
    revoke_sessions_of_account,
)
from app.ids import new_id
from app.paging import Page, page_of
from app.phones import to_e164
from app.schools.common import contains_pattern, lock_school, school_box
from app.schools.life.events import record
from app.schools.places.service import require_shifts
from app.schools.staff import queries
from app.schools.staff.model import (
    AlreadyStaff,
    LastPrincipal,
    NoSuchStaff,
    Staff,
    StaffRole,
    StaffRow,
    TeachesClasses,
)

PHONE_FIELD = "staff.phone"


async def staff_page(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    q: str | None,
    only_role: StaffRole | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> Page[Staff]:
    """The live staff in Vietnamese order of names; `only_role` None: everybody."""
    rows = await queries.staff_list(
        conn,
        school_id=school_id,
        pattern=contains_pattern(q),
        only_role=only_role,
        after=after,
        limit=limit + 1,
    )
    page = page_of(rows, limit=limit, key=lambda row: (row.sort_key, row.id))
    box = await school_box(conn, vault=vault, school_id=school_id)
    return Page(items=[_shown(row, box) for row in page.items], next_cursor=page.next_cursor)


async def staff(conn: db.Conn, *, vault: Vault, school_id: int, staff_id: UUID) -> Staff:
    """One member of staff, also one who has left.

    Raises:
        NoSuchStaff: not in this school.
    """
    row = await queries.staff(conn, school_id=school_id, staff_id=staff_id)
    if row is None:
        raise NoSuchStaff
    return _shown(row, await school_box(conn, vault=vault, school_id=school_id))


async def create_staff(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    name: str,
    phone: str,
    roles: Sequence[StaffRole],
    shift_ids: Sequence[UUID],
    now: datetime,
) -> Staff:
    """Add a person by phone; who has an account already keeps it unchanged.

    Raises:
        BadPhone: not a Vietnamese number.
        AlreadyStaff: the phone's owner works here.
        NotInSchool: a shift is unknown.
    """
    e164 = to_e164(phone)
    await lock_school(conn, school_id=school_id)
    await require_shifts(conn, school_id=school_id, shift_ids=list(shift_ids))
    box = await school_box(conn, vault=vault, school_id=school_id)
    account_id = await account_for_phone(conn, vault, e164)
    staff_id, clean_name = new_id(), names.clean(name)
    try:
        await queries.insert_staff(
            conn,
            school_id=school_id,
            staff_id=staff_id,
            account_id=account_id,
            name=clean_name,
            sort_key=names.sort_key(clean_name),
            search_key=names.search_key(clean_name),
            phone_sealed=box.seal(e164, field=PHONE_FIELD),
            now=now,
        )
    except db.UniqueViolation:
        raise AlreadyStaff from None
    await _give(conn, school_id, staff_id, account_id, roles)
    await queries.set_staff_shifts(
        conn, school_id=school_id, staff_id=staff_id, shift_ids=shift_ids
    )
    return await staff(conn, vault=vault, school_id=school_id, staff_id=staff_id)


async def change_staff(
    conn: db.Conn,
    *,
    vault: Vault,
    school_id: int,
    staff_id: UUID,
    name: str | None,
    phone: str | None,
    roles: Sequence[StaffRole] | None,
    shift_ids: Sequence[UUID] | None,
    now: datetime,
) -> Staff:
    """Change what is not None.

    Another phone is another account: a school cannot change the phone that somebody logs in with,
    or any principal could take over the account of a parent of another school.

    Raises:
        NoSuchStaff: not here, or gone.
        BadPhone, AlreadyStaff, NotInSchool: as in `create_staff`.
        LastPrincipal: nobody would lead the school.
        TeachesClasses: a teacher's role goes only with the last class.
    """
    await lock_school(conn, school_id=school_id)
    row = await _live_staff(conn, school_id, staff_id)
    if name is not None:
        clean_name = names.clean(name)
        await queries.update_staff_name(
            conn,
            school_id=school_id,
            staff_id=staff_id,
            name=clean_name,
            sort_key=names.sort_key(clean_name),
            search_key=names.search_key(clean_name),
        )
    if roles is not None:
        await _set_roles(conn, school_id, row, roles, now)
    if phone is not None:
        await _set_phone(conn, vault, school_id, staff_id, to_e164(phone), now)
    if shift_ids is not None:
        await require_shifts(conn, school_id=school_id, shift_ids=list(shift_ids))
        await queries.set_staff_shifts(
            conn, school_id=school_id, staff_id=staff_id, shift_ids=shift_ids
        )
    return await staff(conn, vault=vault, school_id=school_id, staff_id=staff_id)


async def end_staff(
    conn: db.Conn,
    *,
    school_id: int,
    staff_id: UUID,
    decided_by: UUID,
    now: datetime,
    reason: str | None = None,
    may_be_last: bool = False,
) -> None:
    """End a person's work here at once; roles and children in other schools stay.

    Who has none of these is logged out everywhere, and pushed to no more. The phone they checked in
    with is free when they work in no school. Screens go on: they are the school's.

    Raises:
        NoSuchStaff: not here, or gone before.
        LastPrincipal: nobody would lead the school, and `may_be_last` is not said.
    """
    await lock_school(conn, school_id=school_id)
    row = await _live_staff(conn, school_id, staff_id)
    if not may_be_last:
        await _keep_a_principal(conn, school_id, staff_id)
    await queries.end_staff(conn, school_id=school_id, staff_id=staff_id, now=now)
    await queries.end_roles(conn, school_id=school_id, staff_id=staff_id, roles=None, now=now)
    if row.account_id is not None:
        await _let_go(conn, school_id, row.account_id, now)
    await record(
        conn,
        school_id=school_id,
        kind="staff_ended",
        person_id=staff_id,
        decided_by=decided_by,
        reason=reason,
        details={"roles": row.roles},
        now=now,
    )


async def _let_go(conn: db.Conn, school_id: int, account_id: UUID, now: datetime) -> None:
    await queries.close_what_was_opened(conn, school_id=school_id, account_id=account_id, now=now)
    await end_sessions_without_links(conn, account_ids=[account_id], reason="left", now=now)
    if not await queries.works_anywhere(conn, account_id=account_id, now=now):
        await queries.clear_device_binding(conn, account_id=account_id)


async def clear_device_binding(conn: db.Conn, *, school_id: int, staff_id: UUID) -> None:
    """Let a person check in with another phone at once: the next one that asks is bound.

    Raises:
        NoSuchStaff: not here, or gone.
    """
    account_id = await _account(conn, school_id, staff_id)
    await lock_account(conn, account_id=account_id)
    await queries.clear_device_binding(conn, account_id=account_id)


async def revoke_sessions(conn: db.Conn, *, school_id: int, staff_id: UUID, now: datetime) -> int:
    """Log a person out everywhere, as when a phone is lost; how many sessions ended.

    Raises:
        NoSuchStaff: not here, or gone.
    """
    account_id = await _account(conn, school_id, staff_id)
    return await revoke_sessions_of_account(conn, account_id=account_id, reason="staff", now=now)


async def sync_teacher_roles(
    conn: db.Conn, *, school_id: int, staff_ids: Collection[UUID], now: datetime
) -> None:
    """Make the directory's teacher roles of these people follow their live classes.

    Whoever loses the last class and has no other role stays a subject teacher without a class:
    they see no pupil, but still check in for their own hours.
    """
    for staff_id in staff_ids:
        row = await queries.staff(conn, school_id=school_id, staff_id=staff_id)
        if row is None or row.account_id is None or row.ended_at is not None:
            continue
        wanted = {role for role in row.roles if role not in _TEACHER_ROLES} | _taught(row)
        wanted = wanted or {"subject_teacher"}
        gone = set(row.roles) - wanted
        await queries.end_roles(conn, school_id=school_id, staff_id=staff_id, roles=gone, now=now)
        await _give(conn, school_id, staff_id, row.account_id, wanted)


_TEACHER_ROLES: frozenset[StaffRole] = frozenset({"homeroom_teacher", "subject_teacher"})


def _taught(row: StaffRow) -> set[StaffRole]:
    roles: set[StaffRole] = set()
    if row.homeroom_class_ids:
        roles.add("homeroom_teacher")
    if row.taught_class_ids:
        roles.add("subject_teacher")
    return roles


def _shown(row: StaffRow, box: SchoolBox) -> Staff:
    sealed = row.phone_sealed
    return Staff(
        id=row.id,
        name=row.name,
        phone=None if sealed is None else box.open(sealed, field=PHONE_FIELD),
        roles=row.roles,
        homeroom_class_ids=row.homeroom_class_ids,
        taught_class_ids=row.taught_class_ids,
        shift_ids=row.shift_ids,
        ended_at=row.ended_at,
    )


async def _live_staff(conn: db.Conn, school_id: int, staff_id: UUID) -> StaffRow:
    row = await queries.staff(conn, school_id=school_id, staff_id=staff_id)
    if row is None or row.ended_at is not None:
        raise NoSuchStaff
    return row


async def _account(conn: db.Conn, school_id: int, staff_id: UUID) -> UUID:
    row = await _live_staff(conn, school_id, staff_id)
    if row.account_id is None:
        raise NoSuchStaff
    return row.account_id


async def _give(
    conn: db.Conn,
    school_id: int,
    staff_id: UUID,
    account_id: UUID,
    roles: Collection[StaffRole],
) -> None:
    for role in roles:
        await queries.give_role(
            conn,
            membership_id=new_id(),
            account_id=account_id,
            school_id=school_id,
            role=role,
            staff_id=staff_id,
        )


async def _set_roles(
    conn: db.Conn, school_id: int, row: StaffRow, roles: Sequence[StaffRole], now: datetime
) -> None:
    missing = _taught(row) - set(roles)
    if missing:
        raise TeachesClasses(
            (
                "Hãy gỡ giáo viên khỏi các lớp trước, rồi mới bỏ vai trò.",
                "Take the teacher out of the classes first, then take the role.",
            )
        )
    if "principal" in row.roles and "principal" not in roles:
        await _keep_a_principal(conn, school_id, row.id)
    gone = set(row.roles) - set(roles)
    await queries.end_roles(conn, school_id=school_id, staff_id=row.id, roles=gone, now=now)
    if row.account_id is not None:
        await _give(conn, school_id, row.id, row.account_id, roles)


async def _set_phone(
    conn: db.Conn, vault: Vault, school_id: int, staff_id: UUID, e164: str, now: datetime
) -> None:
    row = await _live_staff(conn, school_id, staff_id)
    box = await school_box(conn, vault=vault, school_id=school_id)
    account_id = await account_for_phone(conn, vault, e164)
    try:
        await queries.update_staff_account(
            conn,
            school_id=school_id,
            staff_id=staff_id,
            account_id=account_id,
            phone_sealed=box.seal(e164, field=PHONE_FIELD),
        )
    except db.UniqueViolation:
        raise AlreadyStaff from None
    if account_id != row.account_id:
        await queries.end_roles(conn, school_id=school_id, staff_id=staff_id, roles=None, now=now)
        await _give(conn, school_id, staff_id, account_id, row.roles)
        if row.account_id is not None:
            await _let_go(conn, school_id, row.account_id, now)


async def _keep_a_principal(conn: db.Conn, school_id: int, staff_id: UUID) -> None:
    if await queries.principals(conn, school_id=school_id) == {staff_id}:
        raise LastPrincipal
