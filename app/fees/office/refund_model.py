"""A refund as it is asked for and shown, and what can be wrong with it."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from app.errors import Conflict, Unprocessable
from app.fees.money.model import RefundKind, RefundState
from app.fees.office.fund_briefs import FundBrief


class BadRefundAccount(Unprocessable):
    """Tài khoản nhận hoàn tiền chưa đúng | The account to pay back to is not right"""


class NoAccountToPayFrom(Conflict):
    """Chưa rõ hoàn tiền từ tài khoản nào | It is not said from which account to pay"""


class RefundIdTaken(Conflict):
    """Mã yêu cầu này đã dùng cho việc khác | The request's id belongs to something else"""


class BankReferenceUsed(Conflict):
    """Mã giao dịch này đã ghi cho lần hoàn khác | Another refund has this bank reference"""


class RefundAsked(Struct, frozen=True, kw_only=True):
    """What somebody asks back; `id` is the client's, `to_number` as it was typed.

    `from_account_id` None: the account that the money came to; of cash, the school's default one.
    """

    id: UUID
    fund_id: UUID
    amount: int
    reason: str
    to_bank_bin: str
    to_number: str
    to_holder: str
    from_account_id: UUID | None = None


class StrikeAsked(Struct, frozen=True, kw_only=True):
    """A fund that is said to count what `double_of` is a second time; None: that never came.

    `id` is the client's.
    """

    id: UUID
    fund_id: UUID
    double_of: UUID | None
    reason: str


class DepositAsked(Struct, frozen=True, kw_only=True):
    """A transfer that is said to be the school's own cash, out of the cash box `from_account_id`.

    `id` is the client's.
    """

    id: UUID
    fund_id: UUID
    from_account_id: UUID
    reason: str


class RefundLine(Struct, frozen=True, kw_only=True):
    """A refund; or (`strike`) money that is in the books wrongly, (`deposit`) the school's own cash
    that was paid in: then no bank moves anything.

    `to_number` None: only its last four digits are for lists. `from_account_id`: what it is paid
    from; `account_id`: where the money came to. Of a strike and a deposit: `fund`; `failed`: it was
    restored. Of a strike: the fund that it counts once more (`of`, None: it never came).
    """

    id: UUID
    school_id: int
    kind: RefundKind
    fund_id: UUID
    account_id: UUID
    from_account_id: UUID
    from_account_name: str
    amount: int
    state: RefundState
    reason: str
    to_bank_bin: str | None
    to_bank: str | None
    to_holder: str | None
    to_number_tail: str | None
    to_number: str | None
    double_of: UUID | None
    fund: FundBrief | None
    of: FundBrief | None
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
