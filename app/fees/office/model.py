"""What the accountant's office works on. Every amount is whole đồng."""

from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from app.errors import Conflict, Denied, NotFound, Unprocessable
from app.fees.office.profiles import ProfileName

MAX_ROWS: Final = 5_000
MEMO_FIELD: Final = "fund.memo"
PAYER_FIELD: Final = "fund.payer"
ROW_MEMO_FIELD: Final = "bank_statement_row.memo"
TO_NUMBER_FIELD: Final = "refund.to_number"
TO_HOLDER_FIELD: Final = "refund.to_holder"

Waits = Literal["duplicate_reference", "amount_differs", "maybe_known", "counts_differ"]
"""Why a row of a statement is not taken by itself: its reference stands there twice; it is known
with another amount; an equal transfer is known under another reference; or equal transfers
without any reference are more, or fewer, than those known."""


class NoSuchStatement(NotFound):
    """Không tìm thấy sao kê này | There is no such statement"""


class NotAStatement(Unprocessable):
    """Không nhận ra sao kê ngân hàng trong tệp này | No bank statement is found in this file"""


class StatementOfAnotherAccount(Unprocessable):
    """Sao kê của một tài khoản khác | The statement is of another account"""


class BadStatementRow(Unprocessable):
    """Dòng sao kê này không cần xử lý | Nothing is to be decided about this row"""


class NoSuchCash(NotFound):
    """Không tìm thấy lần thu tiền mặt này | There is no such cash intake"""


class NoCashAccount(Conflict):
    """Trường chưa mở quỹ tiền mặt | The school has no cash account"""


class CashDecided(Conflict):
    """Lần thu này đã được xử lý | This intake has been dealt with already"""


class DayClosed(Conflict):
    """Ngày này đã khoá sổ | This day is closed"""


class SharesDiffer(Unprocessable):
    """Tổng phân bổ lớn hơn số tiền | The shares are more than the amount"""


class IdTaken(Conflict):
    """Mã này đã dùng cho việc khác | The id belongs to something else"""


class NotYourCash(Denied):
    """Chỉ người thu hoặc hiệu trưởng được huỷ | Only who took it or the principal may cancel it"""


class NoSuchReconciliation(NotFound):
    """Không tìm thấy lần đối soát này | There is no such reconciliation"""


class StatementRow(Struct, frozen=True, kw_only=True):
    """One transfer as a bank prints it. `n` is the sheet's row; `amount` is below zero going out.

    `at` in UTC; a bank that prints no hour says midnight.
    """

    n: int
    at: datetime
    day: date
    amount: int
    balance: int | None
    bank_ref: str | None
    memo: str


class RowError(Struct, frozen=True, kw_only=True):
    """What is wrong in the sheet; `row` 0 and no column: with all of it."""

    row: int
    column: str | None
    message: str


class StatementRead(Struct, frozen=True, kw_only=True):
    """A file, read. `broken_at`: rows whose balance does not follow from the one before.

    `opening`, `closing` None: the bank prints no balance. `left_out` counts rows that are no
    transfers: opening and closing lines, sums, repeated headings.
    """

    profile: ProfileName
    rows: list[StatementRow]
    opening: int | None
    closing: int | None
    broken_at: list[int]
    left_out: int
    errors: list[tuple[int, str | None, tuple[str, str]]]
    above: list[str]


class StatementSums(Struct, frozen=True, kw_only=True):
    """What became, or would become, of a statement's rows.

    Of those in: `new` money, `known` already by another source, `waiting` for a person, `left` to
    be taken (send the file again). Of those out: `refunds` are ours, `other_out` are not.
    """

    new: int = 0
    known: int = 0
    waiting: int = 0
    left: int = 0
    refunds: int = 0
    other_out: int = 0
    amount_in: int = 0
    amount_out: int = 0


class StatementResult(Struct, frozen=True, kw_only=True):
    """With `errors` nothing was written. `statement_id` None: nothing was written.

    `is_known`: this very file had been taken before.
    """

    statement_id: UUID | None
    profile: ProfileName
    is_known: bool
    rows: int
    left_out: int
    from_day: date | None
    to_day: date | None
    opening: int | None
    closing: int | None
    broken_at: list[int]
    sums: StatementSums
    errors: list[RowError]


class StatementLine(Struct, frozen=True, kw_only=True):
    """A statement that was imported; `waiting` rows want a person, `left` are still to be taken."""

    id: UUID
    account_id: UUID
    file_name: str
    profile: str
    from_day: date
    to_day: date
    opening: int | None
    closing: int | None
    imported_by: UUID
    imported_by_name: str | None
    imported_at: datetime
    rows: int
    waiting: int
    left: int


class StatementRowShown(Struct, frozen=True, kw_only=True):
    """A row with what it is in our books; `candidates`: funds that it may be, where it waits."""

    n: int
    at: datetime
    day: date
    amount: int
    balance: int | None
    bank_ref: str | None
    memo: str
    fund_id: UUID | None
    refund_id: UUID | None
    waits: Waits | None
    candidates: list[UUID]
