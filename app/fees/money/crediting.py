"""Money that a family has left over pays its child's next bills, the oldest money first."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct, structs

from app import db
from app.fees.money import receipts
from app.fees.money.holding import hold_invoices
from app.fees.money.model import FundHeld, InvoiceHeld
from app.fees.money.steps import Move, write

CREDIT_USED: Final = "Tiền thừa đã dùng cho khoản phải đóng tiếp theo"


class Asked(Struct, frozen=True, kw_only=True):
    """A bill that credit may pay."""

    id: UUID
    student_id: UUID
    due_day: date


async def lock_credit(
    conn: db.Conn,
    *,
    school_id: int,
    student_ids: Collection[UUID],
    invoice_ids: Collection[UUID] = (),
    waits: bool = True,
) -> list[FundHeld]:
    """Lock, by id, the funds that are these pupils' credit, and those that paid these invoices.

    Who is going to change a bill and then calls `reverse_all` or `apply_credit` begins with it:
    funds are locked before bills. Answers in the order in which the money came. Without `waits`
    those that somebody else has in hand are left out.
    """
    sql = """
        select f.id from fund f
         where f.school_id = $1 and f.id in (
               select c.id from fund c where c.school_id = $1 and c.credit_student_id = any($2)
                union all
               select a.fund_id from allocation a
                where a.school_id = $1 and a.invoice_id = any($3))
         order by f.id for no key update
        """
    locked = await db.rows(
        conn,
        sql if waits else sql + " skip locked",
        school_id,
        list(student_ids),
        list(invoice_ids),
    )
    # What was waited for is seen by a statement of its own.
    return await db.many(
        conn,
        FundHeld,
        """
        select id, amount, free, review, credit_student_id from fund
         where school_id = $1 and id = any($3) and credit_student_id = any($2) and free > 0
         order by received_at, id
        """,
        school_id,
        list(student_ids),
        [row["id"] for row in locked],
    )


async def apply_credit(
    conn: db.Conn,
    *,
    school_id: int,
    invoice_ids: Collection[UUID],
    now: datetime,
    waits: bool = True,
) -> int:
    """Pay these bills, just opened, from their pupils' credit; how many đồng. Offers are left out.

    Once a transaction, with all its bills: it ends with the receipts' lock, after which nobody
    waits for a fund. Who holds bills that others see, or that lock, does not wait before it either
    (docs/decisions/0062): what somebody has in hand stays for the next bill.
    """
    asked = await _asked(conn, school_id=school_id, invoice_ids=invoice_ids)
    if not asked:
        return 0
    students = {bill.student_id for bill in asked}
    credit = await lock_credit(conn, school_id=school_id, student_ids=students, waits=waits)
    if not credit:
        return 0
    bills = await hold_invoices(conn, school_id=school_id, invoice_ids=[bill.id for bill in asked])
    used: list[UUID] = []
    total = 0
    for fund in credit:
        moves = _moves(fund, (bills[each.id] for each in asked if each.id in bills))
        if not moves:
            continue
        await write(
            conn,
            school_id=school_id,
            fund=fund,
            moves=moves,
            how="credit",
            made_by=None,
            now=now,
            review=fund.review,
            credit_student_id=fund.credit_student_id,
        )
        for move in moves:
            bills[move.invoice.id] = structs.replace(
                move.invoice, paid=move.invoice.paid + move.amount
            )
            total += move.amount
        used.append(fund.id)
    await receipts.renew(
        conn, school_id=school_id, fund_ids=used, reason=CREDIT_USED, made_by=None, now=now
    )
    return total


def _moves(fund: FundHeld, bills: Iterable[InvoiceHeld]) -> list[Move]:
    """The fund's free money over its pupil's bills, in their order."""
    moves: list[Move] = []
    left = fund.free
    for bill in bills:
        if bill.student_id != fund.credit_student_id or bill.state != "open":
            continue
        amount = min(left, bill.due)
        if amount > 0:
            moves.append(Move(invoice=bill, amount=amount))
            left -= amount
    return moves


async def _asked(conn: db.Conn, *, school_id: int, invoice_ids: Collection[UUID]) -> list[Asked]:
    """Those that ask for money, the first due first."""
    return await db.many(
        conn,
        Asked,
        """
        select id, student_id, due_day from invoice
         where school_id = $1 and id = any($2) and state = 'open' and not is_voluntary
           and total > paid
         order by due_day, seq, id
        """,
        school_id,
        list(invoice_ids),
    )
