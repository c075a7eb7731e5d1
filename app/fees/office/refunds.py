"""Money that goes back by a bank transfer: asked for by one, decided by another, settled once.

What is in the books twice, or never came, goes the same way, and out of them alone.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal
from uuid import UUID

from app import audit, db
from app.crypto import SchoolBox
from app.fees import telling
from app.fees.errors import NoSuchFund
from app.fees.money import depositing, refunds, striking
from app.fees.money.funds import hold_account
from app.fees.money.model import NewDeposit, NewRefund, NewStrike, RefundKind
from app.fees.office import refund_queries as queries
from app.fees.office.model import TO_HOLDER_FIELD, TO_NUMBER_FIELD
from app.fees.office.refund_model import (
    BadRefundAccount,
    BankReferenceUsed,
    DepositAsked,
    NoAccountToPayFrom,
    RefundAsked,
    RefundIdTaken,
    RefundLine,
    StrikeAsked,
)
from app.fees.setup.banks import banks, is_number, packed_number

Decision = Literal["approve", "reject"]


async def request(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    asked: RefundAsked,
    requested_by: UUID,
    now: datetime,
) -> RefundLine:
    """Ask for free money back: it is held from now on. The same request again has no effect.

    Raises:
        NoSuchFund, MoreThanFree, BadRefundAccount, NoAccountToPayFrom, RefundIdTaken
    """
    number = packed_number(asked.to_number)
    _check_account(asked.to_bank_bin, number)
    refund = NewRefund(
        id=asked.id,
        fund_id=asked.fund_id,
        amount=asked.amount,
        reason=asked.reason,
        to_bank_bin=asked.to_bank_bin,
        to_number=box.seal(number, field=TO_NUMBER_FIELD),
        to_holder=box.seal(asked.to_holder, field=TO_HOLDER_FIELD),
        requested_by=requested_by,
        from_account_id=await _paying(conn, school_id, asked),
    )
    asking = refunds.hold(conn, school_id=school_id, refund=refund, now=now)

    def is_it(known: RefundLine) -> bool:
        same = (known.fund_id, known.amount, known.to_bank_bin, known.to_number)
        return same == (asked.fund_id, asked.amount, asked.to_bank_bin, number) and (
            asked.from_account_id in (None, known.from_account_id)
        )

    return await _put_forward(
        conn, box, school_id, asked.id, "transfer", asking, is_it, requested_by, now
    )


async def request_strike(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    asked: StrikeAsked,
    requested_by: UUID,
    now: datetime,
) -> RefundLine:
    """Say that a fund is in the books twice, or never came. The same again has no effect.

    Raises:
        NoSuchFund, NotTheSame, FundInUse, OtherIsStruck, BothInStatement, NotProvedMissing
        RefundIdTaken
    """
    strike = NewStrike(
        id=asked.id,
        fund_id=asked.fund_id,
        double_of=asked.double_of,
        reason=asked.reason,
        requested_by=requested_by,
    )
    asking = striking.ask(conn, school_id=school_id, strike=strike, now=now)

    def is_it(known: RefundLine) -> bool:
        return (known.fund_id, known.double_of) == (asked.fund_id, asked.double_of)

    return await _put_forward(
        conn, box, school_id, asked.id, "strike", asking, is_it, requested_by, now
    )


async def request_deposit(
    conn: db.Conn,
    *,
    box: SchoolBox,
    school_id: int,
    asked: DepositAsked,
    requested_by: UUID,
    now: datetime,
) -> RefundLine:
    """Say that a fund is the school's own cash, paid in. The same again has no effect.

    Raises:
        NoSuchFund, NotADeposit, FundInUse, NoSuchCashBox, MoreThanInBox, RefundIdTaken
    """
    deposit = NewDeposit(
        id=asked.id,
        fund_id=asked.fund_id,
        from_account_id=asked.from_account_id,
        reason=asked.reason,
        requested_by=requested_by,
    )
    asking = depositing.ask(conn, school_id=school_id, deposit=deposit, now=now)

    def is_it(known: RefundLine) -> bool:
        said = (asked.fund_id, asked.from_account_id)
        return (known.fund_id, known.from_account_id) == said

    return await _put_forward(
        conn, box, school_id, asked.id, "deposit", asking, is_it, requested_by, now
    )


async def _put_forward(
    conn: db.Conn,
    box: SchoolBox,
    school_id: int,
    refund_id: UUID,
    kind: RefundKind,
    asking: Awaitable[bool],
    is_it: Callable[[RefundLine], bool],
    asked_by: UUID,
    now: datetime,
) -> RefundLine:
    """What is asked for waits for a second person; what was asked for before is as it was.

    Raises:
        RefundIdTaken: under this id something else was asked for.
    """
    try:
        is_new = await asking
    except db.UniqueViolation:
        # Of two funds at once: each lock is its own fund's.
        raise RefundIdTaken from None
    known = await queries.one(conn, box=box, school_id=school_id, refund_id=refund_id)
    if known.kind != kind or not is_it(known):
        raise RefundIdTaken
    if is_new:
        await telling.waits_for_second_person(
            conn,
            school_id=school_id,
            matter="refund" if kind == "transfer" else kind,
            matter_id=refund_id,
            asked_by=asked_by,
            now=now,
        )
        await _note(
            conn, school_id, refund_id, f"{_NAMES[kind]}_asked", asked_by, known.amount, now
        )
    return known


async def decide(
    conn: db.Conn,
    *,
    school_id: int,
    refund_id: UUID,
    decision: Decision,
    reason: str | None,
    decided_by: UUID,
    now: datetime,
) -> None:
    """Another person lets the transfer back be made, it be struck or a deposit, or does not.

    Raises:
        NoSuchRefund, RefundDecided, SamePerson
        BothInStatement, NotProvedMissing: a statement came since it was asked.
        MoreThanInBox: the cash box has less since it was asked.
    """
    kind = await queries.kind_of(conn, school_id=school_id, refund_id=refund_id)
    if decision == "approve":
        await _APPROVE[kind](
            conn,
            school_id=school_id,
            refund_id=refund_id,
            decided_by=decided_by,
            reason=reason,
            now=now,
        )
        if kind == "strike":
            await _tell_family(conn, school_id, refund_id, "reversed", now)
    else:
        await refunds.release(
            conn,
            school_id=school_id,
            refund_id=refund_id,
            state="rejected",
            by=decided_by,
            reason=reason,
            now=now,
        )
    done = "approved" if decision == "approve" else "rejected"
    await _note(conn, school_id, refund_id, f"{_NAMES[kind]}_{done}", decided_by, None, now)


async def settle(
    conn: db.Conn,
    *,
    school_id: int,
    refund_id: UUID,
    bank_ref: str | None,
    settled_by: UUID,
    now: datetime,
) -> None:
    """The bank has moved it under this reference; None: it did not, and the money is free again.

    Of what was struck or a deposit, None says that it was a family's transfer after all.

    Raises:
        NoSuchRefund, RefundDecided, BankReferenceUsed
    """
    kind = await queries.kind_of(conn, school_id=school_id, refund_id=refund_id)
    if bank_ref is not None:
        await _pay_out(conn, school_id, refund_id, bank_ref, settled_by, now)
    elif kind != "transfer":
        await striking.restore(
            conn, school_id=school_id, refund_id=refund_id, by=settled_by, now=now
        )
        await _note(conn, school_id, refund_id, f"{_NAMES[kind]}_restored", settled_by, None, now)
    else:
        await refunds.release(
            conn,
            school_id=school_id,
            refund_id=refund_id,
            state="failed",
            by=settled_by,
            reason=None,
            now=now,
        )
        await _note(conn, school_id, refund_id, "fee_refund_failed", settled_by, None, now)


async def _pay_out(
    conn: db.Conn, school_id: int, refund_id: UUID, bank_ref: str, by: UUID, now: datetime
) -> None:
    account_id = await refunds.account_paying(conn, school_id=school_id, refund_id=refund_id)
    # Of two refunds settled at once one sees the other; before the fund, as everywhere.
    await hold_account(conn, school_id=school_id, account_id=account_id)
    await refunds.pay_out(
        conn, school_id=school_id, refund_id=refund_id, bank_ref=bank_ref, by=by, now=now
    )
    if await queries.is_reference_used(
        conn, school_id=school_id, refund_id=refund_id, account_id=account_id, bank_ref=bank_ref
    ):
        raise BankReferenceUsed
    await queries.find_in_statements(conn, school_id=school_id, refund_id=refund_id)
    await _tell_family(conn, school_id, refund_id, "refunded", now)
    await _note(conn, school_id, refund_id, "fee_refund_paid", by, None, now)


def _check_account(bin: str, number: str) -> None:
    if bin not in banks():
        raise BadRefundAccount(
            ("Hãy chọn ngân hàng trong danh sách.", "Choose a bank of the list.")
        )
    if not is_number(number):
        raise BadRefundAccount(
            ("Số tài khoản có 6 đến 19 chữ số.", "An account's number has 6 to 19 digits.")
        )


async def _paying(conn: db.Conn, school_id: int, asked: RefundAsked) -> UUID:
    """Which account pays: nobody hands cash back out of a till that is counted."""
    payer = await queries.payer_of(
        conn, school_id=school_id, fund_id=asked.fund_id, wanted=asked.from_account_id
    )
    if payer is None:
        raise NoSuchFund
    if payer.from_id is None:
        raise NoAccountToPayFrom(
            (
                "Hãy chọn một tài khoản ngân hàng đang dùng của trường.",
                "Choose a bank account of the school that is in use.",
            )
        )
    return payer.from_id


_NAMES: dict[RefundKind, str] = {
    "transfer": "fee_refund",
    "strike": "fee_strike",
    "deposit": "fee_deposit",
}
_APPROVE = {
    "transfer": refunds.send,
    "strike": striking.strike,
    "deposit": depositing.approve,
}


async def _tell_family(
    conn: db.Conn,
    school_id: int,
    refund_id: UUID,
    change: Literal["refunded", "reversed"],
    now: datetime,
) -> None:
    """What was taken back from a bill was told then: of what is struck a credit alone is left."""
    whose = await queries.whose(
        conn, school_id=school_id, refund_id=refund_id, is_credit_alone=change == "reversed"
    )
    if whose is not None:
        await telling.changed(
            conn,
            school_id=school_id,
            student_id=whose.student_id,
            event_id=refund_id,
            change=change,
            amount=whose.amount,
            now=now,
        )


async def _note(
    conn: db.Conn,
    school_id: int,
    refund_id: UUID,
    kind: str,
    by: UUID,
    amount: int | None,
    now: datetime,
) -> None:
    await audit.record(
        conn,
        school_id=school_id,
        kind=kind,
        subject_id=refund_id,
        actor_account_id=by,
        detail={} if amount is None else {"amount": amount},
        now=now,
    )
