"""The department builds its tree, makes schools and appoints their first principals."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from app import db, names
from app.crypto import Vault
from app.errors import Unprocessable
from app.identity.model import Caller
from app.phones import to_e164
from app.schools.common import NoSuchSchool, lock_school
from app.schools.org import queries
from app.schools.org.model import (
    FirstPrincipal,
    Level,
    NoSuchOrgUnit,
    OrgKind,
    OrgUnit,
    OrgUnitInUse,
    OwnRoot,
    School,
)
from app.schools.staff import service as staff


class NotYourOrgUnit(Unprocessable):
    """Đơn vị cấp trên không thuộc quyền của bạn | The unit above is not one of yours"""


def own_units(caller: Caller) -> set[int]:
    """The units that the caller is an admin of; everything below is theirs too."""
    return {m.org_unit_id for m in caller.memberships if m.org_unit_id is not None}


async def unit(conn: db.Conn, *, caller: Caller, unit_id: int) -> OrgUnit:
    """One unit of the caller's subtree.

    Raises:
        NoSuchOrgUnit: unknown, ended or another department's.
    """
    found = await queries.unit_under(conn, root_ids=own_units(caller), unit_id=unit_id)
    if found is None:
        raise NoSuchOrgUnit
    return found


async def create_unit(
    conn: db.Conn, *, caller: Caller, parent_id: int, kind: OrgKind, name: str
) -> OrgUnit:
    """Add a unit below one of the caller's.

    Raises:
        NotYourOrgUnit: `parent_id` is none of the caller's.
    """
    await _own_parent(conn, caller=caller, unit_id=parent_id)
    return await queries.insert_unit(conn, parent_id=parent_id, kind=kind, name=names.clean(name))


async def change_unit(
    conn: db.Conn, *, caller: Caller, unit_id: int, changes: Mapping[str, Any]
) -> OrgUnit:
    """Rename a unit or give it another kind.

    Raises:
        NoSuchOrgUnit: none of the caller's.
    """
    await queries.lock_unit(conn, unit_id=unit_id)
    changed = replace(await unit(conn, caller=caller, unit_id=unit_id), **changes)
    changed = replace(changed, name=names.clean(changed.name))
    await queries.update_unit(conn, unit=changed)
    return changed


async def end_unit(conn: db.Conn, *, caller: Caller, unit_id: int, now: datetime) -> None:
    """End a unit that nothing hangs below any more.

    Raises:
        NoSuchOrgUnit: none of the caller's.
        OwnRoot: the caller would lock out everybody, also themselves.
        OrgUnitInUse: live schools or units are below.
    """
    await queries.lock_unit(conn, unit_id=unit_id)
    await unit(conn, caller=caller, unit_id=unit_id)
    if unit_id in own_units(caller):
        raise OwnRoot
    if await queries.is_unit_used(conn, unit_id=unit_id):
        raise OrgUnitInUse
    await queries.end_unit(conn, unit_id=unit_id, now=now)


async def school(conn: db.Conn, *, school_id: int) -> School:
    """The school's name and level, also when it has ended.

    Raises:
        NoSuchSchool: unknown.
    """
    found = await queries.school(conn, school_id=school_id)
    if found is None:
        raise NoSuchSchool
    return found


async def create_school(
    conn: db.Conn,
    *,
    vault: Vault,
    caller: Caller,
    org_unit_id: int,
    name: str,
    level: Level,
    principal: FirstPrincipal | None,
    now: datetime,
) -> School:
    """Make a school with a data key of its own and, if given, its first principal.

    Raises:
        NotYourOrgUnit: the unit is none of the caller's.
        BadPhone: the principal's phone is not a Vietnamese number.
    """
    await _own_parent(conn, caller=caller, unit_id=org_unit_id)
    made = await queries.insert_school(
        conn, org_unit_id=org_unit_id, name=names.clean(name), level=level
    )
    # The one widening outside the edge: the school's own rows, in the transaction that makes it.
    await db.scope(conn, schools=caller.school_ids | {made.id}, accounts=[caller.account_id])
    await queries.insert_school_key(conn, school_id=made.id, wrapped=vault.new_school_key())
    if principal is not None:
        await staff.create_staff(
            conn,
            vault=vault,
            school_id=made.id,
            name=principal.name,
            phone=principal.phone,
            roles=["principal"],
            shift_ids=[],
            now=now,
        )
    return made


async def change_school(
    conn: db.Conn, *, caller: Caller, school_id: int, changes: Mapping[str, Any]
) -> School:
    """Rename a school, change its level or move it to another unit of the caller's.

    Raises:
        NoSuchSchool: unknown or ended.
        NotYourOrgUnit: the new unit is none of the caller's.
    """
    await lock_school(conn, school_id=school_id)
    changed = replace(await school(conn, school_id=school_id), **changes)
    changed = replace(changed, name=names.clean(changed.name))
    await _own_parent(conn, caller=caller, unit_id=changed.org_unit_id)
    await queries.update_school(conn, school=changed)
    return changed


async def change_phone(conn: db.Conn, *, school_id: int, phone: str | None) -> School:
    """Say which number families call; None: none.

    Raises:
        NoSuchSchool: unknown or ended.
        BadPhone: not a Vietnamese number.
    """
    await lock_school(conn, school_id=school_id)
    await queries.set_phone(
        conn, school_id=school_id, phone=None if phone is None else to_e164(phone)
    )
    return await school(conn, school_id=school_id)


async def end_school(conn: db.Conn, *, school_id: int, now: datetime) -> None:
    """End a school: its people lose their roles there with the next request; its rows stay.

    Raises:
        NoSuchSchool: unknown or ended before.
    """
    await lock_school(conn, school_id=school_id)
    await queries.end_school(conn, school_id=school_id, now=now)


async def _own_parent(conn: db.Conn, *, caller: Caller, unit_id: int) -> None:
    await queries.lock_unit(conn, unit_id=unit_id)
    if await queries.unit_under(conn, root_ids=own_units(caller), unit_id=unit_id) is None:
        raise NotYourOrgUnit
