"""Billing periods and what they charge."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from litestar import get, patch, post, put
from litestar.controller import Controller
from litestar.params import JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from app import db
from app.fees.setup import charges, periods, queries
from app.fees.setup.model import (
    Amount,
    BillingPeriod,
    ChargeScope,
    PeriodCharge,
    PeriodState,
)
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from mobile_api.deps import Me, Now, Tx
from mobile_api.fee_doors import ACCOUNTANT, OFFICE, QuerySchool, require_desk
from mobile_api.inputs import NO_NUL, Cursor, Limit, PathId, SchoolId

PeriodName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=100,
        pattern=r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s][^\x00-\x1f\x7f-\x9f]*$",
    ),
]
InState = Annotated[PeriodState | Literal["all"], QueryParameter(name="state")]
Seq = Annotated[int, Meta(ge=1, le=12)]
Quantity = Annotated[int, Meta(ge=1, le=366)]
Ref = Annotated[str, Meta(max_length=36, pattern=NO_NUL)]


class PeriodMade(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`due_day`: the last day to pay. `accepts_partial`: less than a bill's rest is taken too."""

    school_id: SchoolId
    name: PeriodName
    from_day: date
    to_day: date
    due_day: date
    account_id: UUID
    accepts_partial: bool = False


class PeriodChanged(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: PeriodName | UnsetType = UNSET
    from_day: date | UnsetType = UNSET
    to_day: date | UnsetType = UNSET
    due_day: date | UnsetType = UNSET
    account_id: UUID | UnsetType = UNSET
    accepts_partial: bool | UnsetType = UNSET


class ChargeMade(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`amount` null: the item's. `quantity` null: of a daily item the school's days of the period.

    `seq`: which instalment; `due_day` null: the period's. `ref`: a grade's number, a class's or a
    pupil's id; empty of the whole school.
    """

    item_id: UUID
    seq: Seq = 1
    due_day: date | None = None
    amount: Amount | None = None
    quantity: Quantity | None = None
    scope: ChargeScope = "school"
    ref: Ref = ""


class ChargesSet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`seen`: the ids of the charges that these take the place of.

    Where others are there by now nothing is changed. Null: whichever there are.
    """

    charges: Annotated[list[ChargeMade], Meta(max_length=500)]
    seen: Annotated[list[UUID], Meta(max_length=500)] | None = None


class PeriodShown(Struct, frozen=True, kw_only=True):
    """A period with what it charges."""

    period: BillingPeriod
    charges: list[PeriodCharge]


class FeePeriods(Controller):
    path = "/v1/fees/periods"
    tags = ("fees",)

    @get("", operation_id="list_fee_periods", opt=OFFICE)
    async def list_periods(
        self,
        tx: Tx,
        caller: Me,
        school_id: QuerySchool,
        in_state: InState = "all",
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[BillingPeriod]:
        """The school's billing periods, the latest first. For accountant and principal."""
        require_desk(caller, school_id, "accountant", "principal")
        rows = await periods.periods(
            tx,
            school_id=school_id,
            state=None if in_state == "all" else in_state,
            before=decode_cursor(cursor, tuple[date, UUID]),
            limit=limit + 1,
        )
        return page_of(rows, limit=limit, key=lambda row: (row.from_day, row.id))

    @post("", operation_id="make_fee_period", opt=ACCOUNTANT)
    async def make_period(
        self, tx: Tx, caller: Me, now: Now, data: JSONBody[PeriodMade]
    ) -> PeriodShown:
        """Begin a billing period; families see nothing until it is issued. For the accountant."""
        school_id = require_desk(caller, data.school_id, "accountant")
        made = await periods.make(
            tx,
            school_id=school_id,
            name=data.name,
            from_day=data.from_day,
            to_day=data.to_day,
            due_day=data.due_day,
            account_id=data.account_id,
            accepts_partial=data.accepts_partial,
            made_by=caller.account_id,
            now=now,
        )
        return PeriodShown(period=made, charges=[])

    @get("/{period_id:uuid}", operation_id="get_fee_period", opt=OFFICE)
    async def get_period(
        self, tx: Tx, caller: Me, period_id: PathId, school_id: QuerySchool
    ) -> PeriodShown:
        """A period with what it charges. For accountant and principal."""
        require_desk(caller, school_id, "accountant", "principal")
        return await _shown(tx, await periods.period(tx, school_id=school_id, period_id=period_id))

    @patch("/{period_id:uuid}", operation_id="change_fee_period", opt=ACCOUNTANT)
    async def change_period(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        period_id: PathId,
        school_id: QuerySchool,
        data: JSONBody[PeriodChanged],
    ) -> PeriodShown:
        """Change a period that is not closed; bills that were issued stay. For the accountant."""
        require_desk(caller, school_id, "accountant")
        changed = await periods.change(
            tx,
            school_id=school_id,
            period_id=period_id,
            name=None if data.name is UNSET else data.name,
            from_day=None if data.from_day is UNSET else data.from_day,
            to_day=None if data.to_day is UNSET else data.to_day,
            due_day=None if data.due_day is UNSET else data.due_day,
            account_id=None if data.account_id is UNSET else data.account_id,
            accepts_partial=None if data.accepts_partial is UNSET else data.accepts_partial,
            changed_by=caller.account_id,
            now=now,
        )
        return await _shown(tx, changed)

    @put("/{period_id:uuid}/charges", operation_id="set_fee_charges", opt=ACCOUNTANT)
    async def set_charges(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        period_id: PathId,
        school_id: QuerySchool,
        data: JSONBody[ChargesSet],
    ) -> PeriodShown:
        """Exactly this is charged from now on; bills that were issued stay. For the accountant."""
        require_desk(caller, school_id, "accountant")
        await charges.set_charges(
            tx,
            school_id=school_id,
            period_id=period_id,
            written=[
                charges.ChargeWritten(
                    item_id=each.item_id,
                    seq=each.seq,
                    due_day=each.due_day,
                    amount=each.amount,
                    quantity=each.quantity,
                    scope=each.scope,
                    ref=each.ref,
                )
                for each in data.charges
            ],
            set_by=caller.account_id,
            now=now,
            seen=data.seen,
        )
        return await _shown(tx, await periods.period(tx, school_id=school_id, period_id=period_id))

    @post(
        "/{period_id:uuid}/close", operation_id="close_fee_period", status_code=200, opt=ACCOUNTANT
    )
    async def close_period(
        self, tx: Tx, caller: Me, now: Now, period_id: PathId, school_id: QuerySchool
    ) -> PeriodShown:
        """Issue nothing more of it; what is open stays due. For the accountant."""
        require_desk(caller, school_id, "accountant")
        closed = await periods.close(
            tx, school_id=school_id, period_id=period_id, closed_by=caller.account_id, now=now
        )
        return await _shown(tx, closed)


async def _shown(conn: db.Conn, period: BillingPeriod) -> PeriodShown:
    charged = await queries.charges_of(conn, school_id=period.school_id, period_id=period.id)
    return PeriodShown(period=period, charges=charged)


HANDLERS = [FeePeriods]
