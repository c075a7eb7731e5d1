"""What billing works with: facts of a period, bills computed from them, and what is shown."""

from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app.errors import Conflict, Denied, Unprocessable
from app.fees.setup.model import Category, ChargeScope, PeriodCharge, ReceiptKind, Unit, Waiver

InvoiceState = Literal["draft", "open", "void", "written_off"]
Settlement = Literal["unpaid", "partial", "paid"]
LineKind = Literal["charge", "meal_credit"]
CreditGround = Literal["leave", "closure"]
WarningKind = Literal[
    "without_charge",
    "already_billed",
    "zero_bill",
    "carried_credit",
    "no_school_days",
    "past_due_day",
    "over_cap",
    "item_ended",
    "forbidden",
    "account_ended",
]


class PeriodClosed(Conflict):
    """Đợt thu đã đóng | The billing period is closed"""


class NotToBeBilled(Unprocessable):
    """Đợt thu có khoản không được thu | The period asks for something that may not be billed"""


class NotAsPreviewed(Conflict):
    """Khoản thu đã thay đổi sau khi xem trước | The bills have changed since the preview"""


class BillTooLong(Unprocessable):
    """Phiếu thu quá dài | The bill is too long"""


class BadScope(Unprocessable):
    """Phạm vi phát hành không đúng | There is no such part of the school"""


class HasPayments(Conflict):
    """Phiếu thu đã có tiền | Something has been paid of the bill"""


class MealsCredited(Conflict):
    """Suất ăn của phiếu này đã được trừ ở phiếu khác | Meals of it were credited on another bill"""


class HasLeft(Conflict):
    """Học sinh đã rời trường | The pupil has left the school"""


class NothingOwed(Conflict):
    """Phiếu thu không còn nợ | Nothing is owed on the bill"""


class NameThePupil(Denied):
    """Hãy chọn một học sinh | Please name one pupil"""


# What a computation is made from ----------------------------------------------------------------


class Item(Struct, frozen=True, kw_only=True):
    """A fee item as far as bills need it; `is_forbidden`: the deny-list names it by now."""

    id: UUID
    name: str
    category: Category
    legal_basis: str
    unit: Unit
    cap: int | None
    is_voluntary: bool
    receipt_kind: ReceiptKind
    is_ended: bool = False
    is_forbidden: bool = False


class Seat(Struct, frozen=True, kw_only=True):
    """A pupil's time in a class, both days inclusive; `to_day` None: still there."""

    class_id: UUID
    from_day: date
    to_day: date | None


class Pupil(Struct, frozen=True, kw_only=True):
    """Who may be billed, in the class of the day that counts for the period."""

    id: UUID
    name: str
    sort_key: str
    class_id: UUID
    class_name: str
    grade: int
    seats: list[Seat]


class MealsBilled(Struct, frozen=True, kw_only=True):
    """A line of a bill that asked for meals by the day, of a period before or of this one."""

    student_id: UUID
    invoice_id: UUID
    item_id: UUID
    from_day: date
    to_day: date
    drafted_at: datetime
    quantity: int
    amount: int
    waived: int
    kitchen_cut_off: time
    kitchen_days_before: int


class Absence(Struct, frozen=True, kw_only=True):
    """Whole days of approved leave, both inclusive, and when it was asked for."""

    student_id: UUID
    from_day: date
    to_day: date
    asked_at: datetime


class MealCredit(Struct, frozen=True, kw_only=True):
    """A day's meal that was billed and not cooked: what its bill asked for it, net of waivers."""

    student_id: UUID
    item_id: UUID
    day: date
    amount: int
    ground: CreditGround
    charged_on: UUID


class Facts(Struct, frozen=True, kw_only=True):
    """All that the bills of a period follow from.

    `days` are the school's days of the period by class; `live` the (pupil, seq, is_voluntary) that
    are billed already; `carried` is each pupil's money that waits for the next bill.
    """

    from_day: date
    to_day: date
    due_day: date
    items: dict[UUID, Item]
    charges: list[PeriodCharge]
    pupils: list[Pupil]
    days: dict[UUID, list[date]]
    waivers: dict[UUID, list[Waiver]]
    credits: dict[UUID, list[MealCredit]]
    live: set[tuple[UUID, int, bool]]
    carried: dict[UUID, int]
    account_is_ended: bool = False


# What comes of it -------------------------------------------------------------------------------


class Line(Struct, frozen=True, kw_only=True):
    """A line of a bill; `amount` = `quantity` x `unit_amount`, below zero of a meal given back."""

    kind: LineKind
    item_id: UUID
    name: str
    legal_basis: str
    unit: Unit
    quantity: int
    unit_amount: int
    amount: int
    waived: int
    waiver_id: UUID | None
    receipt_kind: ReceiptKind
    is_voluntary: bool


class Bill(Struct, frozen=True, kw_only=True):
    """A bill as it will be issued: `charged` the sum of its lines, `total` what is to be paid."""

    student_id: UUID
    class_id: UUID
    seq: int
    is_voluntary: bool
    due_day: date
    lines: list[Line]
    credits: list[MealCredit]
    charged: int
    waived: int

    @property
    def total(self) -> int:
        return self.charged - self.waived

    @property
    def meal_credit(self) -> int:
        """What meals not eaten take off it."""
        return sum(credit.amount for credit in self.credits)


class Computed(Struct, frozen=True, kw_only=True):
    """The bills of a period, and who gets none: by (pupil, seq, is_voluntary), and pupils."""

    bills: list[Bill]
    already: list[tuple[UUID, int, bool]]
    without_charge: list[UUID]
    without_days: set[UUID]


# The order, and what became of it -----------------------------------------------------------------


class Issue(Struct, frozen=True, kw_only=True):
    """What an issue job is told, and keeps as its parameters.

    `seen`: what all bills and offers came to when they were looked at, in đồng; None: nobody has.
    """

    period_id: UUID
    scope: ChargeScope = "school"
    ref: str = ""
    seen: int | None = None


class Issued(Struct, frozen=True, kw_only=True):
    """What an issue job did. `credit` is money that paid bills at once, in đồng."""

    invoices: int
    offers: int
    pupils: int
    already_billed: int
    without_charge: int
    total: int
    credit: int
    told: int
