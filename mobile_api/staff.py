"""Staff: who works in a school, and their lost phones."""

from typing import Annotated
from uuid import UUID

from litestar import delete, get, patch, post
from litestar.controller import Controller
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from app.identity.model import Caller
from app.paging import DEFAULT_LIMIT, CursorText, Page, decode_cursor
from app.schools.staff import service
from app.schools.staff.model import NoSuchStaff, Staff, StaffRole
from mobile_api.access import NotYourRole, only
from mobile_api.deps import DEPARTMENT_MAY_SEE_SCHOOL, Me, Now, Res, Tx
from mobile_api.inputs import Cursor, Limit, Name, PathId, PathSchool, Phone, Search

_PRINCIPAL = {"who": only("principal")}
_APPOINTERS = {"who": only("principal", "department_admin"), DEPARTMENT_MAY_SEE_SCHOOL: True}

Roles = Annotated[list[StaffRole], Meta(min_length=1, max_length=5)]
ShiftIds = Annotated[list[UUID], Meta(max_length=20)]


class NewStaff(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    phone: Phone
    roles: Roles
    shift_ids: ShiftIds = []


class StaffChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name | UnsetType = UNSET
    phone: Phone | UnsetType = UNSET
    roles: Roles | UnsetType = UNSET
    shift_ids: ShiftIds | UnsetType = UNSET


class RevokedSessions(Struct, frozen=True, kw_only=True):
    """How many sessions ended."""

    revoked: int


def _is_principal(caller: Caller, school_id: int) -> bool:
    return "principal" in caller.roles_in(school_id)


class StaffOfSchool(Controller):
    path = "/v1/schools/{school_id:int}/staff"
    tags = ("schools",)

    @get(opt=_APPOINTERS)
    async def list_staff(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        school_id: PathSchool,
        q: Search = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[Staff]:
        """The staff by name. For the principal; the department's admins see the principals."""
        return await service.staff_page(
            tx,
            vault=resources.vault,
            school_id=school_id,
            q=q,
            only_role=None if _is_principal(caller, school_id) else "principal",
            after=decode_cursor(cursor, tuple[CursorText, UUID]),
            limit=limit,
        )

    @post(opt=_APPOINTERS)
    async def create_staff(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        resources: Res,
        school_id: PathSchool,
        data: JSONBody[NewStaff],
    ) -> Staff:
        """Add a person by phone. For the principal; the department's admins appoint principals."""
        appoints = data.roles == ["principal"] and not data.shift_ids
        if not _is_principal(caller, school_id) and not appoints:
            raise NotYourRole
        return await service.create_staff(
            tx,
            vault=resources.vault,
            school_id=school_id,
            name=data.name,
            phone=data.phone,
            roles=data.roles,
            shift_ids=data.shift_ids,
            now=now,
        )

    @get("/{staff_id:uuid}", opt=_PRINCIPAL)
    async def get_staff(
        self, tx: Tx, resources: Res, school_id: PathSchool, staff_id: PathId
    ) -> Staff:
        """One member of staff, also one who has left. For the principal."""
        return await service.staff(
            tx, vault=resources.vault, school_id=school_id, staff_id=staff_id
        )

    @patch("/{staff_id:uuid}", opt=_PRINCIPAL)
    async def change_staff(
        self,
        tx: Tx,
        now: Now,
        resources: Res,
        school_id: PathSchool,
        staff_id: PathId,
        data: JSONBody[StaffChange],
    ) -> Staff:
        """Change name, phone, roles or shifts; another phone is another account.

        For the principal.
        """
        return await service.change_staff(
            tx,
            vault=resources.vault,
            school_id=school_id,
            staff_id=staff_id,
            name=None if data.name is UNSET else data.name,
            phone=None if data.phone is UNSET else data.phone,
            roles=None if data.roles is UNSET else data.roles,
            shift_ids=None if data.shift_ids is UNSET else data.shift_ids,
            now=now,
        )

    @delete("/{staff_id:uuid}", opt=_APPOINTERS)
    async def end_staff(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        resources: Res,
        school_id: PathSchool,
        staff_id: PathId,
    ) -> None:
        """End a person's work here at once. For the principal; the department ends principals."""
        is_own = _is_principal(caller, school_id)
        if not is_own:
            found = await service.staff(
                tx, vault=resources.vault, school_id=school_id, staff_id=staff_id
            )
            if "principal" not in found.roles:
                raise NoSuchStaff
        await service.end_staff(
            tx,
            school_id=school_id,
            staff_id=staff_id,
            decided_by=caller.account_id,
            now=now,
            may_be_last=not is_own,
        )

    @delete("/{staff_id:uuid}/device-binding", opt=_PRINCIPAL)
    async def clear_device_binding(self, tx: Tx, school_id: PathSchool, staff_id: PathId) -> None:
        """Let a person check in with another phone at once. For the principal."""
        await service.clear_device_binding(tx, school_id=school_id, staff_id=staff_id)

    @post("/{staff_id:uuid}/revoke-sessions", status_code=200, opt=_PRINCIPAL)
    async def revoke_sessions(
        self, tx: Tx, now: Now, school_id: PathSchool, staff_id: PathId
    ) -> RevokedSessions:
        """Log a person out on all devices, as when a phone is lost. For the principal."""
        revoked = await service.revoke_sessions(tx, school_id=school_id, staff_id=staff_id, now=now)
        return RevokedSessions(revoked=revoked)


HANDLERS = [StaffOfSchool]
