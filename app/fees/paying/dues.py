"""What a family owes, is offered, and has paid, each line with its legal basis."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from app import db
from app.contact_book.model import FamilyLink
from app.fees.errors import InvoiceHasMoney, InvoiceNotOpen, NoSuchInvoice
from app.fees.paying import queries
from app.fees.paying.kin import pairs_of, payers_links
from app.fees.paying.model import Bill, BillRow, ChildDue, DueLine, DueShown, NotAnOffer
from app.identity.model import Caller
from app.schools.common import school_day

_PAST: Final = 20


async def due(
    conn: db.Conn, *, caller: Caller, student_id: UUID | None, now: datetime
) -> list[ChildDue]:
    """The fees of the caller's children, or of that one, at each school that they are or were at.

    A school that a child has left is there only while something is or was billed.

    Raises:
        NoSuchChild: `student_id` is none of the caller's.
    """
    links = await payers_links(conn, caller=caller, student_id=student_id)
    schools = [link.school_id for link in links]
    students = [link.student_id for link in links]
    rows = await queries.bills_of(conn, school_ids=schools, student_ids=students, past=_PAST)
    bills = await _with_lines(conn, rows, today=school_day(now))
    former = {(link.school_id, link.student_id) for link in links if link.until is not None}
    found = await queries.children(conn, school_ids=schools, student_ids=students)
    return [
        _of_child(child, own, has_left=has_left)
        for child in found
        for own in [[b for b in bills if _whose(b) == (child.school_id, child.student_id)]]
        for has_left in [(child.school_id, child.student_id) in former]
        if own or child.credit or not has_left
    ]


async def bill_of(conn: db.Conn, *, caller: Caller, invoice_id: UUID, now: datetime) -> DueShown:
    """One bill of a child of the caller's, and what was paid to it.

    Raises:
        NoSuchInvoice: none of theirs.
    """
    row = await _own_bill(conn, caller=caller, invoice_id=invoice_id)
    return await _shown(conn, row, now=now)


async def decline(
    conn: db.Conn, *, caller: Caller, invoice_id: UUID, is_declined: bool, now: datetime
) -> DueShown:
    """Leave an offer, or take it up again; nobody is asked why, nobody is told.

    Raises:
        NoSuchInvoice: none of the caller's.
        NotAnOffer: it is owed.
        InvoiceNotOpen, InvoiceHasMoney: it is void, or something was paid to it.
    """
    row = await _own_bill(conn, caller=caller, invoice_id=invoice_id)
    if not row.is_voluntary:
        raise NotAnOffer
    if row.state != "open":
        raise InvoiceNotOpen
    if is_declined and row.paid:
        raise InvoiceHasMoney
    if is_declined != (row.declined_at is not None):
        at = now if is_declined else None
        if not await queries.mark_declined(
            conn, school_id=row.school_id, invoice_id=row.id, at=at, now=now
        ):
            raise InvoiceHasMoney
        (row,) = await queries.bills(conn, school_ids=[row.school_id], invoice_ids=[row.id])
    return await _shown(conn, row, now=now)


async def own_bills(
    conn: db.Conn, *, links: list[FamilyLink], invoice_ids: Sequence[UUID]
) -> list[BillRow]:
    """These bills of the linked children; those of others are not among them."""
    pairs = pairs_of(links)
    found = await queries.bills(
        conn, school_ids={school for school, _ in pairs}, invoice_ids=invoice_ids
    )
    return [row for row in found if _whose(row) in pairs]


async def _own_bill(conn: db.Conn, *, caller: Caller, invoice_id: UUID) -> BillRow:
    links = await payers_links(conn, caller=caller)
    found = await own_bills(conn, links=links, invoice_ids=[invoice_id])
    if not found:
        raise NoSuchInvoice
    return found[0]


async def _shown(conn: db.Conn, row: BillRow, *, now: datetime) -> DueShown:
    (bill,) = await _with_lines(conn, [row], today=school_day(now))
    return DueShown(
        bill=bill,
        payments=await queries.payments_of(conn, school_id=row.school_id, invoice_id=row.id),
    )


async def _with_lines(conn: db.Conn, rows: Sequence[BillRow], *, today: date) -> list[Bill]:
    found = await queries.lines_of(
        conn,
        school_ids={row.school_id for row in rows},
        invoice_ids=[row.id for row in rows],
    )
    lines: dict[UUID, list[DueLine]] = {}
    for each in found:
        lines.setdefault(each.invoice_id, []).append(_line(each))
    return [_bill(row, lines.get(row.id, []), today=today) for row in rows]


def _line(row: queries.LineRow) -> DueLine:
    return DueLine(**{name: getattr(row, name) for name in DueLine.__struct_fields__})


def _bill(row: BillRow, lines: list[DueLine], *, today: date) -> Bill:
    return Bill(
        id=row.id,
        school_id=row.school_id,
        student_id=row.student_id,
        period_id=row.period_id,
        period_name=row.period_name,
        seq=row.seq,
        is_voluntary=row.is_voluntary,
        # Of an offer a family gives what it likes.
        accepts_partial=row.accepts_partial or row.is_voluntary,
        account_id=row.account_id,
        is_by_transfer=row.is_by_transfer,
        pay_ref=row.pay_ref,
        state=row.state,
        settlement=row.settlement,
        due_day=row.due_day,
        is_overdue=row.left > 0 and not row.is_voluntary and row.due_day < today,
        charged=row.charged,
        waived=row.waived,
        total=row.total,
        paid=row.paid,
        left=row.left,
        opened_at=row.opened_at,
        declined_at=row.declined_at,
        void_reason=row.void_reason,
        replaces=row.replaces,
        lines=lines,
    )


def _whose(bill: BillRow | Bill) -> tuple[int, UUID]:
    return bill.school_id, bill.student_id


def _of_child(child: queries.ChildRow, bills: list[Bill], *, has_left: bool) -> ChildDue:
    live = [bill for bill in bills if bill.left > 0]
    owed = [bill for bill in live if not bill.is_voluntary]
    offers = [bill for bill in live if bill.is_voluntary]
    past = [bill for bill in bills if bill.left == 0]
    return ChildDue(
        school_id=child.school_id,
        school_name=child.school_name,
        student_id=child.student_id,
        student_name=child.student_name,
        has_left=has_left,
        due=sum(bill.left for bill in owed),
        credit=child.credit,
        bills=owed,
        offers=[bill for bill in offers if bill.declined_at is None],
        declined=[bill for bill in offers if bill.declined_at is not None],
        history=sorted(past, key=lambda bill: (bill.due_day, bill.id), reverse=True),
    )
