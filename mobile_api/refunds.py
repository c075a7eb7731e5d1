"""Money that goes back: asked for, decided by another person, settled with the bank's reference."""

from typing import Annotated, Literal
from uuid import UUID

from litestar import get, post
from litestar.controller import Controller
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from app.errors import Unprocessable
from app.fees.money.model import RefundState
from app.fees.office import refund_queries, refunds
from app.fees.office.refund_model import DepositAsked, RefundAsked, RefundLine, StrikeAsked
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from app.schools.common import school_box
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.fee_doors import ACCOUNTANT, OFFICE, Line, QuerySchool, require_desk
from mobile_api.inputs import Cursor, Limit, PathId, QueryId, Reason, SchoolId
from mobile_api.openapi import FAILS

_ACCOUNTANT = {**ACCOUNTANT, FAILS: (404,)}
_OFFICE = {**OFFICE, FAILS: (404,)}
InState = Annotated[RefundState | None, QueryParameter(name="state")]
Bin = Annotated[str, Meta(min_length=6, max_length=6, pattern=r"^[0-9]{6}$")]
BankNumber = Annotated[str, Meta(min_length=6, max_length=30, pattern=r"^[0-9 .-]+$")]
BankRef = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]


class ReferenceNeeded(Unprocessable):
    """Cần mã giao dịch của ngân hàng | The bank's reference is needed"""


class RefundWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`id` is the client's: the same again has no second effect. `amount` in đồng.

    `from_account_id`: the school's account that pays. None: the one that the money came to, of cash
    the default one.
    """

    school_id: SchoolId
    id: UUID
    fund_id: UUID
    amount: Annotated[int, Meta(ge=1, le=10**13)]
    reason: Reason
    to_bank_bin: Bin
    to_number: BankNumber
    to_holder: Line
    from_account_id: UUID | None = None


class StrikeWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`fund_id` counts the transfer that `double_of` is once more; null: it never came at all.

    `id` is the client's.
    """

    school_id: SchoolId
    id: UUID
    fund_id: UUID
    double_of: UUID | None
    reason: Reason


class DepositWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`fund_id` came by a transfer; `from_account_id` is the cash box that it was taken from.

    `id` is the client's.
    """

    school_id: SchoolId
    id: UUID
    fund_id: UUID
    from_account_id: UUID
    reason: Reason


class RefundDecision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    school_id: SchoolId
    decision: Literal["approve", "reject"]
    reason: Reason | None = None


class RefundSettled(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`bank_ref`: of the transfer back, where it has succeeded; no other kind has one."""

    school_id: SchoolId
    succeeded: bool
    bank_ref: BankRef | None = None


