"""Groups that a school writes to: the parents' board, the choir."""

from typing import Annotated, Final
from uuid import UUID

from litestar import delete, get, patch, post, put
from litestar.controller import Controller
from litestar.params import JSONBody
from msgspec import Meta, Struct

from app.contact_book.announcements import groups
from app.contact_book.announcements.model import Group, GroupFile
from app.contact_book.announcements.service import require_desk
from mobile_api.access import TEACHERS, only
from mobile_api.deps import Me, Now, Tx
from mobile_api.inputs import PathId, PathSchool
from mobile_api.openapi import FAILS

_WRITERS: Final = {"who": only("principal", *TEACHERS)}
_OF_GROUP: Final = {**_WRITERS, FAILS: (404,)}

# One line that is not blank.
_LINE: Final = r"^[^\x00-\x1f\x7f]*[^\x00-\x1f\x7f\s][^\x00-\x1f\x7f]*$"
GroupName = Annotated[str, Meta(min_length=1, max_length=100, pattern=_LINE)]
Members = Annotated[list[UUID], Meta(max_length=groups.MOST_MEMBERS)]


class GroupMembers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ids of pupils and of staff; together at most 2,000. Staff are the principal's to name."""

    students: Members = []
    staff: Members = []


class GroupMade(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: GroupName
    students: Members = []
    staff: Members = []


class GroupRenamed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: GroupName


class Groups(Struct, frozen=True, kw_only=True):
    items: list[Group]


class ContactGroups(Controller):
    path = "/v1/schools/{school_id:int}/groups"
    tags = ("contact-book",)

    @get("", operation_id="list_groups", opt=_WRITERS)
    async def list_groups(self, tx: Tx, caller: Me, school_id: PathSchool) -> Groups:
        """The groups by name. For teachers their own, for the principal all of the school."""
        desk = await require_desk(tx, caller=caller, school_id=school_id)
        return Groups(items=await groups.groups(tx, desk=desk))

    @post("", operation_id="make_group", opt=_OF_GROUP)
    async def make(
        self, tx: Tx, caller: Me, now: Now, school_id: PathSchool, data: JSONBody[GroupMade]
    ) -> GroupFile:
        """Make a group. For teachers of pupils of their classes, for the principal of all."""
        desk = await require_desk(tx, caller=caller, school_id=school_id)
        return await groups.make(
            tx, desk=desk, name=data.name, students=data.students, staff=data.staff, now=now
        )

    @get("/{group_id:uuid}", operation_id="get_group", opt=_OF_GROUP)
    async def get_group(
        self, tx: Tx, caller: Me, school_id: PathSchool, group_id: PathId
    ) -> GroupFile:
        """A group with its members. For who made it, and the principal."""
        desk = await require_desk(tx, caller=caller, school_id=school_id)
        return await groups.group(tx, desk=desk, group_id=group_id)

    @patch("/{group_id:uuid}", operation_id="rename_group", opt=_OF_GROUP)
    async def rename(
        self,
        tx: Tx,
        caller: Me,
        school_id: PathSchool,
        group_id: PathId,
        data: JSONBody[GroupRenamed],
    ) -> GroupFile:
        """Give it another name. For who made it, and the principal."""
        desk = await require_desk(tx, caller=caller, school_id=school_id)
        return await groups.rename(tx, desk=desk, group_id=group_id, name=data.name)

    @delete("/{group_id:uuid}", operation_id="end_group", status_code=204, opt=_OF_GROUP)
    async def end(
        self, tx: Tx, caller: Me, now: Now, school_id: PathSchool, group_id: PathId
    ) -> None:
        """Dissolve it; what was sent to it stays. For who made it, and the principal."""
        desk = await require_desk(tx, caller=caller, school_id=school_id)
        await groups.end(tx, desk=desk, group_id=group_id, now=now)

    @put("/{group_id:uuid}/members", operation_id="set_group_members", opt=_OF_GROUP)
    async def set_members(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        school_id: PathSchool,
        group_id: PathId,
        data: JSONBody[GroupMembers],
    ) -> GroupFile:
        """Exactly these are its members from now on. For who made it, and the principal."""
        desk = await require_desk(tx, caller=caller, school_id=school_id)
        await groups.set_members(
            tx,
            desk=desk,
            group_id=group_id,
            students=data.students,
            staff=data.staff,
            now=now,
        )
        return await groups.group(tx, desk=desk, group_id=group_id)


HANDLERS = [ContactGroups]
