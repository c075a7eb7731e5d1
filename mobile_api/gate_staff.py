"""The gate's phones and guards for a time: for the principal."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import delete, get, post
from litestar.controller import Controller
from litestar.params import JSONBody
from msgspec import Meta, Struct

from app.paging import Page
from app.schools.life import devices, substitutes
from app.schools.life.model import ScanningDevice, Substitute
from mobile_api.access import only
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.inputs import Name, PathId, PathSchool, Phone, Reason

Instant = Annotated[datetime, Meta(tz=True)]


class LostDevice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Reason = "lost"


class NewSubstitute(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the staff by `staff_id`, or a person by `name` and `phone`.

    `valid_from` null: from now on.
    """

    valid_until: Instant
    valid_from: Instant | None = None
    staff_id: UUID | None = None
    name: Name | None = None
    phone: Phone | None = None


class GateStaff(Controller):
    path = "/v1/schools/{school_id:int}"
    tags = ("life",)
    opt = {"who": only("principal")}  # noqa: RUF012 - Litestar's way

    @get("/devices")
    async def list_devices(self, tx: Tx, now: Now, school_id: PathSchool) -> Page[ScanningDevice]:
        """The phones that scan in the school, or whose users may; lost ones too.

        For the principal.
        """
        return Page(items=await devices.scanning_devices(tx, school_id=school_id, now=now))

    @post("/devices/{device_id:uuid}/revoke", status_code=200)
    async def revoke_device(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        school_id: PathSchool,
        device_id: PathId,
        data: JSONBody[LostDevice],
    ) -> ScanningDevice:
        """A phone is lost: nothing it sends is believed any more, all its sessions end.

        For the principal of a school in which it scans.
        """
        return await devices.revoke_device(
            tx,
            school_id=school_id,
            device_id=device_id,
            reason=data.reason,
            decided_by=caller.account_id,
            now=now,
        )

    @post("/devices/{device_id:uuid}/restore", status_code=200)
    async def restore_device(
        self, tx: Tx, caller: Me, now: Now, school_id: PathSchool, device_id: PathId
    ) -> ScanningDevice:
        """A phone that this school had reported lost was found; it must be logged in on anew.

        For the principal.
        """
        return await devices.restore_device(
            tx, school_id=school_id, device_id=device_id, decided_by=caller.account_id, now=now
        )

    @get("/substitutes")
    async def list_substitutes(self, tx: Tx, now: Now, school_id: PathSchool) -> Page[Substitute]:
        """Who is a guard for a time, now or later. For the principal."""
        return Page(items=await substitutes.substitutes(tx, school_id=school_id, now=now))

    @post("/substitutes")
    async def add_substitute(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        resources: Res,
        school_id: PathSchool,
        data: JSONBody[NewSubstitute],
    ) -> Substitute:
        """Make somebody a guard for a time; it ends by itself. For the principal."""
        return await substitutes.add_substitute(
            tx,
            vault=resources.vault,
            school_id=school_id,
            staff_id=data.staff_id,
            name=data.name,
            phone=data.phone,
            valid_from=data.valid_from,
            valid_until=data.valid_until,
            decided_by=caller.account_id,
            now=now,
        )

    @delete("/substitutes/{staff_id:uuid}")
    async def end_substitute(
        self, tx: Tx, caller: Me, now: Now, school_id: PathSchool, staff_id: PathId
    ) -> None:
        """End a substitution at once. For the principal."""
        await substitutes.end_substitute(
            tx, school_id=school_id, staff_id=staff_id, decided_by=caller.account_id, now=now
        )


HANDLERS = [GateStaff]
