"""Money that goes back: held when it is asked for, gone when the bank has moved it.

Who may ask and decide is the office's matter; that they are two people is kept here too.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app import db
from app.fees.errors import (
    MoreThanFree,
    NoSuchRefund,
    NotAnAmount,
    RefundDecided,
    SamePerson,
)
from app.fees.money import funds, ledger, receipts
from app.fees.money.ledger import Entry, SourceKind, Txn
from app.fees.money.model import FundHeld, NewRefund, RefundKind, RefundState
from app.fees.money.steps import review_of


class RefundHeld(Struct, frozen=True, kw_only=True):
    """A refund under this transaction's lock; `account_id` is the fee account it is paid from."""

    id: UUID
    kind: RefundKind
    fund_id: UUID
    double_of: UUID | None
    account_id: UUID
    amount: int
    state: RefundState
    requested_by: UUID


async def hold(conn: db.Conn, *, school_id: int, refund: NewRefund, now: datetime) -> bool:
    """Ask for free money back: nobody else can use it from now on. False: known by its id already.

    Raises:
        NoSuchFund, NotAnAmount
        MoreThanFree: nothing is written by then.
    """
    if refund.amount <= 0:
        raise NotAnAmount
    held = await funds.hold_funds(conn, school_id=school_id, fund_ids=[refund.fund_id])
    fund = held[refund.fund_id]
    if await fund_of(conn, school_id=school_id, refund_id=refund.id) is not None:
        return False
    if refund.amount > fund.free:
        raise MoreThanFree
    await _insert(conn, school_id=school_id, refund=refund, now=now)
    await move_held(conn, school_id=school_id, fund=fund, amount=refund.amount, now=now)
    await post(
        conn,
        school_id,
        "refund_held",
        refund.id,
        "unallocated",
        "refund_payable",
        refund.amount,
        now,
    )
    await renew_papers(conn, school_id=school_id, fund_id=fund.id, by=refund.requested_by, now=now)
    return True


async def send(
    conn: db.Conn,
    *,
    school_id: int,
    refund_id: UUID,
    decided_by: UUID,
    reason: str | None,
    now: datetime,
) -> None:
    """A second person agrees: the transfer back may be made. The money stays held.

    Raises:
        NoSuchRefund, RefundDecided
        SamePerson: whoever asked.
    """
    await take_asked(
        conn, school_id=school_id, refund_id=refund_id, kind="transfer", decided_by=decided_by
    )
    await _note_decision(
        conn,
        school_id=school_id,
        refund_id=refund_id,
        state="sent",
        by=decided_by,
        reason=reason,
        now=now,
    )


async def release(
    conn: db.Conn,
    *,
    school_id: int,
    refund_id: UUID,
    state: Literal["rejected", "failed"],
    by: UUID,
    reason: str | None,
    now: datetime,
) -> None:
    """A request is rejected, or a transfer back has failed: the money is free again.

    Raises:
        NoSuchRefund
        RefundDecided: it is not in a state for that.
        SamePerson: whoever asked rejects it.
    """
    fund, refund = await take(conn, school_id=school_id, refund_id=refund_id)
    if refund.state != ("requested" if state == "rejected" else "sent"):
        raise RefundDecided
    if state == "rejected":
        if refund.requested_by == by:
            raise SamePerson
        await _note_decision(
            conn,
            school_id=school_id,
            refund_id=refund_id,
            state="rejected",
            by=by,
            reason=reason,
            now=now,
        )
    else:
        await _settle(conn, school_id=school_id, refund_id=refund_id, bank_ref=None, by=by, now=now)
    await move_held(conn, school_id=school_id, fund=fund, amount=-refund.amount, now=now)
    await post(
        conn, school_id, "refund_released", refund_id, "refund_payable", "unallocated",
        refund.amount, now,
    )  # fmt: skip
    await renew_papers(conn, school_id=school_id, fund_id=fund.id, by=by, now=now)


async def pay_out(
    conn: db.Conn,
    *,
    school_id: int,
    refund_id: UUID,
    bank_ref: str,
    by: UUID,
    now: datetime,
) -> None:
    """The bank has moved it: it is no longer ours. `bank_ref` is that of the transfer back.

    Raises:
        NoSuchRefund
        RefundDecided: it was not sent, or is settled.
    """
    _, refund = await take(conn, school_id=school_id, refund_id=refund_id)
    if refund.state != "sent":
        raise RefundDecided
    await _settle(conn, school_id=school_id, refund_id=refund_id, bank_ref=bank_ref, by=by, now=now)
    money = f"money:{refund.account_id}"
    await post(
        conn, school_id, "refund_paid", refund_id, "refund_payable", money, refund.amount, now
    )


