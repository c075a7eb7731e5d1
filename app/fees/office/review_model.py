"""Money and what waits for a person, as it is shown. Every amount is whole đồng."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app.errors import Conflict, Unprocessable
from app.fees.money.model import Channel, How, RefundKind, RefundState, Review, Source
from app.fees.office.fund_briefs import FundBrief

Reason = Literal["reference", "near_reference", "name", "class", "amount"]
"""Why a bill is suggested: its reference stands in the memo after all, or nearly; the pupil's name
or class does; or the amount is what is left to pay."""


class NothingToDo(Unprocessable):
    """Chưa chọn phiếu thu hay học sinh nào | Neither a bill nor a pupil was chosen"""


class NoSuchPupil(Unprocessable):
    """Không có học sinh này trong trường | There is no such pupil in the school"""


class DecisionIdTaken(Conflict):
    """Mã quyết định này đã dùng cho việc khác | The decision's id belongs to something else"""


class FundLine(Struct, frozen=True, kw_only=True):
    """Money that arrived. `free` is neither put to a bill nor held for a refund.

    `review`: why it waits for a person, None: it does not. `credit_student_id`: whose next bill
    the free part goes to; `credit_has_left`: no such bill comes, so a person says where it goes.
    `bank_ref` None: the bank gave none. `is_struck`: it is out of the books, as it counted the
    transfer that `double_of` is, or (None) never came. `is_deposit`: it is the school's own cash,
    and was counted as such.
    """

    id: UUID
    school_id: int
    account_id: UUID
    account_name: str
    bank_ref: str | None
    channel: Channel
    amount: int
    allocated: int
    refund_held: int
    free: int
    received_at: datetime
    day: date
    memo: str
    payer: str | None
    review: Review | None
    credit_student_id: UUID | None
    credit_student_name: str | None
    credit_has_left: bool
    is_struck: bool
    is_deposit: bool
    double_of: UUID | None
    found_at: datetime


class AllocationLine(Struct, frozen=True, kw_only=True):
    """What of a fund went to a bill; below zero it takes `reverses` back."""

    id: UUID
    invoice_id: UUID
    pay_ref: str
    period_name: str
    student_id: UUID
    student_name: str
    class_name: str | None
    amount: int
    how: How | Literal["reversal"]
    reverses: UUID | None
    is_reversed: bool
    reason: str | None
    made_by: UUID | None
    made_by_name: str | None
    made_at: datetime


class Sighting(Struct, frozen=True, kw_only=True):
    """Who told of it."""

    source: Source
    seen_at: datetime


class FundRefund(Struct, frozen=True, kw_only=True):
    id: UUID
    kind: RefundKind
    amount: int
    state: RefundState
    requested_at: datetime


class Suggestion(Struct, frozen=True, kw_only=True):
    """A bill that it may be for; nothing is put to it before a person says so."""

    invoice_id: UUID
    pay_ref: str
    period_name: str
    student_id: UUID
    student_name: str
    class_name: str | None
    due_day: date
    rest: int
    why: list[Reason]


class FundShown(Struct, frozen=True, kw_only=True):
    """One fund with what became of it, what it may be for, and what may be the same transfer."""

    fund: FundLine
    allocations: list[AllocationLine]
    refunds: list[FundRefund]
    sightings: list[Sighting]
    suggestions: list[Suggestion]
    alike: list[FundBrief]
