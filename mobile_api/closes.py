"""The end of a day: expected against counted, by cashier and channel."""

from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.controller import Controller
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from app.fees.office import closes
from app.fees.office.closes import CloseLine, CloseSums
from app.identity.model import Caller
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from mobile_api.access import NotYourRole
from mobile_api.deps import Me, Now, Tx
from mobile_api.fee_doors import OFFICE, QuerySchool, require_desk
from mobile_api.inputs import Cursor, Limit, MaybeFromDay, MaybeToDay, QueryId, SchoolId
from mobile_api.openapi import FAILS

_OFFICE = {**OFFICE, FAILS: (404,)}
OfAccount = Annotated[UUID, QueryParameter(name="account_id")]
OnDay = Annotated[date, QueryParameter(name="day")]


class DayCounted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`counted` in đồng. `cashier`: whose takings, for the principal; left out: one's own.

    A difference wants its reason in `note`.
    """

    school_id: SchoolId
    account_id: UUID
    day: date
    counted: Annotated[int, Meta(ge=0, le=10**13)]
    note: Annotated[str, Meta(max_length=500, pattern=r"^[^\x00]*$")] = ""
    cashier: UUID | None = None


class Closes(Controller):
    path = "/v1/fees/closes"
    tags = ("fees",)

    @get("", operation_id="list_closes", opt=_OFFICE)
    async def list_closes(
        self,
        tx: Tx,
        caller: Me,
        school_id: QuerySchool,
        account_id: QueryId = None,
        from_day: MaybeFromDay = None,
        to_day: MaybeToDay = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[CloseLine]:
        """Closed days, the latest first. For accountants, and the principal."""
        require_desk(caller, school_id, "accountant", "principal")
        rows = await closes.listed(
            tx,
            school_id=school_id,
            account_id=account_id,
            from_day=from_day,
            to_day=to_day,
            before=decode_cursor(cursor, tuple[date, UUID, UUID]),
            limit=limit + 1,
        )
        return page_of(rows, limit=limit, key=lambda row: [row.day, row.account_id, row.cashier])

    @get("/expected", operation_id="get_expected_close", opt=_OFFICE)
    async def expected(
        self,
        tx: Tx,
        caller: Me,
        school_id: QuerySchool,
        account_id: OfAccount,
        day: OnDay,
        cashier: QueryId = None,
    ) -> CloseSums:
        """What a channel should hold of a day, before it is closed.

        For accountants, of cash their own takings; for the principal, anybody's.
        """
        require_desk(caller, school_id, "accountant", "principal")
        return await closes.sums(
            tx,
            school_id=school_id,
            account_id=account_id,
            day=day,
            cashier=_cashier(caller, school_id, cashier),
        )

    @post("", operation_id="close_day", opt=_OFFICE)
    async def close_day(
        self, tx: Tx, caller: Me, now: Now, data: JSONBody[DayCounted]
    ) -> CloseLine:
        """Close a day: what was counted against what is expected, for good.

        For accountants, of cash their own takings; for the principal, anybody's.
        """
        require_desk(caller, data.school_id, "accountant", "principal")
        return await closes.close(
            tx,
            school_id=data.school_id,
            account_id=data.account_id,
            day=data.day,
            cashier=_cashier(caller, data.school_id, data.cashier),
            counted=data.counted,
            note=data.note,
            closed_by=caller.account_id,
            now=now,
        )


def _cashier(caller: Caller, school_id: int, asked: UUID | None) -> UUID:
    if asked is None or asked == caller.account_id:
        return caller.account_id
    if "principal" not in caller.roles_in(school_id):
        raise NotYourRole
    return asked


HANDLERS = [Closes]
