"""Who may fetch a child: entered by the school, or proposed by a guardian and decided on."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from litestar import delete, get, patch, post, put
from litestar.controller import Controller
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from app import db
from app.identity.model import Caller
from app.paging import Page
from app.photos import service as photos
from app.photos.pictures import MAX_BYTES
from app.photos.urls import photo_key
from app.schools.common import changes_of
from app.schools.pickups import service
from app.schools.pickups.model import Pickup, PickupRelation
from app.schools.pickups.service import NewPerson, Viewer
from app.schools.sight import sight_of
from app.schools.students.model import NoSuchStudent
from app.schools.students.service import led_row
from mobile_api.access import only
from mobile_api.deps import AnyRequest, Me, Now, Res, Tx, open_tx
from mobile_api.inputs import Name, PathId, PathSchool, Phone
from mobile_api.photos import IMAGE, received_picture

_LEADERS = {"who": only("principal", "homeroom_teacher")}
_FAMILY = {"who": only("principal", "homeroom_teacher", "guardian")}

FirstDay = Annotated[date, Meta(description="the first day, today if it is not given")]
LastDay = Annotated[date, Meta(description="the last day; null: until the person is ended")]


class NewPickup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For one day `from_day` and `to_day` are the same."""

    name: Name
    relation: PickupRelation
    phone: Phone | None = None
    from_day: FirstDay | None = None
    to_day: LastDay | None = None


class PickupChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name | UnsetType = UNSET
    relation: PickupRelation | UnsetType = UNSET
    phone: Phone | UnsetType | None = UNSET
    from_day: date | UnsetType = UNSET
    to_day: date | UnsetType | None = UNSET


class PickupDecision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    decision: Literal["approve", "reject"]


class Pickups(Controller):
    path = "/v1/schools/{school_id:int}/students/{student_id:uuid}/pickups"
    tags = ("schools",)

    @get(opt=_FAMILY)
    async def list_pickups(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        resources: Res,
        school_id: PathSchool,
        student_id: PathId,
    ) -> Page[Pickup]:
        """Who may fetch the child, and who is proposed.

        For the principal, the homeroom teacher of the class, and the child's guardians.
        """
        viewer = await _viewer(tx, caller, school_id, student_id)
        return Page(
            items=await service.pickups(
                tx,
                vault=resources.vault,
                school_id=school_id,
                student_id=student_id,
                viewer=viewer,
                now=now,
            )
        )

    @post(opt=_FAMILY)
    async def add_pickup(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        resources: Res,
        school_id: PathSchool,
        student_id: PathId,
        data: JSONBody[NewPickup],
    ) -> Pickup:
        """Enter who may fetch the child; what a guardian enters is proposed to the school.

        For the principal, the homeroom teacher of the class, and the child's guardians.
        """
        viewer = await _viewer(tx, caller, school_id, student_id)
        return await service.add_pickup(
            tx,
            vault=resources.vault,
            school_id=school_id,
            student_id=student_id,
            person=NewPerson(
                name=data.name,
                relation=data.relation,
                phone=data.phone,
                from_day=data.from_day,
                to_day=data.to_day,
            ),
            viewer=viewer,
            now=now,
        )

    @patch("/{pickup_id:uuid}", opt=_LEADERS)
    async def change_pickup(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        resources: Res,
        school_id: PathSchool,
        student_id: PathId,
        pickup_id: PathId,
        data: JSONBody[PickupChange],
    ) -> Pickup:
        """Change what is known of the person, or the days.

        For the principal and the homeroom teacher of the class.
        """
        viewer = await _viewer(tx, caller, school_id, student_id)
        return await service.change_pickup(
            tx,
            vault=resources.vault,
            school_id=school_id,
            student_id=student_id,
            pickup_id=pickup_id,
            changes=changes_of(data),
            viewer=viewer,
            now=now,
        )

    @post("/{pickup_id:uuid}/decision", status_code=200, opt=_LEADERS)
    async def decide_pickup(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        resources: Res,
        school_id: PathSchool,
        student_id: PathId,
        pickup_id: PathId,
        data: JSONBody[PickupDecision],
    ) -> Pickup:
        """Approve or reject whom a guardian has proposed; the guardians are told of an approval.

        For the principal and the homeroom teacher of the class.
        """
        viewer = await _viewer(tx, caller, school_id, student_id)
        return await service.decide_pickup(
            tx,
            vault=resources.vault,
            school_id=school_id,
            student_id=student_id,
            pickup_id=pickup_id,
            decision=data.decision,
            viewer=viewer,
            now=now,
        )

    @delete("/{pickup_id:uuid}", opt=_FAMILY)
    async def end_pickup(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        school_id: PathSchool,
        student_id: PathId,
        pickup_id: PathId,
    ) -> None:
        """The person may not fetch the child any more, from the next scan on.

        For the principal, the homeroom teacher of the class, and the guardian who proposed.
        """
        viewer = await _viewer(tx, caller, school_id, student_id)
        await service.end_pickup(
            tx,
            school_id=school_id,
            student_id=student_id,
            pickup_id=pickup_id,
            viewer=viewer,
            now=now,
        )

    @put("/{pickup_id:uuid}/photo", opt={**_FAMILY, **IMAGE}, request_max_body_size=MAX_BYTES)
    async def set_pickup_photo(
        self,
        request: AnyRequest,
        resources: Res,
        now: Now,
        school_id: PathSchool,
        student_id: PathId,
        pickup_id: PathId,
    ) -> Pickup:
        """Give the person this picture: the body is a JPEG, PNG or WebP, up to 10 MB.

        For the principal and the homeroom teacher of the class; for the guardian who proposed the
        person until it is decided.
        """
        async with open_tx(request) as tx:
            viewer = await _viewer(tx, request.state.caller, school_id, student_id)
            before = await service.require_photographer(
                tx,
                school_id=school_id,
                student_id=student_id,
                pickup_id=pickup_id,
                viewer=viewer,
            )
        picture = await received_picture(request)
        key = photo_key(
            school_id=school_id, kind="pickups", owner_id=pickup_id, version=picture.version
        )
        # What is there is not put again: it would be lost if this were to end before the commit.
        if key != before:
            await photos.put_pictures(
                resources.pool, resources.storage, school_id=school_id, pictures={key: picture}
            )
        async with db.transaction(resources.pool, schools=[school_id]) as conn:
            return await service.set_photo(
                conn,
                vault=resources.vault,
                school_id=school_id,
                student_id=student_id,
                pickup_id=pickup_id,
                photo_key=key,
                viewer=viewer,
                now=now,
            )


async def _viewer(tx: Tx, caller: Caller, school_id: int, student_id: UUID) -> Viewer:
    """Who leads the class asks for the school, even of an own child.

    Raises:
        NoSuchStudent: the caller neither leads the pupil's class nor is one of the guardians.
    """
    sight = await sight_of(tx, caller=caller, school_id=school_id)
    try:
        await led_row(tx, school_id=school_id, student_id=student_id, sight=sight)
    except NoSuchStudent:
        is_child = any(
            child.school_id == school_id and child.student_id == student_id
            for child in caller.children
        )
        if not is_child:
            raise
        return Viewer(account_id=caller.account_id, is_school=False)
    return Viewer(account_id=caller.account_id, is_school=True)


HANDLERS = [Pickups]
