"""The school's own cash, taken from its box to its bank: there it comes in as a transfer.

It was counted when it was taken as cash. Asked for by one person, agreed to by another, it leaves
the cash box; the transfer stays, and is nobody's payment.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from app import db
from app.fees.errors import FundInUse, MoreThanInBox, NoSuchCashBox, NotADeposit
from app.fees.money import funds, refunds, striking
from app.fees.money.model import Channel, NewDeposit


class _Box(Struct, frozen=True, kw_only=True):
    """A fund, and what the books say of the cash box that it may have come from."""

    channel: Channel
    is_cash: bool
    holds: int


async def ask(conn: db.Conn, *, school_id: int, deposit: NewDeposit, now: datetime) -> bool:
    """Say that a transfer is the school's own cash: all of it is held. False: known already.

    Raises:
        NoSuchFund
        NotADeposit: it did not come by a bank.
        FundInUse: not all of it is free, or it waits for a pupil's next bill.
        NoSuchCashBox
        MoreThanInBox: the cash box holds less.
    """
    box_id = deposit.from_account_id
    # Of two deposits out of one box the second sees the first; before the fund, as everywhere.
    await funds.hold_account(conn, school_id=school_id, account_id=box_id)
    held = await funds.hold_funds(conn, school_id=school_id, fund_ids=[deposit.fund_id])
    if await refunds.fund_of(conn, school_id=school_id, refund_id=deposit.id) is not None:
        return False
    fund = held[deposit.fund_id]
    await _require_box(conn, school_id, fund.id, box_id, fund.amount)
    striking.require_free(fund)
    if fund.credit_student_id is not None:
        raise FundInUse(
            (
                "Khoản này đang chờ phiếu sau của một em; hãy bỏ em ấy ra khỏi khoản này trước.",
                "It waits for a pupil's next bill; take the pupil off it first.",
            )
        )
    await striking.hold_all(conn, school_id=school_id, fund=fund, asked=deposit, now=now)
    return True


async def approve(
    conn: db.Conn,
    *,
    school_id: int,
    refund_id: UUID,
    decided_by: UUID,
    reason: str | None,
    now: datetime,
) -> None:
    """A second person agrees: the cash box holds so much less, the bank account what it has.

    Raises:
        NoSuchRefund, RefundDecided
        SamePerson: whoever asked.
        MoreThanInBox: it held enough when it was asked for.
    """
    box_id = await refunds.account_paying(conn, school_id=school_id, refund_id=refund_id)
    await funds.hold_account(conn, school_id=school_id, account_id=box_id)
    held = await refunds.take_asked(
        conn, school_id=school_id, refund_id=refund_id, kind="deposit", decided_by=decided_by
    )
    await _require_box(conn, school_id, held.fund_id, box_id, held.amount)
    await striking.agree(
        conn,
        school_id=school_id,
        held=held,
        posted="refund_deposited",
        decided_by=decided_by,
        reason=reason,
        now=now,
    )


async def _require_box(
    conn: db.Conn, school_id: int, fund_id: UUID, box_id: UUID, amount: int
) -> None:
    box = await db.one(
        conn,
        _Box,
        """
        select f.channel, coalesce(a.kind = 'cash', false) as is_cash,
               (select coalesce(sum(e.amount), 0)::bigint from ledger_entry e
                 where e.school_id = $1 and e.account = 'money:' || $3::uuid) as holds
          from fund f left join fee_account a on a.school_id = $1 and a.id = $3
         where f.school_id = $1 and f.id = $2
        """,
        school_id,
        fund_id,
        box_id,
    )
    if box is None or box.channel != "transfer":
        raise NotADeposit(("Chọn một khoản chuyển khoản.", "Choose money that came by a transfer."))
    if not box.is_cash:
        raise NoSuchCashBox
    if amount > box.holds:
        raise MoreThanInBox(
            (
                f"Theo sổ, quỹ tiền mặt chỉ còn {box.holds} đồng.",
                f"By the books the cash box holds {box.holds} đồng.",
            )
        )
