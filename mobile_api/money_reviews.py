"""Money that arrived: what waits for a person, what it may be for, and what the person decides."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar import get, post
from litestar.controller import Controller
from litestar.params import JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from app.fees.money.model import Review, Share
from app.fees.office import review_queries, reviews
from app.fees.office.review_model import FundLine, FundShown
from app.fees.office.review_queries import Wanted
from app.paging import DEFAULT_LIMIT, Page, decode_cursor, page_of
from app.schools.common import school_box
from mobile_api.deps import Me, Now, Res, Tx
from mobile_api.fee_doors import ACCOUNTANT, QuerySchool, require_desk
from mobile_api.inputs import Cursor, Limit, PathId, QueryId, Reason, SchoolId, Search
from mobile_api.openapi import FAILS

_DOOR = {**ACCOUNTANT, FAILS: (404,)}
InReview = Annotated[
    Review | Literal["any"] | None,
    QueryParameter(name="review", description="why it waits; `any`: all that waits for a person"),
]
OnDay = Annotated[date | None, QueryParameter(name="day", description="the bank's day")]
ShareAmount = Annotated[int, Meta(ge=1, le=10**13)]


class ShareAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of the money goes to one bill, in đồng."""

    invoice_id: UUID
    amount: ShareAmount


class AllocationAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`id` is the client's: the same again has no second effect.

    `credit_student_id`: whose next bill the rest goes to; null: nobody's; left out: as it is.
    """

    school_id: SchoolId
    id: UUID
    shares: Annotated[list[ShareAsked], Meta(max_length=50)]
    credit_student_id: UUID | UnsetType | None = UNSET


class ReversalAsked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    school_id: SchoolId
    reason: Reason


class MoneyReviews(Controller):
    path = "/v1/fees"
    tags = ("fees",)

    @get("/funds", operation_id="list_funds", opt=_DOOR)
    async def list_funds(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        school_id: QuerySchool,
        review: InReview = None,
        day: OnDay = None,
        account_id: QueryId = None,
        student_id: QueryId = None,
        q: Search = None,
        cursor: Cursor = None,
        limit: Limit = DEFAULT_LIMIT,
    ) -> Page[FundLine]:
        """Money that arrived, the latest first; with `review` what waits for a person.

        For accountants. `q`: the bank's or a bill's reference, an amount, or a pupil's name.
        """
        require_desk(caller, school_id, "accountant")
        box = await school_box(tx, vault=resources.vault, school_id=school_id)
        rows = await review_queries.funds(
            tx,
            box=box,
            school_id=school_id,
            wanted=Wanted(
                review=None if review == "any" else review,
                is_waiting=review is not None,
                account_id=account_id,
                from_day=day,
                to_day=day,
                student_id=student_id,
                q=q,
            ),
            before=decode_cursor(cursor, tuple[datetime, UUID]),
            limit=limit + 1,
        )
        return page_of(rows, limit=limit, key=lambda row: [row.received_at, row.id])

    @get("/funds/{fund_id:uuid}", operation_id="get_fund", opt=_DOOR)
    async def get_fund(
        self, tx: Tx, caller: Me, resources: Res, school_id: QuerySchool, fund_id: PathId
    ) -> FundShown:
        """One transfer or cash payment: what it was put to, and which bills it may be for.

        For accountants. Suggestions only: nothing is put to a bill before a person says so.
        """
        require_desk(caller, school_id, "accountant")
        box = await school_box(tx, vault=resources.vault, school_id=school_id)
        return await reviews.fund_shown(tx, box=box, school_id=school_id, fund_id=fund_id)

    @post("/funds/{fund_id:uuid}/allocations", operation_id="allocate_fund", opt=_DOOR)
    async def allocate_fund(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        fund_id: PathId,
        data: JSONBody[AllocationAsked],
    ) -> FundShown:
        """Put free money to bills, and what is left to a pupil's next bill.

        For accountants. All of it or nothing; receipts are written and families told.
        """
        require_desk(caller, data.school_id, "accountant")
        box = await school_box(tx, vault=resources.vault, school_id=data.school_id)
        await reviews.allocate(
            tx,
            school_id=data.school_id,
            fund_id=fund_id,
            decision_id=data.id,
            shares=[Share(invoice_id=s.invoice_id, amount=s.amount) for s in data.shares],
            credit_student_id=data.credit_student_id,
            made_by=caller.account_id,
            now=now,
        )
        return await reviews.fund_shown(tx, box=box, school_id=data.school_id, fund_id=fund_id)

    @post(
        "/allocations/{allocation_id:uuid}/reversal",
        operation_id="reverse_allocation",
        status_code=200,
        opt=_DOOR,
    )
    async def reverse_allocation(
        self,
        tx: Tx,
        caller: Me,
        resources: Res,
        now: Now,
        allocation_id: PathId,
        data: JSONBody[ReversalAsked],
    ) -> FundShown:
        """Take back what was put to a bill, with the reason; both stay in the books.

        For accountants. The receipt is replaced, the money is free again, the family is told.
        """
        require_desk(caller, data.school_id, "accountant")
        box = await school_box(tx, vault=resources.vault, school_id=data.school_id)
        fund_id = await reviews.reverse(
            tx,
            school_id=data.school_id,
            allocation_id=allocation_id,
            reason=data.reason,
            made_by=caller.account_id,
            now=now,
        )
        return await reviews.fund_shown(tx, box=box, school_id=data.school_id, fund_id=fund_id)


HANDLERS = [MoneyReviews]
