"""A refund as it is asked for and shown, and what can be wrong with it."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from app.errors import Conflict, Unprocessable
from app.fees.money.model import RefundState


class BadRefundAccount(Unprocessable):
    """Tài khoản nhận hoàn tiền chưa đúng | The account to pay back to is not right"""


class CashIsNotSentBack(Unprocessable):
    """Tiền mặt không hoàn qua ngân hàng | Cash is not sent back through a bank"""


class RefundIdTaken(Conflict):
    """Mã yêu cầu này đã dùng cho việc khác | The request's id belongs to something else"""


class BankReferenceUsed(Conflict):
    """Mã giao dịch này đã ghi cho lần hoàn khác | Another refund has this bank reference"""


class RefundAsked(Struct, frozen=True, kw_only=True):
    """What somebody asks back; `id` is the client's, `to_number` as it was typed."""

    id: UUID
    fund_id: UUID
    amount: int
    reason: str
    to_bank_bin: str
    to_number: str
    to_holder: str


class RefundLine(Struct, frozen=True, kw_only=True):
    """A refund. `to_number` None: only its last four digits are for lists."""

    id: UUID
    school_id: int
    fund_id: UUID
    account_id: UUID
    amount: int
    state: RefundState
    reason: str
    to_bank_bin: str
    to_bank: str
    to_holder: str
    to_number_tail: str
    to_number: str | None
    requested_by: UUID
    requested_by_name: str | None
    requested_at: datetime
    decided_by: UUID | None
    decided_by_name: str | None
    decided_at: datetime | None
    decided_reason: str | None
    bank_ref: str | None
    settled_by: UUID | None
    settled_at: datetime | None
