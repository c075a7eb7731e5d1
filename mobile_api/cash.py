"""Cash over the counter, which takes two people to become money."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.controller import Controller
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from app.fees.money.model import Share
from app.fees.office import cash
from app.fees.office.cash_model import CashLine, State
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from app.schools.common import school_box
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.fee_doors import ACCOUNTANT, OFFICE, QuerySchool, require_desk
from mobile_api.inputs import Cursor, Limit, PathId, Reason, SchoolId
from mobile_api.money_reviews import ShareAsked
from mobile_api.openapi import FAILS

_ACCOUNTANT = {**ACCOUNTANT, FAILS: (404,)}
_OFFICE = {**OFFICE, FAILS: (404,)}
InState = Annotated[State | None, QueryParameter(name="state")]
OnDay = Annotated[date | None, QueryParameter(name="day")]
Payer = Annotated[str, Meta(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


class CashTaken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`id` is the client's: the same again has no second effect. The sum of `shares` was taken."""

    school_id: SchoolId
    id: UUID
    payer: Payer = ""
    shares: Annotated[list[ShareAsked], Meta(min_length=1, max_length=50)]


class CashConfirmed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    school_id: SchoolId


class CashCancelled(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    school_id: SchoolId
    reason: Reason


class Cash(Controller):
    path = "/v1/fees/cash"
    tags = ("fees",)

    @get("", operation_id="list_cash", opt=_OFFICE)
    async def list_cash(
        self,
        tx: Tx,
        caller: Me,
        school_id: QuerySchool,
        in_state: InState = None,
        day: OnDay = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[CashLine]:
        """Cash that was taken, the latest first. For accountants, and the principal."""
        require_desk(caller, school_id, "accountant", "principal")
        rows = await cash.listed(
            tx,
            school_id=school_id,
            state=in_state,
            day=day,
            before=decode_cursor(cursor, tuple[datetime, UUID]),
            limit=limit + 1,
        )
        return page_of(rows, limit=limit, key=lambda row: [row.taken_at, row.id])

    @post("", operation_id="take_cash", opt=_ACCOUNTANT)
    async def take(self, tx: Tx, caller: Me, now: Now, data: JSONBody[CashTaken]) -> CashLine:
        """Write down cash for bills. For accountants; not after one's close of the day.

        It counts when another person has confirmed it.
        """
        require_desk(caller, data.school_id, "accountant")
        await cash.take(
            tx,
            school_id=data.school_id,
            intake_id=data.id,
            payer=data.payer.strip(),
            shares=[Share(invoice_id=s.invoice_id, amount=s.amount) for s in data.shares],
            taken_by=caller.account_id,
            now=now,
        )
        return await cash.one(tx, school_id=data.school_id, intake_id=data.id)

    @post(
        "/{intake_id:uuid}/confirmation",
        operation_id="confirm_cash",
        status_code=200,
        opt=_OFFICE,
    )
    async def confirm(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        intake_id: PathId,
        data: JSONBody[CashConfirmed],
    ) -> CashLine:
        """Confirm cash that another took: it pays its bills, receipts are written.

        For the principal and accountants, but never for who took it.
        """
        require_desk(caller, data.school_id, "accountant", "principal")
        box = await school_box(tx, vault=resources.vault, school_id=data.school_id)
        await cash.confirm(
            tx,
            box=box,
            school_id=data.school_id,
            intake_id=intake_id,
            confirmed_by=caller.account_id,
            now=now,
        )
        return await cash.one(tx, school_id=data.school_id, intake_id=intake_id)

    @post(
        "/{intake_id:uuid}/cancellation",
        operation_id="cancel_cash",
        status_code=200,
        opt=_OFFICE,
    )
    async def cancel(
        self, tx: Tx, caller: Me, now: Now, intake_id: PathId, data: JSONBody[CashCancelled]
    ) -> CashLine:
        """Cancel what is not confirmed yet, with the reason. For who took it, and the principal."""
        require_desk(caller, data.school_id, "accountant", "principal")
        await cash.cancel(
            tx,
            school_id=data.school_id,
            intake_id=intake_id,
            reason=data.reason,
            cancelled_by=caller.account_id,
            is_principal="principal" in caller.roles_in(data.school_id),
            now=now,
        )
        return await cash.one(tx, school_id=data.school_id, intake_id=intake_id)


HANDLERS = [Cash]
