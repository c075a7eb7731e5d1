"""Cash as it is shown, and what can be wrong with it."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app.errors import Conflict

State = Literal["taken", "confirmed", "cancelled"]


class CashIdTaken(Conflict):
    """Mã lần thu này đã dùng cho việc khác | The intake's id belongs to something else"""


class CashShare(Struct, frozen=True, kw_only=True):
    """What of the cash is for one bill."""

    invoice_id: UUID
    amount: int
    pay_ref: str
    student_id: UUID
    student_name: str
    class_name: str | None


class CashLine(Struct, frozen=True, kw_only=True):
    """Cash that was taken. It is money from `confirmed` on, by `decided_by`."""

    id: UUID
    school_id: int
    account_id: UUID
    amount: int
    day: date
    payer: str
    state: State
    taken_by: UUID
    taken_by_name: str | None
    taken_at: datetime
    decided_by: UUID | None
    decided_by_name: str | None
    decided_at: datetime | None
    cancel_reason: str | None
    fund_id: UUID | None
    shares: list[CashShare]
