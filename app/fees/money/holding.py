"""Invoices under this transaction's lock, and what an allocation to them does to the books."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from app import db
from app.fees.money.ledger import Entry
from app.fees.money.model import InvoiceHeld


class LineNet(Struct, frozen=True, kw_only=True):
    """A line of an offer, what is waived taken off; a meal not eaten is below zero."""

    invoice_id: UUID
    item_id: UUID
    net: int


async def hold_invoices(
    conn: db.Conn, *, school_id: int, invoice_ids: Collection[UUID]
) -> dict[UUID, InvoiceHeld]:
    """Lock these invoices in the order of their ids, after the funds.

    A draft is not there: who makes it holds it, and may wait for a fund that we hold.
    """
    found = await db.many(
        conn,
        InvoiceHeld,
        """
        select id, student_id, state, is_voluntary, total, paid from invoice
         where school_id = $1 and id = any($2) and state <> 'draft' order by id for no key update
        """,
        school_id,
        list(invoice_ids),
    )
    return {invoice.id: invoice for invoice in found}


async def lines_of_offers(
    conn: db.Conn, *, school_id: int, invoices: Collection[InvoiceHeld]
) -> dict[UUID, list[LineNet]]:
    """The lines of those that are offers, in the order in which they are paid."""
    ids = [invoice.id for invoice in invoices if invoice.is_voluntary]
    if not ids:
        return {}
    found = await db.many(
        conn,
        LineNet,
        """
        select invoice_id, item_id, amount - waived as net from invoice_line
         where school_id = $1 and invoice_id = any($2) order by invoice_id, amount < 0, n
        """,
        school_id,
        ids,
    )
    lines: dict[UUID, list[LineNet]] = {}
    for line in found:
        lines.setdefault(line.invoice_id, []).append(line)
    return lines


def entries_of(
    invoice: InvoiceHeld, *, amount: int, lines: Mapping[UUID, Sequence[LineNet]]
) -> list[Entry]:
    """What `amount`, taken back if below zero, does when it is allocated to this invoice.

    An offer is income when it is paid, its lines in their order: what is in the books follows from
    the sum paid, whatever the steps. Taken back from a bill given up, it was given up as well.
    """
    ours = Entry(account="unallocated", amount=amount)
    if not invoice.is_voluntary:
        account = "written_off" if invoice.state == "written_off" else "receivable"
        return [ours, Entry(account=account, amount=-amount, student_id=invoice.student_id)]
    before = income_at(invoice.paid, lines.get(invoice.id, ()))
    after = income_at(invoice.paid + amount, lines.get(invoice.id, ()))
    return [ours] + [
        Entry(
            account=f"income:{item_id}",
            amount=before[item_id] - earned,
            student_id=invoice.student_id,
        )
        for item_id, earned in after.items()
        if earned != before[item_id]
    ]


def income_at(paid: int, lines: Sequence[LineNet]) -> dict[UUID, int]:
    """What each item of an offer has earned once `paid` đồng were paid on it; the sum is `paid`."""
    earned: dict[UUID, int] = {}
    reached = 0
    for line in lines:
        before, reached = reached, reached + line.net
        part = min(paid, reached) - min(paid, before)
        earned[line.item_id] = earned.get(line.item_id, 0) + part
    return earned
