"""Guardians of pupils and their rights."""

from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.controller import Controller
from litestar.params import JSONBody
from msgspec import UNSET, Struct, UnsetType

from app.paging import DEFAULT_LIMIT, CursorText, Page, decode_cursor
from app.schools.common import changes_of
from app.schools.guardians import service
from app.schools.guardians.model import Guardian, Relation, Rights, SchoolGuardian
from app.schools.sight import sight_of
from app.schools.students.service import led_row
from mobile_api.access import only
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.inputs import Cursor, Limit, Name, PathId, PathSchool, Phone, Search

_PRINCIPAL = {"who": only("principal")}
_LEADERS = {"who": only("principal", "homeroom_teacher")}


class NewRights(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    can_see: bool = True
    can_request_leave: bool = True
    is_told: bool = True


class RightsChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    can_see: bool | UnsetType = UNSET
    can_request_leave: bool | UnsetType = UNSET
    is_told: bool | UnsetType = UNSET


class NewGuardian(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    phone: Phone
    relation: Relation
    rights: NewRights = NewRights()


class GuardianChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Name and phone hold for all of the guardian's children in the school."""

    name: Name | UnsetType = UNSET
    phone: Phone | UnsetType = UNSET
    relation: Relation | UnsetType = UNSET
    rights: RightsChange | UnsetType = UNSET


class GuardiansOfStudent(Controller):
    path = "/v1/schools/{school_id:int}/students/{student_id:uuid}/guardians"
    tags = ("schools",)

    @get(opt=_LEADERS)
    async def list_guardians(
        self, tx: Tx, caller: Me, resources: Res, school_id: PathSchool, student_id: PathId
    ) -> Page[Guardian]:
        """The pupil's guardians, blocked ones too.

        For the principal, and with masked phones for the homeroom teacher of the class.
        """
        sight = await sight_of(tx, caller=caller, school_id=school_id)
        await led_row(tx, school_id=school_id, student_id=student_id, sight=sight)
        found = await service.guardians_of_student(
            tx,
            vault=resources.vault,
            school_id=school_id,
            student_id=student_id,
            is_principal=sight.is_principal,
        )
        return Page(items=found)

    @post(opt=_PRINCIPAL)
    async def add_guardian(
        self,
        tx: Tx,
        resources: Res,
        school_id: PathSchool,
        student_id: PathId,
        data: JSONBody[NewGuardian],
    ) -> Guardian:
        """Make a person a guardian by phone; an account that is there stays as it is.

        For the principal. An account that was in use, but is linked nowhere any more, must prove
        the number first: `state`.
        """
        return await service.add_guardian(
            tx,
            vault=resources.vault,
            school_id=school_id,
            student_id=student_id,
            name=data.name,
            phone=data.phone,
            relation=data.relation,
            rights=msgspec.convert(data.rights, Rights, from_attributes=True),
        )

    @get("/{guardian_id:uuid}", opt=_LEADERS)
    async def get_guardian(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        school_id: PathSchool,
        student_id: PathId,
        guardian_id: PathId,
    ) -> Guardian:
        """One guardian. For the principal and, with a masked phone, the homeroom teacher."""
        sight = await sight_of(tx, caller=caller, school_id=school_id)
        await led_row(tx, school_id=school_id, student_id=student_id, sight=sight)
        return await service.guardian_of_student(
            tx,
            vault=resources.vault,
            school_id=school_id,
            student_id=student_id,
            guardian_id=guardian_id,
            is_principal=sight.is_principal,
        )

    @patch("/{guardian_id:uuid}", opt=_PRINCIPAL)
    async def change_guardian(
        self,
        tx: Tx,
        resources: Res,
        school_id: PathSchool,
        student_id: PathId,
        guardian_id: PathId,
        data: JSONBody[GuardianChange],
    ) -> Guardian:
        """Change name, phone, relation or rights. For the principal.

        A new phone that somebody uses already waits for `approve` and for its owner's proof.
        """
        changes = changes_of(data)
        if data.rights is not UNSET:
            changes["rights"] = changes_of(data.rights)
        return await service.change_guardian(
            tx,
            vault=resources.vault,
            school_id=school_id,
            student_id=student_id,
            guardian_id=guardian_id,
            changes=changes,
        )

    @delete("/{guardian_id:uuid}", opt=_PRINCIPAL)
    async def end_guardian(
        self, tx: Tx, now: Now, school_id: PathSchool, student_id: PathId, guardian_id: PathId
    ) -> None:
        """End a guardianship; the person's other children stay. For the principal."""
        await service.end_guardian(
            tx, school_id=school_id, student_id=student_id, guardian_id=guardian_id, now=now
        )

    @post(
        "/{guardian_id:uuid}/approve",
        operation_id="approve_guardian",
        status_code=200,
        opt=_PRINCIPAL,
    )
    async def approve(
        self, tx: Tx, resources: Res, school_id: PathSchool, student_id: PathId, guardian_id: PathId
    ) -> Guardian:
        """Stand by a changed number that somebody uses already. For the principal.

        For all children of the guardian here. They are seen once the number's owner has proved it
        as well, by a code on paper or a text message, be it before or after.
        """
        return await service.approve_guardian(
            tx,
            vault=resources.vault,
            school_id=school_id,
            student_id=student_id,
            guardian_id=guardian_id,
        )


@get("/v1/schools/{school_id:int}/guardians", opt=_PRINCIPAL, tags=["schools"])
async def list_guardians_of_school(
    tx: Tx,
    resources: Res,
    school_id: PathSchool,
    q: Search = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[SchoolGuardian]:
    """All guardians of the school by name, with their children here. For the principal."""
    return await service.guardians_page(
        tx,
        vault=resources.vault,
        school_id=school_id,
        q=q,
        after=decode_cursor(cursor, tuple[CursorText, UUID]),
        limit=limit,
    )


HANDLERS = [GuardiansOfStudent, list_guardians_of_school]
