"""Putting money to bills, and taking it back. Each call is one step of the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import structs

from app import db
from app.fees import telling
from app.fees.errors import (
    AlreadyReversed,
    InvoiceHasMoney,
    InvoiceNotOpen,
    MoreThanDue,
    MoreThanFree,
    NoSuchAllocation,
    NoSuchInvoice,
    NotAnAmount,
)
from app.fees.money import funds, receipts
from app.fees.money.holding import hold_invoices
from app.fees.money.model import Allocated, FundHeld, How, InvoiceHeld, Review, Share
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

    Free money without such a pupil goes on waiting.

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


async def reverse(
    conn: db.Conn,
    *,
    school_id: int,
    allocation_id: UUID,
    made_by: UUID | None,
    reason: str,
    now: datetime,
) -> None:
    """Take an allocation back, once: what is free of its fund waits for a person.

    For nobody's next bill, though it was somebody's credit: it would go where it was taken from.

    Raises:
        NoSuchAllocation: not of this school, or it takes back another one itself.
        AlreadyReversed: somebody was faster.
    """
    found = await _allocated(conn, school_id=school_id, allocation_id=allocation_id)
    if found is None:
        raise NoSuchAllocation
    fund = (await funds.hold_funds(conn, school_id=school_id, fund_ids=[found.fund_id]))[
        found.fund_id
    ]
    invoices = await hold_invoices(conn, school_id=school_id, invoice_ids=[found.invoice_id])
    if await _is_reversed(conn, school_id=school_id, allocation_id=allocation_id):
        raise AlreadyReversed
    invoice = invoices[found.invoice_id]
    await write(
        conn,
        school_id=school_id,
        fund=fund,
        moves=[Move(invoice=invoice, amount=-found.amount, reverses=found.id)],
        how="reversal",
        made_by=made_by,
        now=now,
        review=fund.review or "over",
        credit_student_id=None,
        reason=reason,
    )
    await receipts.renew(
        conn, school_id=school_id, fund_ids=[fund.id], reason=reason, made_by=made_by, now=now
    )
    await telling.changed(
        conn,
        school_id=school_id,
        student_id=invoice.student_id,
        event_id=allocation_id,
        change="reversed",
        amount=found.amount,
        now=now,
    )
    if fund.credit_student_id is not None and fund.free:
        await telling.changed(
            conn,
            school_id=school_id,
            student_id=fund.credit_student_id,
            event_id=allocation_id,
            change="uncredited",
            amount=fund.free,
            now=now,
        )


async def reverse_all(
    conn: db.Conn,
    *,
    school_id: int,
    invoice_id: UUID,
    made_by: UUID | None,
    reason: str,
    now: datetime,
) -> int:
    """Free all that was paid on a bill, to void it; how much. It waits for the pupil's next bill.

    Of a fund that is another pupil's credit already it waits for a person. Tells nobody.

    Raises:
        NoSuchInvoice: not of this school.
        InvoiceHasMoney: more came while we waited: try again.
    """
    expected = await _live(conn, school_id=school_id, invoice_id=invoice_id)
    held = await funds.hold_funds(
        conn, school_id=school_id, fund_ids={each.fund_id for each in expected}
    )
    invoices = await hold_invoices(conn, school_id=school_id, invoice_ids=[invoice_id])
    if invoice_id not in invoices:
        raise NoSuchInvoice
    live = await _live(conn, school_id=school_id, invoice_id=invoice_id)
    if any(each.fund_id not in held for each in live):
        raise InvoiceHasMoney
    invoice = invoices[invoice_id]
    for each in live:
        fund = held[each.fund_id]
        credit = fund.credit_student_id or invoice.student_id
        await write(
            conn,
            school_id=school_id,
            fund=fund,
            moves=[Move(invoice=invoice, amount=-each.amount, reverses=each.id)],
            how="reversal",
            made_by=made_by,
            now=now,
            review=fund.review if credit == invoice.student_id else "over",
            credit_student_id=credit,
            reason=reason,
        )
        held[fund.id] = structs.replace(
            fund, free=fund.free + each.amount, credit_student_id=credit
        )
        invoice = structs.replace(invoice, paid=invoice.paid - each.amount)
    await receipts.renew(
        conn, school_id=school_id, fund_ids=list(held), reason=reason, made_by=made_by, now=now
    )
    return sum(each.amount for each in live)


async def _allocated(conn: db.Conn, *, school_id: int, allocation_id: UUID) -> Allocated | None:
    return await db.one(
        conn,
        Allocated,
        """
        select id, fund_id, invoice_id, amount from allocation
         where school_id = $1 and id = $2 and reverses is null
        """,
        school_id,
        allocation_id,
    )


async def _is_reversed(conn: db.Conn, *, school_id: int, allocation_id: UUID) -> bool:
    found: bool = await db.value(
        conn,
        "select exists (select from allocation where school_id = $1 and reverses = $2)",
        school_id,
        allocation_id,
    )
    return found


async def _live(conn: db.Conn, *, school_id: int, invoice_id: UUID) -> list[Allocated]:
    """What was put to an invoice and not taken back."""
    return await db.many(
        conn,
        Allocated,
        """
        select a.id, a.fund_id, a.invoice_id, a.amount from allocation a
         where a.school_id = $1 and a.invoice_id = $2 and a.reverses is null
           and not exists (select from allocation r where r.school_id = $1 and r.reverses = a.id)
         order by a.id
        """,
        school_id,
        invoice_id,
    )
