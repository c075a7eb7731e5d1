"""Bills in lists, and one with all of its lines."""

from uuid import UUID

from msgspec import Struct

from app import db
from app.fees.billing.model import InvoiceState, Settlement
from app.fees.billing.shown import (
    InvoiceDetail,
    InvoiceLine,
    InvoicePayment,
    InvoiceRow,
    InvoiceShown,
)
from app.fees.errors import NoSuchInvoice
from app.schools.common import contains_pattern
from app.schools.students.model import NoSuchStudent


class Wanted(Struct, frozen=True, kw_only=True):
    """Which bills; None: whatever it is. `q`: any part of the name, or a reference."""

    period_id: UUID | None = None
    class_id: UUID | None = None
    student_id: UUID | None = None
    state: InvoiceState | None = None
    settlement: Settlement | None = None
    is_voluntary: bool | None = None
    q: str | None = None


async def invoices(
    conn: db.Conn,
    *,
    school_id: int,
    wanted: Wanted,
    after: tuple[str, UUID] | None,
    limit: int,
) -> list[InvoiceRow]:
    """Bills by the pupil's name, of a pupil the oldest first.

    Raises:
        NoSuchStudent: the pupil who is wanted was never of this school.
    """
    if wanted.student_id is not None:
        await _require_pupil(conn, school_id, wanted.student_id)
    return await db.many(
        conn,
        InvoiceRow,
        _ROWS
        + """
           and ($2::uuid is null or i.period_id = $2)
           and ($3::uuid is null or i.class_id = $3)
           and ($4::uuid is null or i.student_id = $4)
           and ($5::text is null or i.state = $5)
           and ($6::text is null or i.settlement = $6)
           and ($7::bool is null or i.is_voluntary = $7)
           and ($8::text is null or s.search_key like $8 or i.pay_ref = $9)
           and ($10::text is null or (s.sort_key, i.id) > ($10, $11::uuid))
         order by s.sort_key, i.id limit $12
        """,
        school_id,
        wanted.period_id,
        wanted.class_id,
        wanted.student_id,
        wanted.state,
        wanted.settlement,
        wanted.is_voluntary,
        contains_pattern(wanted.q),
        (wanted.q or "").strip().upper(),
        *(after or (None, None)),
        limit,
    )


async def _require_pupil(conn: db.Conn, school_id: int, student_id: UUID) -> None:
    is_here = await db.value(
        conn,
        "select exists (select from student where school_id = $1 and id = $2)",
        school_id,
        student_id,
    )
    if not is_here:
        raise NoSuchStudent


async def invoice_row(conn: db.Conn, *, school_id: int, invoice_id: UUID) -> InvoiceRow:
    """One bill.

    Raises:
        NoSuchInvoice: not of this school.
    """
    row = await db.one(conn, InvoiceRow, _ROWS + " and i.id = $2", school_id, invoice_id)
    if row is None:
        raise NoSuchInvoice
    return row


_ROWS = """
    select i.id, i.school_id, i.student_id, s.name as student_name, s.sort_key, i.class_id,
           c.name as class_name, i.period_id, p.name as period_name, i.seq, i.is_voluntary,
           i.account_id, i.pay_ref, i.state, i.settlement, i.due_day, i.charged, i.waived, i.total,
           i.paid, case when i.state = 'open' then i.total - i.paid else 0 end as rest,
           r.reminders, r.reminded_at, s.ended_at is not null as has_left, i.opened_at,
           i.declined_at
      from invoice i
      join student s on s.school_id = i.school_id and s.id = i.student_id
      join billing_period p on p.school_id = i.school_id and p.id = i.period_id
      left join school_class c on c.school_id = i.school_id and c.id = i.class_id
     cross join lateral (
           select count(*) as reminders, max(sent_at) as reminded_at from fee_reminder f
            where f.school_id = i.school_id and f.invoice_id = i.id) r
     where i.school_id = $1
"""


async def invoice_shown(conn: db.Conn, *, school_id: int, invoice_id: UUID) -> InvoiceShown:
    """One bill with its lines, what was paid, and who did what to it.

    Raises:
        NoSuchInvoice: not of this school.
    """
    row = await invoice_row(conn, school_id=school_id, invoice_id=invoice_id)
    return InvoiceShown(
        invoice=row,
        detail=await _detail(conn, school_id, invoice_id),
        lines=await _lines(conn, school_id, invoice_id),
        payments=await _payments(conn, school_id, invoice_id),
    )


async def _detail(conn: db.Conn, school_id: int, invoice_id: UUID) -> InvoiceDetail:
    found = await db.one(
        conn,
        InvoiceDetail,
        """
        select i.replaces,
               (select n.id from invoice n
                 where n.school_id = $1 and n.replaces = i.id
                   and n.student_id = i.student_id limit 1) as replaced_by,
               (select min(name) from staff
                 where school_id = $1 and account_id = i.issued_by) as issued_by,
               (select min(name) from staff
                 where school_id = $1 and account_id = i.voided_by) as voided_by,
               i.voided_at, i.void_reason,
               (select min(name) from staff
                 where school_id = $1 and account_id = i.written_off_by) as written_off_by,
               i.written_off_at, i.write_off_reason
          from invoice i where i.school_id = $1 and i.id = $2
        """,
        school_id,
        invoice_id,
    )
    if found is None:
        raise NoSuchInvoice
    return found


async def _lines(conn: db.Conn, school_id: int, invoice_id: UUID) -> list[InvoiceLine]:
    return await db.many(
        conn,
        InvoiceLine,
        """
        select n, kind, item_id, waiver_id, name, legal_basis, unit, quantity, unit_amount, amount,
               waived, receipt_kind
          from invoice_line where school_id = $1 and invoice_id = $2 order by n
        """,
        school_id,
        invoice_id,
    )


async def _payments(conn: db.Conn, school_id: int, invoice_id: UUID) -> list[InvoicePayment]:
    return await db.many(
        conn,
        InvoicePayment,
        """
        select id as allocation_id, fund_id, amount, how, made_at from allocation
         where school_id = $1 and invoice_id = $2 order by made_at, id
        """,
        school_id,
        invoice_id,
    )
