"""What a school may bill, and what it may not."""

from typing import Annotated, Final, Literal
from uuid import UUID

from litestar import get, patch, post
from litestar.controller import Controller
from litestar.params import JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from app import db
from app.fees.setup import bans, forbidden, items
from app.fees.setup.model import (
    Amount,
    Category,
    Collector,
    FeeItem,
    Forbidden,
    ReceiptKind,
    Unit,
)
from app.fees.setup.rules import STATE_RULES
from app.identity.model import Caller
from app.names import text_key
from app.paging import DEFAULT_LIMIT, CursorText, Page, decode_cursor, page_of
from app.schools.common import changes_of, contains_pattern
from app.schools.org import service as org
from app.schools.org.queries import units_under
from mobile_api.access import only
from mobile_api.deps import Me, Now, Tx
from mobile_api.fee_doors import ACCOUNTANT, OFFICE, Line, QuerySchool, require_desk
from mobile_api.inputs import (
    MAX_SCHOOL_ID,
    Cursor,
    Limit,
    LocalTime,
    OrgUnitId,
    PathId,
    SchoolId,
    Search,
    local_time,
)
from mobile_api.openapi import FAILS

_DEPARTMENT: Final = {"who": only("department_admin"), FAILS: (404,)}
_MOST_UNITS: Final = 10_000
_RULES: Final = {"who": only("accountant", "principal", "department_admin"), FAILS: (404,)}
Basis = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=300,
        pattern=r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s][^\x00-\x1f\x7f-\x9f]*$",
    ),
]
Word = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]
DaysBefore = Annotated[int, Meta(ge=0, le=7)]
OfState = Annotated[Literal["live", "ended"], QueryParameter(name="state")]
MaybeSchool = Annotated[
    int | None,
    QueryParameter(
        name="school_id", ge=1, le=MAX_SCHOOL_ID, description="None: of the caller's department"
    ),
]


