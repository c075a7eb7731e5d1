"""What a family sees of fees, and how it pays. Every amount is whole đồng."""

from datetime import date, datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from msgspec import Meta, Struct

from app.errors import Conflict, Unprocessable

MAX_SHARES: Final = 40
# As many digits as a VietQR can carry.
MAX_AMOUNT: Final = 9_999_999_999_999
Amount = Annotated[int, Meta(ge=1, le=MAX_AMOUNT)]
InvoiceState = Literal["open", "void", "written_off"]
Settlement = Literal["unpaid", "partial", "paid"]
IntentState = Literal["pending", "succeeded", "failed", "expired"]


class NotAnOffer(Conflict):
    """Khoản này bắt buộc, không từ chối được | This is no offer: it cannot be declined"""


class PartNotAccepted(Unprocessable):
    """Nhà trường không nhận nộp từng phần khoản này | The school takes no part of this amount"""


class NotOneAccount(Unprocessable):
    """Các khoản này không nộp chung một mã được | These cannot be paid by one code"""


class NotPaidByTransfer(Unprocessable):
    """Khoản này nộp trực tiếp tại trường | This is paid at the school"""


class SameInvoiceTwice(Unprocessable):
    """Một khoản được chọn hai lần | One invoice was chosen twice"""


class IntentDiffers(Conflict):
    """Mã yêu cầu này đã dùng cho khoản khác | This id was used for something else"""


class IntentOver(Conflict):
    """Mã thanh toán này không còn dùng được | This code is not to be paid any more"""


class DueLine(Struct, frozen=True, kw_only=True):
    """A line of a bill. A meal not eaten is below zero; `waived` is what need not be paid of it."""

    n: int
    kind: Literal["charge", "meal_credit"]
    name: str
    legal_basis: str
    unit: Literal["period", "month", "day"]
    quantity: int
    unit_amount: int
    amount: int
    waived: int


class Payment(Struct, frozen=True, kw_only=True):
    """What went to a bill, on the bank's day; below zero where it was taken back."""

    amount: int
    day: date
    channel: Literal["transfer", "cash"]
    how: Literal["auto", "confirmed", "credit", "cash", "reversal"]


class BillRow(Struct, frozen=True, kw_only=True):
    """A bill as it is stored, that has been issued."""

    id: UUID
    school_id: int
    student_id: UUID
    period_id: UUID
    period_name: str
    accepts_partial: bool
    account_id: UUID
    is_by_transfer: bool
    seq: int
    is_voluntary: bool
    pay_ref: str
    state: InvoiceState
    due_day: date
    charged: int
    waived: int
    total: int
    paid: int
    settlement: Settlement
    opened_at: datetime | None
    declined_at: datetime | None
    void_reason: str | None
    replaces: UUID | None

    @property
    def left(self) -> int:
        """What may still be paid to it."""
        return self.total - self.paid if self.state == "open" else 0


class Bill(Struct, frozen=True, kw_only=True):
    """One bill with its lines. `left`: what may still be paid; `is_voluntary`: an offer.

    `accepts_partial`: less than `left` may be paid at once. `pay_ref` is what a transfer by hand
    must carry in its memo. Bills of one `account_id`, which names nothing else, are paid by one
    code; without `is_by_transfer` it is paid at the school.
    """

    id: UUID
    school_id: int
    student_id: UUID
    period_id: UUID
    period_name: str
    seq: int
    is_voluntary: bool
    accepts_partial: bool
    account_id: UUID
    is_by_transfer: bool
    pay_ref: str
    state: InvoiceState
    settlement: Settlement
    due_day: date
    is_overdue: bool
    charged: int
    waived: int
    total: int
    paid: int
    left: int
    opened_at: datetime | None
    declined_at: datetime | None
    void_reason: str | None
    replaces: UUID | None
    lines: list[DueLine]


class DueShown(Struct, frozen=True, kw_only=True):
    """One bill, and what was paid to it."""

    bill: Bill
    payments: list[Payment]


class ChildDue(Struct, frozen=True, kw_only=True):
    """One child's fees at one school.

    `due` is the sum of `bills`, which are owed; `offers` are free to leave, `declined` were left.
    `credit` waits for the next bill. `history` are the latest that are paid, void or given up.
    `has_left`: the child is at another school by now.
    """

    school_id: int
    school_name: str
    student_id: UUID
    student_name: str
    has_left: bool
    due: int
    credit: int
    bills: list[Bill]
    offers: list[Bill]
    declined: list[Bill]
    history: list[Bill]


class ShareWanted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a bill is to be paid; `amount` None: all that is left."""

    invoice_id: UUID
    amount: Amount | None = None


class IntentShare(Struct, frozen=True, kw_only=True):
    invoice_id: UUID
    amount: int


class PayTo(Struct, frozen=True, kw_only=True):
    """The school's account, to copy by hand."""

    bank: str
    bin: str
    number: str
    holder: str


class IntentRow(Struct, frozen=True, kw_only=True):
    """An intent as it is stored."""

    id: UUID
    school_id: int
    payer_account_id: UUID
    account_id: UUID
    pay_ref: str
    amount: int
    state: IntentState
    created_at: datetime
    expires_at: datetime


class Intent(Struct, frozen=True, kw_only=True):
    """One reference and one code for several bills of one school.

    Whoever pays by the code learns the school's account, the amount and `memo` alone. `state`:
    `expired`: its time is over; `failed`: a bill or the account has changed; money that
    comes all the same is kept. `account`, `qr` (the code's text) None: not to be paid any more.
    """

    id: UUID
    school_id: int
    school_name: str
    pay_ref: str
    memo: str
    amount: int
    state: IntentState
    created_at: datetime
    expires_at: datetime
    shares: list[IntentShare]
    account: PayTo | None
    qr: str | None
