"""What is shown of bills: before they are issued, in lists, one by one, and as debts."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app.fees.billing.model import (
    InvoiceState,
    Line,
    LineKind,
    Settlement,
    WarningKind,
)
from app.fees.setup.model import ReceiptKind, Unit


class Sums(Struct, frozen=True, kw_only=True):
    """In đồng. `waived` and `meal_credit` are taken off what was asked; `total` is to be paid."""

    pupils: int
    bills: int
    asked: int
    waived: int
    meal_credit: int
    total: int


class ClassSum(Struct, frozen=True, kw_only=True):
    """Of the bills that are no offers."""

    class_id: UUID
    class_name: str
    sums: Sums


class ItemSum(Struct, frozen=True, kw_only=True):
    item_id: UUID
    item_name: str
    is_voluntary: bool
    sums: Sums


class Warned(Struct, frozen=True, kw_only=True):
    """Something to look at before issuing; with `blocks` nothing is issued until it is put right.

    `count`: of pupils, or bills. `student_names`: some of them.
    """

    kind: WarningKind
    count: int
    blocks: bool = False
    amount: int | None = None
    item_id: UUID | None = None
    item_name: str | None = None
    student_names: list[str] = []


class BillShown(Struct, frozen=True, kw_only=True):
    seq: int
    is_voluntary: bool
    due_day: date
    charged: int
    waived: int
    meal_credit: int
    total: int
    lines: list[Line]


class PupilShown(Struct, frozen=True, kw_only=True):
    """A pupil's bills to be; `already` are the instalments that are billed (offers left out)."""

    student_id: UUID
    student_name: str
    class_id: UUID
    class_name: str
    bills: list[BillShown]
    already: list[int]
    carried: int
    total: int


class InvoiceLine(Struct, frozen=True, kw_only=True):
    """A line as it is stored."""

    n: int
    kind: LineKind
    item_id: UUID
    waiver_id: UUID | None
    name: str
    legal_basis: str
    unit: Unit
    quantity: int
    unit_amount: int
    amount: int
    waived: int
    receipt_kind: ReceiptKind


class InvoiceRow(Struct, frozen=True, kw_only=True):
    """A bill in a list; `rest` is what is left to pay. `has_left`: the pupil has left since."""

    id: UUID
    school_id: int
    student_id: UUID
    student_name: str
    sort_key: str
    class_id: UUID | None
    class_name: str | None
    period_id: UUID
    period_name: str
    seq: int
    is_voluntary: bool
    account_id: UUID
    pay_ref: str
    state: InvoiceState
    settlement: Settlement
    due_day: date
    charged: int
    waived: int
    total: int
    paid: int
    rest: int
    reminders: int
    reminded_at: datetime | None
    has_left: bool
    opened_at: datetime | None
    declined_at: datetime | None


class InvoiceDetail(Struct, frozen=True, kw_only=True):
    """What of a bill is no list's; names of who did it, None of who is here no more."""

    replaces: UUID | None
    replaced_by: UUID | None
    issued_by: str | None
    voided_by: str | None
    voided_at: datetime | None
    void_reason: str | None
    written_off_by: str | None
    written_off_at: datetime | None
    write_off_reason: str | None


class InvoicePayment(Struct, frozen=True, kw_only=True):
    """Money that was put to a bill, below zero where it was taken back."""

    allocation_id: UUID
    fund_id: UUID
    amount: int
    how: Literal["auto", "confirmed", "credit", "cash", "reversal"]
    made_at: datetime


class InvoiceShown(Struct, frozen=True, kw_only=True):
    """A bill with all of its lines and what was paid of it."""

    invoice: InvoiceRow
    detail: InvoiceDetail
    lines: list[InvoiceLine]
    payments: list[InvoicePayment]


class Debtor(Struct, frozen=True, kw_only=True):
    """What a pupil's family owes, in đồng, by the days since it was due."""

    student_id: UUID
    student_name: str
    sort_key: str
    class_id: UUID | None
    class_name: str | None
    has_left: bool
    not_due: int
    days_1_30: int
    days_31_60: int
    days_over_60: int
    owed: int
    oldest_due_day: date
    invoice_ids: list[UUID]
    reminded_at: datetime | None


class DebtSums(Struct, frozen=True, kw_only=True):
    """Of all debtors, whatever page is shown."""

    debtors: int
    not_due: int
    days_1_30: int
    days_31_60: int
    days_over_60: int
    owed: int


class NotReminded(Struct, frozen=True, kw_only=True):
    """Why a bill was not reminded of."""

    invoice_id: UUID
    reason: Literal["not_open", "offer", "paid", "not_due", "too_soon", "enough"]


class Reminded(Struct, frozen=True, kw_only=True):
    """What became of a call to remind: families told, bills they were reminded of, and the rest."""

    families: int
    invoices: int
    left: list[NotReminded]