class ItemMade(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`amount` and `cap` are of one unit, in đồng. The kitchen's hours are of meals by the day."""

    school_id: SchoolId
    name: Line
    category: Category
    collector: Collector = "school"
    legal_basis: Basis
    unit: Unit
    amount: Amount
    cap: Amount | None = None
    is_voluntary: bool = False
    receipt_kind: ReceiptKind = "receipt"
    kitchen_cut_off: LocalTime | None = None
    kitchen_days_before: DaysBefore | None = None


class ItemChanged(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Line | UnsetType = UNSET
    legal_basis: Basis | UnsetType = UNSET
    amount: Amount | UnsetType = UNSET
    cap: Amount | UnsetType | None = UNSET
    receipt_kind: ReceiptKind | UnsetType = UNSET
    kitchen_cut_off: LocalTime | UnsetType | None = UNSET
    kitchen_days_before: DaysBefore | UnsetType | None = UNSET


class BanWritten(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A name may say none of `words`, however it is spelled; none given: its own `name`."""

    org_unit_id: OrgUnitId
    collector: Collector | None = None
    name: Line
    words: Annotated[list[Word], Meta(max_length=20)] = []
    legal_basis: Basis


class Bans(Struct, frozen=True, kw_only=True):
    items: list[Forbidden]
    next_cursor: str | None = None


class FeeItems(Controller):
    path = "/v1/fees/items"
    tags = ("fees",)

    @get("", operation_id="list_fee_items", opt=OFFICE)
    async def list_items(
        self,
        tx: Tx,
        caller: Me,
        school_id: QuerySchool,
        of_state: OfState = "live",
        q: Search = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[FeeItem]:
        """The school's fee items by name. For accountant and principal."""
        require_desk(caller, school_id, "accountant", "principal")
        rows = await items.items(
            tx,
            school_id=school_id,
            pattern=contains_pattern(q),
            is_ended=of_state == "ended",
            after=decode_cursor(cursor, tuple[CursorText, UUID]),
            limit=limit + 1,
        )
        return page_of(rows, limit=limit, key=lambda row: (text_key(row.name), row.id))

    @post("", operation_id="make_fee_item", opt=ACCOUNTANT)
    async def make_item(self, tx: Tx, caller: Me, now: Now, data: JSONBody[ItemMade]) -> FeeItem:
        """Make an item; what the law or the department forbids is refused with its reason.

        For the accountant.
        """
        school_id = require_desk(caller, data.school_id, "accountant")
        cut_off = data.kitchen_cut_off
        written = items.ItemWritten(
            name=data.name,
            category=data.category,
            collector=data.collector,
            legal_basis=data.legal_basis,
            unit=data.unit,
            amount=data.amount,
            cap=data.cap,
            is_voluntary=data.is_voluntary,
            receipt_kind=data.receipt_kind,
            kitchen_cut_off=None if cut_off is None else local_time(cut_off),
            kitchen_days_before=data.kitchen_days_before,
        )
        return await items.make(
            tx, school_id=school_id, written=written, made_by=caller.account_id, now=now
        )

    @patch("/{item_id:uuid}", operation_id="change_fee_item", opt=ACCOUNTANT)
    async def change_item(
        self,
        tx: Tx,
        caller: Me,
        now: Now,
        item_id: PathId,
        school_id: QuerySchool,
        data: JSONBody[ItemChanged],
    ) -> FeeItem:
        """Change its name, basis, amount or cap; issued bills stay. For the accountant."""
        require_desk(caller, school_id, "accountant")
        changes = changes_of(data)
        if changes.get("kitchen_cut_off") is not None:
            changes["kitchen_cut_off"] = local_time(changes["kitchen_cut_off"])
        return await items.change(
            tx,
            school_id=school_id,
            item_id=item_id,
            changes=changes,
            changed_by=caller.account_id,
            now=now,
        )

    @post("/{item_id:uuid}/end", operation_id="end_fee_item", status_code=200, opt=ACCOUNTANT)
    async def end_item(
        self, tx: Tx, caller: Me, now: Now, item_id: PathId, school_id: QuerySchool
    ) -> FeeItem:
        """Bill it no more. For the accountant."""
        require_desk(caller, school_id, "accountant")
        return await items.end(
            tx, school_id=school_id, item_id=item_id, ended_by=caller.account_id, now=now
        )


class ForbiddenCollections(Controller):
    path = "/v1/fees/forbidden"
    tags = ("fees",)

    @get("", operation_id="list_forbidden_collections", opt=_RULES)
    async def list_forbidden(self, tx: Tx, caller: Me, school_id: MaybeSchool = None) -> Bans:
        """What may not be collected: the state's rules, without id, then the department's.

        For accountant and principal of the school that is named, and for department admins their
        own units'.
        """
        if school_id is not None:
            require_desk(caller, school_id, "accountant", "principal")
            return Bans(items=await forbidden.rules_for(tx, school_id=school_id))
        own = await forbidden.department_rules(tx, unit_ids=await _units(tx, caller))
        return Bans(items=[*STATE_RULES, *own])

    @post("", operation_id="forbid_collection", opt=_DEPARTMENT)
    async def forbid(self, tx: Tx, caller: Me, now: Now, data: JSONBody[BanWritten]) -> Forbidden:
        """Forbid a collection in the schools of an own unit. For department admins."""
        unit = await org.unit(tx, caller=caller, unit_id=data.org_unit_id)
        return await bans.forbid(
            tx,
            unit_id=unit.id,
            collector=data.collector,
            name=data.name,
            words=data.words or [data.name],
            legal_basis=data.legal_basis,
            made_by=caller.account_id,
            now=now,
        )

    @post("/{ban_id:uuid}/end", operation_id="end_forbidden", status_code=200, opt=_DEPARTMENT)
    async def end_ban(self, tx: Tx, caller: Me, now: Now, ban_id: PathId) -> Forbidden:
        """End what the department forbade; the state's rules stay. For department admins."""
        return await bans.allow_again(tx, ban_id=ban_id, unit_ids=await _units(tx, caller), now=now)


async def _units(conn: db.Conn, caller: Caller) -> list[int]:
    """The caller's units and all below them."""
    found = await units_under(conn, root_ids=org.own_units(caller), after_id=0, limit=_MOST_UNITS)
    return [unit.id for unit in found]


HANDLERS = [FeeItems, ForbiddenCollections]
