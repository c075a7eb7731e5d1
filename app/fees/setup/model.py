"""What a school sets up before it bills: accounts, merchants, items, periods, waivers."""

from datetime import date, datetime, time
from typing import Annotated, Final, Literal
from uuid import UUID

from msgspec import Meta, Struct

from app.errors import Conflict, NotFound, Unprocessable

AccountKind = Literal["bank", "cash"]
Provider = Literal["sepay"]
Category = Literal[
    "tuition", "meal", "boarding", "insurance", "service", "uniform", "material", "other"
]
Collector = Literal["school", "parents_board"]
Unit = Literal["period", "month", "day"]
ReceiptKind = Literal["none", "receipt", "e_invoice"]
PeriodState = Literal["draft", "open", "closed"]
ChargeScope = Literal["school", "grade", "class", "student"]
WaiverKind = Literal["percent", "amount"]
WaiverGround = Literal["policy", "sibling", "staff", "hardship", "other"]
WaiverState = Literal["requested", "approved", "rejected", "ended"]

# The most of one unit, in đồng; a bill of it stays far below what PostgreSQL and browsers count.
MAX_AMOUNT: Final = 1_000_000_000
Amount = Annotated[int, Meta(ge=0, le=MAX_AMOUNT)]


class NoSuchAccount(NotFound):
    """Không tìm thấy tài khoản thu | No such collecting account"""


class NoSuchMerchant(NotFound):
    """Không tìm thấy kết nối ngân hàng | No such merchant"""


class NoSuchItem(NotFound):
    """Không tìm thấy khoản thu | No such fee item"""


class NoSuchForbidden(NotFound):
    """Không tìm thấy quy định cấm thu | No such forbidden collection"""


class NoSuchPeriod(NotFound):
    """Không tìm thấy đợt thu | No such billing period"""


class NoSuchWaiver(NotFound):
    """Không tìm thấy miễn giảm | No such waiver"""


class BadAccount(Unprocessable):
    """Tài khoản thu chưa đúng | The collecting account is not right"""


class BadItem(Unprocessable):
    """Khoản thu chưa đúng | The fee item is not right"""


class BadPeriod(Unprocessable):
    """Đợt thu chưa đúng | The billing period is not right"""


class ChargesMoved(Conflict):
    """Có người vừa đổi các khoản của đợt | Somebody has just changed the period's charges"""


class BadCharge(Unprocessable):
    """Mức thu của đợt chưa đúng | A charge of the period is not right"""


class BadWaiver(Unprocessable):
    """Miễn giảm chưa đúng | The waiver is not right"""


class ForbiddenCollection(Unprocessable):
    """Khoản này không được phép thu | This may not be collected"""


class MustBeVoluntary(Unprocessable):
    """Khoản này chỉ được thu tự nguyện | This may only be collected voluntarily"""


class AlreadyThere(Conflict):
    """Đã có rồi | It is there already"""


class StillInUse(Conflict):
    """Đang được dùng | It is still in use"""


class IsOver(Conflict):
    """Đã kết thúc | It is over"""


class FeeAccount(Struct, frozen=True, kw_only=True):
    """Where money comes in. Of a bank's account only the tail is shown; all of it None: cash."""

    id: UUID
    school_id: int
    kind: AccountKind
    name: str
    bank_bin: str | None
    bank: str | None = None  # its short name
    number_tail: str | None
    holder: str | None
    is_default: bool
    created_at: datetime
    changed_at: datetime
    ended_at: datetime | None


class SealedAccount(Struct, frozen=True, kw_only=True):
    """A bank's account as it is stored."""

    id: UUID
    bank_bin: str
    number: bytes
    number_index: bytes
    holder: str


class OpenAccount(Struct, frozen=True, kw_only=True):
    """A bank's account to pay to, its number in clear."""

    id: UUID
    bank: str  # its short name
    bin: str
    number: str
    holder: str


