"""Putting money to bills, and taking it back. Each call is one step of the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from app import db
from app.fees import telling
from app.fees.errors import (
    InvoiceNotOpen,
    MoreThanDue,
    MoreThanFree,
    NoSuchInvoice,
    NotAnAmount,
)
from app.fees.money import funds, receipts
from app.fees.money.holding import hold_invoices
from app.fees.money.model import FundHeld, How, InvoiceHeld, Review, Share
from app.fees.money.receipts import Written
from app.fees.money.steps import Move, write

# What a receipt that is no longer true says of itself.
MORE_ALLOCATED: Final = "Ghi nhận thêm tiền của cùng khoản này"
CREDIT_USED: Final = "Tiền thừa đã chuyển sang khoản phải đóng khác"
REVIEWED: Final = "Khoản tiền đã được xem xét lại"


async def allocate(
    conn: db.Conn,
    *,
    school_id: int,
    fund_id: UUID,
    shares: Sequence[Share],
    how: How,
    made_by: UUID | None,
    now: datetime,
    review: Review | None = None,
    credit_student_id: UUID | None = None,
    intent_id: UUID | None = None,
) -> None:
    """Put a fund's free money to bills, write the papers and tell the families.

    `review`, `credit_student_id` are what the fund has afterwards, None too: no person has to look,
    and what is free waits for nobody's next bill. `made_by`: the account, None: by the reference
    alone. Without shares it is what makes a new fund's papers.

    Raises:
        NoSuchFund, NoSuchInvoice: not of this school.
        NotAnAmount: a share is not above 0.
        InvoiceNotOpen, MoreThanDue, MoreThanFree: nothing is written by then, only locked: the
            caller may judge again what is true now, and call again in this transaction.
    """
    amounts = _amounts(shares)
    fund = (await funds.hold_funds(conn, school_id=school_id, fund_ids=[fund_id]))[fund_id]
    invoices = await hold_invoices(conn, school_id=school_id, invoice_ids=list(amounts))
    _check(fund, invoices, amounts)
    await write(
        conn,
        school_id=school_id,
        fund=fund,
        moves=[
            Move(invoice=invoices[invoice_id], amount=amount)
            for invoice_id, amount in amounts.items()
        ],
        how=how,
        made_by=made_by,
        now=now,
        review=review,
        credit_student_id=credit_student_id,
        intent_id=intent_id,
    )
    papers = await receipts.renew(
        conn,
        school_id=school_id,
        fund_ids=[fund_id],
        reason=MORE_ALLOCATED,
        made_by=made_by,
        now=now,
    )
    await _tell(
        conn,
        school_id=school_id,
        fund_id=fund_id,
        paid=_by_student(invoices, amounts),
        papers=papers,
        now=now,
    )


def _amounts(shares: Sequence[Share]) -> dict[UUID, int]:
    amounts: dict[UUID, int] = {}
    for share in shares:
        if share.amount <= 0:
            raise NotAnAmount
        amounts[share.invoice_id] = amounts.get(share.invoice_id, 0) + share.amount
    return amounts


def _check(
    fund: FundHeld, invoices: Mapping[UUID, InvoiceHeld], amounts: Mapping[UUID, int]
) -> None:
    if sum(amounts.values()) > fund.free:
        raise MoreThanFree
    for invoice_id, amount in amounts.items():
        invoice = invoices.get(invoice_id)
        if invoice is None:
            raise NoSuchInvoice
        if invoice.state != "open":
            raise InvoiceNotOpen
        if amount > invoice.due:
            raise MoreThanDue


def _by_student(
    invoices: Mapping[UUID, InvoiceHeld], amounts: Mapping[UUID, int]
) -> dict[UUID, int]:
    paid: dict[UUID, int] = {}
    for invoice_id, amount in amounts.items():
        student_id = invoices[invoice_id].student_id
        paid[student_id] = paid.get(student_id, 0) + amount
    return paid


async def _tell(
    conn: db.Conn,
    *,
    school_id: int,
    fund_id: UUID,
    paid: Mapping[UUID, int],
    papers: Sequence[Written],
    now: datetime,
) -> None:
    receipt_of = {each.student_id: each.id for each in papers if each.kind == "receipt"}
    shares = [
        telling.PaidShare(student_id=student_id, amount=amount, receipt_id=receipt_of[student_id])
        for student_id, amount in paid.items()
    ]
    if shares:
        await telling.paid(conn, school_id=school_id, fund_id=fund_id, shares=shares, now=now)


async def set_review(
    conn: db.Conn,
    *,
    school_id: int,
    fund_id: UUID,
    review: Review | None,
    credit_student_id: UUID | None,
    made_by: UUID | None,
    now: datetime,
) -> None:
    """Say why a fund waits for a person, or that it does not, and whose next bill it is for.

    Raises:
        NoSuchFund: not of this school.
    """
    fund = (await funds.hold_funds(conn, school_id=school_id, fund_ids=[fund_id]))[fund_id]
    if fund.review == review and fund.credit_student_id == credit_student_id:
        return
    await write(
        conn,
        school_id=school_id,
        fund=fund,
        moves=[],
        how="confirmed",
        made_by=made_by,
        now=now,
        review=review,
        credit_student_id=credit_student_id,
    )
    await receipts.renew(
        conn, school_id=school_id, fund_ids=[fund_id], reason=REVIEWED, made_by=made_by, now=now
    )