class Refunds(Controller):
    path = "/v1/fees/refunds"
    tags = ("fees",)

    @get("", operation_id="list_refunds", opt=_OFFICE)
    async def list_refunds(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        school_id: QuerySchool,
        in_state: InState = None,
        fund_id: QueryId = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[RefundLine]:
        """Refunds, the latest first. For accountants, and the principal, who may decide."""
        require_desk(caller, school_id, "accountant", "principal")
        box = await school_box(tx, vault=resources.vault, school_id=school_id)
        before = decode_cursor(cursor, tuple[UUID])
        rows = await refund_queries.listed(
            tx,
            box=box,
            school_id=school_id,
            state=in_state,
            fund_id=fund_id,
            before=before[0] if before else None,
            limit=limit + 1,
        )
        return page_of(rows, limit=limit, key=lambda row: [row.id])

    @get("/{refund_id:uuid}", operation_id="get_refund", opt=_OFFICE)
    async def get_refund(
        self, tx: Tx, caller: Me, resources: Res, school_id: QuerySchool, refund_id: PathId
    ) -> RefundLine:
        """One refund, with the whole number to transfer to.

        For accountants, and the principal, who may decide.
        """
        require_desk(caller, school_id, "accountant", "principal")
        box = await school_box(tx, vault=resources.vault, school_id=school_id)
        return await refund_queries.one(tx, box=box, school_id=school_id, refund_id=refund_id)

    @post("", operation_id="ask_refund", opt=_ACCOUNTANT)
    async def ask(
        self, tx: Tx, caller: Me, resources: Res, now: Now, data: JSONBody[RefundWanted]
    ) -> RefundLine:
        """Ask for free money back, cash too; it is held at once. For accountants.

        Another person decides: the principal, or another accountant. Cash goes back through a bank
        account, and the cashier's count of its day stays.
        """
        require_desk(caller, data.school_id, "accountant")
        box = await school_box(tx, vault=resources.vault, school_id=data.school_id)
        asked = RefundAsked(
            id=data.id,
            fund_id=data.fund_id,
            amount=data.amount,
            reason=data.reason,
            to_bank_bin=data.to_bank_bin,
            to_number=data.to_number,
            to_holder=data.to_holder,
            from_account_id=data.from_account_id,
        )
        return await refunds.request(
            tx,
            box=box,
            school_id=data.school_id,
            asked=asked,
            requested_by=caller.account_id,
            now=now,
        )

    @post("/strikes", operation_id="ask_strike", opt=_ACCOUNTANT)
    async def strike(
        self, tx: Tx, caller: Me, resources: Res, now: Now, data: JSONBody[StrikeWanted]
    ) -> RefundLine:
        """Say that a fund is in the books twice, or never came; it is held. For accountants.

        Nothing of it may be on a bill, and what never came is on no statement of its days. Another
        person decides, as of a refund; then the books lose it. The fund stays to be seen.
        """
        require_desk(caller, data.school_id, "accountant")
        box = await school_box(tx, vault=resources.vault, school_id=data.school_id)
        asked = StrikeAsked(
            id=data.id, fund_id=data.fund_id, double_of=data.double_of, reason=data.reason
        )
        return await refunds.request_strike(
            tx,
            box=box,
            school_id=data.school_id,
            asked=asked,
            requested_by=caller.account_id,
            now=now,
        )

    @post("/deposits", operation_id="ask_deposit", opt=_ACCOUNTANT)
    async def deposit(
        self, tx: Tx, caller: Me, resources: Res, now: Now, data: JSONBody[DepositWanted]
    ) -> RefundLine:
        """Say that a transfer is the school's own cash, paid in; it is held. For accountants.

        All of it is free, and the cash box holds as much. Another person decides, as of a refund;
        then the cash box has less and the transfer is nobody's payment. No bank moves anything.
        """
        require_desk(caller, data.school_id, "accountant")
        box = await school_box(tx, vault=resources.vault, school_id=data.school_id)
        asked = DepositAsked(
            id=data.id,
            fund_id=data.fund_id,
            from_account_id=data.from_account_id,
            reason=data.reason,
        )
        return await refunds.request_deposit(
            tx,
            box=box,
            school_id=data.school_id,
            asked=asked,
            requested_by=caller.account_id,
            now=now,
        )

    @post("/{refund_id:uuid}/decision", operation_id="decide_refund", status_code=200, opt=_OFFICE)
    async def decide(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        refund_id: PathId,
        data: JSONBody[RefundDecision],
    ) -> RefundLine:
        """Let the transfer back be made, money be struck or a deposit, or not: it is free again.

        For the principal and accountants, but never for who asked.
        """
        require_desk(caller, data.school_id, "accountant", "principal")
        box = await school_box(tx, vault=resources.vault, school_id=data.school_id)
        await refunds.decide(
            tx,
            school_id=data.school_id,
            refund_id=refund_id,
            decision=data.decision,
            reason=data.reason,
            decided_by=caller.account_id,
            now=now,
        )
        return await refund_queries.one(tx, box=box, school_id=data.school_id, refund_id=refund_id)

    @post(
        "/{refund_id:uuid}/settlement",
        operation_id="settle_refund",
        status_code=200,
        opt=_ACCOUNTANT,
    )
    async def settle(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        refund_id: PathId,
        data: JSONBody[RefundSettled],
    ) -> RefundLine:
        """Say what the bank did with the transfer back: its reference, or that it failed.

        For accountants. A failed one frees the money; another transfer is another refund. Of
        what was struck or a deposit `succeeded` false says that it was a family's after all.
        """
        require_desk(caller, data.school_id, "accountant")
        bank_ref = (data.bank_ref or "").strip() or None
        if data.succeeded and bank_ref is None:
            raise ReferenceNeeded(
                (
                    "Hãy ghi mã giao dịch chuyển trả lấy từ ngân hàng.",
                    "Write down the bank's reference of the transfer back.",
                )
            )
        box = await school_box(tx, vault=resources.vault, school_id=data.school_id)
        await refunds.settle(
            tx,
            school_id=data.school_id,
            refund_id=refund_id,
            bank_ref=bank_ref if data.succeeded else None,
            settled_by=caller.account_id,
            now=now,
        )
        return await refund_queries.one(tx, box=box, school_id=data.school_id, refund_id=refund_id)


HANDLERS = [Refunds]
