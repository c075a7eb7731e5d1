"""Rows of money. Every amount is whole đồng."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

Channel = Literal["transfer", "cash"]
Source = Literal["webhook", "poll", "statement", "counter"]
How = Literal["auto", "confirmed", "credit", "cash"]
Review = Literal[
    "no_reference",
    "unknown_reference",
    "over",
    "under",
    "not_open",
    "other_account",
    "duplicate",
    "late",
]
RefundKind = Literal["transfer", "strike", "deposit"]
"""Sent back through a bank; or taken out of the books, since it is in them twice or never came."""
RefundState = Literal["requested", "sent", "succeeded", "failed", "rejected"]


class Arrival(Struct, frozen=True, kw_only=True):
    """Money that a source saw on an account of the school.

    `account_id` is the fee account. `memo`, `payer` are sealed as `fund.memo`, `fund.payer`.
    `received_at` is the bank's time; `source_ref` names the sighting at its source.
    """

    account_id: UUID
    bank_ref: str
    amount: int
    channel: Channel
    received_at: datetime
    memo: bytes | None
    payer: bytes | None
    source: Source
    source_ref: str


class Received(Struct, frozen=True, kw_only=True):
    """The fund that an arrival is; `is_new`: nobody had seen it before."""

    fund_id: UUID
    is_new: bool


class Share(Struct, frozen=True, kw_only=True):
    """What of a fund goes to one invoice."""

    invoice_id: UUID
    amount: int


class FundHeld(Struct, frozen=True, kw_only=True):
    """A fund under this transaction's lock. `free` is neither allocated nor held for a refund."""

    id: UUID
    amount: int
    free: int
    review: Review | None
    credit_student_id: UUID | None


class InvoiceHeld(Struct, frozen=True, kw_only=True):
    """An invoice under this transaction's lock."""

    id: UUID
    student_id: UUID
    state: Literal["open", "void", "written_off"]
    is_voluntary: bool
    total: int
    paid: int

    @property
    def due(self) -> int:
        return self.total - self.paid


class Allocated(Struct, frozen=True, kw_only=True):
    """What was put to an invoice."""

    id: UUID
    fund_id: UUID
    invoice_id: UUID
    amount: int


class NewRefund(Struct, frozen=True, kw_only=True):
    """What somebody asks back. `to_number`, `to_holder` are sealed as `refund.to_...`.

    `from_account_id`: the fee account that it is paid from; None: the fund's own.
    """

    id: UUID
    fund_id: UUID
    amount: int
    reason: str
    to_bank_bin: str
    to_number: bytes
    to_holder: bytes
    requested_by: UUID
    from_account_id: UUID | None = None


class NewStrike(Struct, frozen=True, kw_only=True):
    """A fund that somebody takes for a second count of the transfer that `double_of` is.

    None: for no transfer at all.
    """

    id: UUID
    fund_id: UUID
    double_of: UUID | None
    reason: str
    requested_by: UUID


class NewDeposit(Struct, frozen=True, kw_only=True):
    """A transfer that somebody takes for cash of the school's own, out of `from_account_id`."""

    id: UUID
    fund_id: UUID
    from_account_id: UUID
    reason: str
    requested_by: UUID


class Difference(Struct, frozen=True, kw_only=True):
    """Where the books and the facts disagree: ids, accounts and amounts, nobody's name."""

    what: str
    subject: str
    found: str
    expected: str
