"""Receipts and credit slips, as rows, on paper, and as a stranger may verify them."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from app.errors import Conflict, NotFound

Kind = Literal["receipt", "credit_slip"]
State = Literal["live", "void"]
Channel = Literal["transfer", "cash"]


class NoSuchReceipt(NotFound):
    """Không tìm thấy biên lai này | There is no such receipt"""


class ReceiptNotPrinted(Conflict):
    """Biên lai đang được in, hãy thử lại sau vài giây | It is being printed, try in seconds"""


class PaidItem(Struct, frozen=True, kw_only=True):
    """A line of the bill, what was waived taken off; `receipt_kind`: which paper it asks for."""

    name: str
    amount: int
    receipt_kind: Literal["none", "receipt", "e_invoice"]


class PaidBill(Struct, frozen=True, kw_only=True):
    """What a receipt says of one bill: `amount` was paid of its `total`."""

    invoice_id: UUID
    pay_ref: str
    period: str
    seq: int
    is_voluntary: bool
    amount: int
    total: int
    items: list[PaidItem] | None


class Receipt(Struct, frozen=True, kw_only=True):
    """A receipt, or a slip for money that waits. `replaced_by`: the number in its place.

    `student_*` None: money that is nobody's yet. `is_printed`: its PDF is there.
    """

    id: UUID
    school_id: int
    series: str
    number: int
    kind: Kind
    student_id: UUID | None
    student_name: str | None
    amount: int
    channel: Channel
    lines: list[PaidBill]
    state: State
    issued_at: datetime
    day: date
    voided_at: datetime | None
    void_reason: str | None
    replaced_by: int | None
    is_printed: bool


class Paper(Struct, frozen=True, kw_only=True):
    """All that stands on a printed receipt."""

    id: UUID
    school_id: int
    school_name: str
    series: str
    number: int
    kind: Kind
    student_name: str | None
    class_name: str | None
    amount: int
    channel: Channel
    received_on: date
    lines: list[PaidBill]
    state: State
    day: date
    voided_on: date | None
    void_reason: str | None
    replaces_number: int | None
    replaced_by: int | None
    check_code: str


class Stored(Struct, frozen=True, kw_only=True):
    """Where a receipt's PDF lies."""

    series: str
    number: int
    student_id: UUID | None
    pdf_key: str | None


class Verified(Struct, frozen=True, kw_only=True):
    """What whoever holds a receipt may check: no name of anybody.

    `replaced`: it is void, and another of the series, `replaced_by`, stands in its place.
    """

    school_name: str
    series: str
    number: int
    kind: Kind
    day: date
    amount: int
    state: Literal["live", "void", "replaced"]
    voided_on: date | None
    replaced_by: int | None


Data = dict[str, Any]
