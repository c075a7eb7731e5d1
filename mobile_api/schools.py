"""The department's tree and its schools."""

from typing import Annotated

from litestar import delete, get, patch, post, put
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from app.schools.common import changes_of
from app.schools.org import queries, service
from app.schools.org.model import FirstPrincipal, Level, OrgKind, OrgUnit, School
from mobile_api.access import SIGNED_IN, only
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.inputs import (
    Cursor,
    Limit,
    Name,
    OrgUnitId,
    PathOrgUnit,
    PathSchool,
    Phone,
)

_DEPARTMENT = {"who": only("department_admin")}


class NewOrgUnit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    parent_id: OrgUnitId
    kind: OrgKind
    name: Name


class OrgUnitChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: OrgKind | UnsetType = UNSET
    name: Name | UnsetType = UNSET


class NewPrincipal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    phone: Phone


class NewSchool(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    org_unit_id: OrgUnitId
    name: Name
    level: Level
    principal: NewPrincipal | None = None


class SchoolChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    org_unit_id: OrgUnitId | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    level: Level | UnsetType = UNSET


class SchoolContact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`phone` as a person types it; null: none is given."""

    phone: Phone | None


def _after(cursor: str | None) -> int:
    decoded = decode_cursor(cursor, tuple[Annotated[int, Meta(ge=0, le=2**31 - 1)]])
    return decoded[0] if decoded else 0


@get("/v1/org-units", opt=_DEPARTMENT, tags=["schools"])
async def list_org_units(
    tx: Tx, caller: Me, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[OrgUnit]:
    """The department's units and all below them. For department admins."""
    rows = await queries.units_under(
        tx, root_ids=service.own_units(caller), after_id=_after(cursor), limit=limit + 1
    )
    return page_of(rows, limit=limit, key=lambda unit: (unit.id,))


@post("/v1/org-units", opt=_DEPARTMENT, tags=["schools"])
async def create_org_unit(tx: Tx, caller: Me, data: JSONBody[NewOrgUnit]) -> OrgUnit:
    """Add a unit below one of the caller's. For department admins."""
    return await service.create_unit(
        tx, caller=caller, parent_id=data.parent_id, kind=data.kind, name=data.name
    )


@get("/v1/org-units/{unit_id:int}", opt=_DEPARTMENT, tags=["schools"])
async def get_org_unit(tx: Tx, caller: Me, unit_id: PathOrgUnit) -> OrgUnit:
    """One unit of the caller's tree. For department admins."""
    return await service.unit(tx, caller=caller, unit_id=unit_id)


@patch("/v1/org-units/{unit_id:int}", opt=_DEPARTMENT, tags=["schools"])
async def change_org_unit(
    tx: Tx, caller: Me, unit_id: PathOrgUnit, data: JSONBody[OrgUnitChange]
) -> OrgUnit:
    """Rename a unit of the caller's tree. For department admins."""
    return await service.change_unit(tx, caller=caller, unit_id=unit_id, changes=changes_of(data))


@delete("/v1/org-units/{unit_id:int}", opt=_DEPARTMENT, tags=["schools"])
async def end_org_unit(tx: Tx, caller: Me, now: Now, unit_id: PathOrgUnit) -> None:
    """End a unit that has neither schools nor units below. For department admins."""
    await service.end_unit(tx, caller=caller, unit_id=unit_id, now=now)


@get("/v1/schools", opt={"who": SIGNED_IN}, tags=["schools"])
async def list_schools(
    tx: Tx, caller: Me, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[School]:
    """The schools that the caller has a role or a child in; for a department, its schools too."""
    rows = await queries.schools_among(
        tx,
        school_ids=caller.school_ids | set(caller.department_school_ids),
        after_id=_after(cursor),
        limit=limit + 1,
    )
    return page_of(rows, limit=limit, key=lambda school: (school.id,))


@post("/v1/schools", opt=_DEPARTMENT, tags=["schools"])
async def create_school(
    tx: Tx, caller: Me, now: Now, resources: Res, data: JSONBody[NewSchool]
) -> School:
    """Make a school, with its first principal if one is named. For department admins."""
    first = data.principal
    return await service.create_school(
        tx,
        vault=resources.vault,
        caller=caller,
        org_unit_id=data.org_unit_id,
        name=data.name,
        level=data.level,
        principal=FirstPrincipal(name=first.name, phone=first.phone) if first else None,
        now=now,
    )


@get("/v1/schools/{school_id:int}", opt={"who": SIGNED_IN}, tags=["schools"])
async def get_school(tx: Tx, school_id: PathSchool) -> School:
    """A school's name, level and phone. For everybody with a role or a child there."""
    return await service.school(tx, school_id=school_id)


@patch("/v1/schools/{school_id:int}", opt=_DEPARTMENT, tags=["schools"])
async def change_school(
    tx: Tx, caller: Me, school_id: PathSchool, data: JSONBody[SchoolChange]
) -> School:
    """Rename a school, change its level or its unit. For the department's admins."""
    return await service.change_school(
        tx, caller=caller, school_id=school_id, changes=changes_of(data)
    )


@put("/v1/schools/{school_id:int}/contact", opt={"who": only("principal")}, tags=["schools"])
async def set_contact(tx: Tx, school_id: PathSchool, data: JSONBody[SchoolContact]) -> School:
    """Set the number that families call. For the principal."""
    return await service.change_phone(tx, school_id=school_id, phone=data.phone)


@delete("/v1/schools/{school_id:int}", opt=_DEPARTMENT, tags=["schools"])
async def end_school(tx: Tx, now: Now, school_id: PathSchool) -> None:
    """End a school; its records stay, its staff lose their roles. For the department's admins."""
    await service.end_school(tx, school_id=school_id, now=now)


HANDLERS = [
    list_org_units,
    create_org_unit,
    get_org_unit,
    change_org_unit,
    end_org_unit,
    list_schools,
    create_school,
    get_school,
    change_school,
    set_contact,
    end_school,
]