async def take(conn: db.Conn, *, school_id: int, refund_id: UUID) -> tuple[FundHeld, RefundHeld]:
    """The fund, whose lock is its refunds' lock too, then the refund as it is under it.

    Raises:
        NoSuchRefund
    """
    fund_id = await fund_of(conn, school_id=school_id, refund_id=refund_id)
    if fund_id is None:
        raise NoSuchRefund
    held = await funds.hold_funds(conn, school_id=school_id, fund_ids=[fund_id])
    refund = await db.one(
        conn,
        RefundHeld,
        """
        select id, kind, fund_id, double_of, from_account_id as account_id, amount, state,
               requested_by
          from refund where school_id = $1 and id = $2 for no key update
        """,
        school_id,
        refund_id,
    )
    if refund is None:
        raise NoSuchRefund
    return held[fund_id], refund


async def take_asked(
    conn: db.Conn, *, school_id: int, refund_id: UUID, kind: RefundKind, decided_by: UUID
) -> RefundHeld:
    """What another person asked for and nobody has decided, under its lock.

    Raises:
        NoSuchRefund, RefundDecided, SamePerson
    """
    _, held = await take(conn, school_id=school_id, refund_id=refund_id)
    if held.state != "requested" or held.kind != kind:
        raise RefundDecided
    if held.requested_by == decided_by:
        raise SamePerson
    return held


async def fund_of(conn: db.Conn, *, school_id: int, refund_id: UUID) -> UUID | None:
    """Which fund a refund is of; None: there is no such refund."""
    found: UUID | None = await db.value(
        conn, "select fund_id from refund where school_id = $1 and id = $2", school_id, refund_id
    )
    return found


async def account_paying(conn: db.Conn, *, school_id: int, refund_id: UUID) -> UUID:
    """Which account a refund is paid from.

    Raises:
        NoSuchRefund
    """
    found: UUID | None = await db.value(
        conn,
        "select from_account_id from refund where school_id = $1 and id = $2",
        school_id,
        refund_id,
    )
    if found is None:
        raise NoSuchRefund
    return found


async def _insert(conn: db.Conn, *, school_id: int, refund: NewRefund, now: datetime) -> None:
    await conn.execute(
        """
        insert into refund (school_id, id, kind, fund_id, from_account_id, amount, state, reason,
               to_bank_bin, to_number, to_holder, requested_by, requested_at)
        select $1, $2, 'transfer', id, coalesce($11, account_id), $4, 'requested', $5, $6, $7, $8,
               $9, $10
          from fund where school_id = $1 and id = $3
        """,
        school_id,
        refund.id,
        refund.fund_id,
        refund.amount,
        refund.reason,
        refund.to_bank_bin,
        refund.to_number,
        refund.to_holder,
        refund.requested_by,
        now,
        refund.from_account_id,
    )


async def move_held(
    conn: db.Conn, *, school_id: int, fund: FundHeld, amount: int, now: datetime
) -> None:
    """Hold `amount` of the fund's free money, or below zero let it go."""
    review = review_of(
        fund.free - amount, review=fund.review, credit_student_id=fund.credit_student_id
    )
    await conn.execute(
        """
        update fund set refund_held = refund_held + $3, review = $4, changed_at = $5
         where school_id = $1 and id = $2
        """,
        school_id,
        fund.id,
        amount,
        review,
        now,
    )


async def _note_decision(
    conn: db.Conn,
    *,
    school_id: int,
    refund_id: UUID,
    state: Literal["sent", "rejected"],
    by: UUID,
    reason: str | None,
    now: datetime,
) -> None:
    """A second person has decided."""
    await conn.execute(
        """
        update refund set state = $3, decided_by = $4, decided_at = $5, decided_reason = $6
         where school_id = $1 and id = $2
        """,
        school_id,
        refund_id,
        state,
        by,
        now,
        reason,
    )


async def _settle(
    conn: db.Conn,
    *,
    school_id: int,
    refund_id: UUID,
    bank_ref: str | None,
    by: UUID,
    now: datetime,
) -> None:
    """With the bank's reference it has succeeded, without it has failed."""
    await conn.execute(
        """
        update refund set state = case when $3::text is null then 'failed' else 'succeeded' end,
               bank_ref = $3, settled_by = $4, settled_at = $5
         where school_id = $1 and id = $2
        """,
        school_id,
        refund_id,
        bank_ref,
        by,
        now,
    )


async def renew_papers(
    conn: db.Conn,
    *,
    school_id: int,
    fund_id: UUID,
    by: UUID,
    now: datetime,
    reason: str = "Thay đổi vì hoàn tiền",
) -> None:
    """Make the fund's papers true again, now that more or less of it is held."""
    await receipts.renew(
        conn,
        school_id=school_id,
        fund_ids=[fund_id],
        reason=reason,
        made_by=by,
        now=now,
    )


async def post(
    conn: db.Conn,
    school_id: int,
    kind: SourceKind,
    refund_id: UUID,
    debit: str,
    credit: str,
    amount: int,
    now: datetime,
) -> None:
    """A step of a refund in the books: from one account of theirs to another."""
    entries = [Entry(account=debit, amount=amount), Entry(account=credit, amount=-amount)]
    txn = Txn(source_kind=kind, source_id=refund_id, entries=entries)
    await ledger.post(conn, school_id=school_id, txns=[txn], now=now)
