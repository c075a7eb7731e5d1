"""What pupils need not pay: asked for by the accountant, decided by a principal."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from litestar import get, post
from litestar.controller import Controller
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from app import db
from app.crypto import SchoolBox
from app.fees.setup import granting
from app.fees.setup.granting import Reader, WaiverWritten
from app.fees.setup.model import (
    MAX_AMOUNT,
    WaiverGround,
    WaiverKind,
    WaiverShown,
    WaiverState,
)
from app.identity.model import Caller
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from app.schools.common import contains_pattern, school_box, school_day
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.fee_doors import ACCOUNTANT, OFFICE, PRINCIPAL, QuerySchool, require_desk
from mobile_api.inputs import (
    NO_NUL,
    Cursor,
    Limit,
    PathId,
    QueryId,
    Reason,
    SchoolId,
    Search,
)
from mobile_api.resources import Resources

InState = Annotated[WaiverState | Literal["all"], QueryParameter(name="state")]
Value = Annotated[int, Meta(ge=1, le=MAX_AMOUNT)]


class WaiverAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`value`: percent (1 to 100) or đồng of each line. `item_id` null: all that is no offer.

    It counts for periods that begin from `from_day` to `to_day`.
    """

    school_id: SchoolId
    student_id: UUID
    item_id: UUID | None = None
    kind: WaiverKind
    value: Value
    ground: WaiverGround
    reason: Reason
    from_day: date
    to_day: date


class WaiverDecision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    decision: Literal["approve", "reject"]
    reason: Annotated[str, Meta(max_length=500, pattern=NO_NUL)] = ""


class FeeWaivers(Controller):
    path = "/v1/fees/waivers"
    tags = ("fees",)

    @get("", operation_id="list_fee_waivers", opt=OFFICE)
    async def list_waivers(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        school_id: QuerySchool,
        student_id: QueryId = None,
        in_state: InState = "all",
        q: Search = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[WaiverShown]:
        """The school's waivers, the newest first. For accountant and principal."""
        reader, box = await _desk(tx, caller, resources, school_id)
        before = decode_cursor(cursor, tuple[UUID])
        rows = await granting.waivers(
            tx,
            box=box,
            reader=reader,
            student_id=student_id,
            state=None if in_state == "all" else in_state,
            pattern=contains_pattern(q),
            before=before[0] if before else None,
            limit=limit + 1,
            today=school_day(now),
        )
        return page_of(rows, limit=limit, key=lambda row: [row.id])

    @post("", operation_id="ask_fee_waiver", opt=ACCOUNTANT)
    async def ask(
        self, tx: Tx, caller: Me, resources: Res, now: Now, data: JSONBody[WaiverAsked]
    ) -> WaiverShown:
        """Ask for a waiver; it lowers nothing until a principal approves. For the accountant."""
        require_desk(caller, data.school_id, "accountant")
        reader, box = await _desk(tx, caller, resources, data.school_id)
        written = WaiverWritten(
            student_id=data.student_id,
            item_id=data.item_id,
            kind=data.kind,
            value=data.value,
            ground=data.ground,
            reason=data.reason,
            from_day=data.from_day,
            to_day=data.to_day,
        )
        return await granting.ask(tx, box=box, reader=reader, written=written, now=now)

    @post(
        "/{waiver_id:uuid}/decision",
        operation_id="decide_fee_waiver",
        status_code=200,
        opt=PRINCIPAL,
    )
    async def decide(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        waiver_id: PathId,
        school_id: QuerySchool,
        data: JSONBody[WaiverDecision],
    ) -> WaiverShown:
        """Approve or reject a waiver that somebody else asked for. For the principal."""
        require_desk(caller, school_id, "principal")
        reader, box = await _desk(tx, caller, resources, school_id)
        return await granting.decide(
            tx,
            box=box,
            reader=reader,
            waiver_id=waiver_id,
            approves=data.decision == "approve",
            reason=data.reason,
            now=now,
        )

    @post("/{waiver_id:uuid}/end", operation_id="end_fee_waiver", status_code=200, opt=OFFICE)
    async def end(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        waiver_id: PathId,
        school_id: QuerySchool,
    ) -> WaiverShown:
        """Let it lower nothing more; what was billed stays. For accountant and principal."""
        reader, box = await _desk(tx, caller, resources, school_id)
        return await granting.end(tx, box=box, reader=reader, waiver_id=waiver_id, now=now)


async def _desk(
    conn: db.Conn, caller: Caller, resources: Resources, school_id: int
) -> tuple[Reader, SchoolBox]:
    require_desk(caller, school_id, "accountant", "principal")
    reader = Reader(
        school_id=school_id,
        account_id=caller.account_id,
        is_principal=school_id in caller.schools_as("principal"),
    )
    return reader, await school_box(conn, vault=resources.vault, school_id=school_id)


HANDLERS = [FeeWaivers]