class Merchant(Struct, frozen=True, kw_only=True):
    """Who tells us of money on an account. Its secrets are written and never shown.

    `former_until`: until then what is signed with the secret of before is taken too.
    """

    id: UUID
    school_id: int
    account_id: UUID
    provider: Provider
    webhook_path: str
    has_api_token: bool
    former_until: datetime | None
    created_at: datetime
    changed_at: datetime
    ended_at: datetime | None


class MerchantRow(Struct, frozen=True, kw_only=True):
    """A merchant as it is stored, for who verifies what it signs."""

    school_id: int
    id: UUID
    account_id: UUID
    provider: Provider
    secret: bytes
    former_secret: bytes | None
    former_until: datetime | None
    api_token: bytes | None
    ended_at: datetime | None


class FeeItem(Struct, frozen=True, kw_only=True):
    """What may be billed. `amount` and `cap`, in đồng, are of one unit; cap None: none is set.

    `kitchen_cut_off`, `kitchen_days_before`: an absence approved until that time, so many days
    before, costs no meal.
    """

    id: UUID
    school_id: int
    name: str
    category: Category
    collector: Collector
    legal_basis: str
    unit: Unit
    amount: int
    cap: int | None
    is_voluntary: bool
    receipt_kind: ReceiptKind
    kitchen_cut_off: time | None
    kitchen_days_before: int | None
    created_at: datetime
    changed_at: datetime
    ended_at: datetime | None


class Forbidden(Struct, frozen=True, kw_only=True):
    """What may not be collected: an item's name may say none of `words`.

    `org_unit_id` None: the state's rule, for everybody; it has no id either. `collector` None:
    whoever collects.
    """

    id: UUID | None
    org_unit_id: int | None
    collector: Collector | None
    name: str
    words: list[str]
    legal_basis: str
    created_at: datetime | None = None
    ended_at: datetime | None = None


class BillingPeriod(Struct, frozen=True, kw_only=True):
    """When something is billed; `due_day` is the last day to pay. It opens as it is issued."""

    id: UUID
    school_id: int
    name: str
    from_day: date
    to_day: date
    due_day: date
    account_id: UUID
    accepts_partial: bool
    state: PeriodState
    created_at: datetime
    changed_at: datetime
    closed_at: datetime | None


class PeriodCharge(Struct, frozen=True, kw_only=True):
    """What a period asks of whom, in one of its instalments (`seq`).

    `quantity` None: the school's days of the period, of a daily item. `due_day` None: the
    period's. `ref`: a grade's number, a class's or a pupil's id; '' of the whole school.
    """

    id: UUID
    item_id: UUID
    seq: int
    due_day: date | None
    amount: int
    quantity: int | None
    scope: ChargeScope
    ref: str


class Waiver(Struct, frozen=True, kw_only=True):
    """What a pupil need not pay, as it is stored. `value`: percent, or đồng of each line.

    `item_id` None: of each item that is not voluntary. It counts for periods that begin from
    `from_day` to `to_day`.
    """

    id: UUID
    school_id: int
    student_id: UUID
    item_id: UUID | None
    kind: WaiverKind
    value: int
    ground: WaiverGround
    reason: bytes
    from_day: date
    to_day: date
    state: WaiverState
    requested_by: UUID
    requested_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    decided_reason: str | None
    ended_at: datetime | None


class WaiverShown(Struct, frozen=True, kw_only=True):
    """A waiver as the office reads it; names are null of who is here no more.

    `may_decide`: the caller may, as another person than who asked.
    """

    id: UUID
    school_id: int
    student_id: UUID
    student_name: str
    class_name: str | None
    item_id: UUID | None
    item_name: str | None
    kind: WaiverKind
    value: int
    ground: WaiverGround
    reason: str
    from_day: date
    to_day: date
    state: WaiverState
    requested_by: str | None
    requested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decided_reason: str | None
    ended_at: datetime | None
    may_decide: bool
