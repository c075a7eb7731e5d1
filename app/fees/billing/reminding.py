"""Reminders: to the family alone, once a week at most, three times a bill in all."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from app import db
from app.fees import telling
from app.fees.billing.model import InvoiceState, Settlement
from app.fees.billing.shown import NotReminded, Reminded
from app.fees.errors import NoSuchInvoice
from app.schools.common import school_day

MOST: Final = 3
APART: Final = timedelta(days=7)
AHEAD: Final = timedelta(days=3)


class Remindable(Struct, frozen=True, kw_only=True):
    """A bill as far as a reminder asks; `family_at`: when its family was reminded of any bill."""

    id: UUID
    student_id: UUID
    state: InvoiceState
    settlement: Settlement
    is_voluntary: bool
    due_day: date
    reminders: int
    family_at: datetime | None


async def remind(
    conn: db.Conn,
    *,
    school_id: int,
    invoice_ids: Sequence[UUID] | None,
    period_id: UUID | None,
    account_id: UUID,
    now: datetime,
) -> Reminded:
    """Remind the families of these bills, or of all of a period, one message a pupil.

    What may not be reminded of is left and named, of a period only what is owed.

    Raises:
        NoSuchInvoice: one of the ids is not of this school.
    """
    rows = await _held(conn, school_id, invoice_ids, period_id)
    if invoice_ids is not None and len(rows) < len(set(invoice_ids)):
        raise NoSuchInvoice
    reasons = {row.id: why_not(row, now=now) for row in rows}
    chosen = [row for row in rows if reasons[row.id] is None]
    await _write(conn, school_id, chosen, account_id, now)
    families = await telling.reminded(
        conn, school_id=school_id, invoice_ids=[row.id for row in chosen], now=now
    )
    return Reminded(
        families=families,
        invoices=len(chosen),
        left=[
            NotReminded(invoice_id=invoice_id, reason=reason)
            for invoice_id, reason in reasons.items()
            if reason is not None
        ],
    )


def why_not(
    row: Remindable, *, now: datetime
) -> Literal["not_open", "offer", "paid", "not_due", "too_soon", "enough"] | None:
    """Why a bill is not reminded of; None: it may be."""
    if row.state != "open":
        return "not_open"
    if row.is_voluntary:
        return "offer"
    if row.settlement == "paid":
        return "paid"
    if school_day(now) < row.due_day - AHEAD:
        return "not_due"
    if row.reminders >= MOST:
        return "enough"
    if row.family_at is not None and now - row.family_at < APART:
        return "too_soon"
    return None


async def _held(
    conn: db.Conn, school_id: int, invoice_ids: Sequence[UUID] | None, period_id: UUID | None
) -> list[Remindable]:
    # Of two who remind at once the second waits here, and then counts what the first has sent.
    await db.value(conn, "select pg_advisory_xact_lock(hashtext('fees.reminding'), $1)", school_id)
    return await db.many(
        conn,
        Remindable,
        """
        select i.id, i.student_id, i.state, i.settlement, i.is_voluntary, i.due_day,
               (select count(*) from fee_reminder f
                 where f.school_id = $1 and f.invoice_id = i.id) as reminders,
               (select max(f.sent_at) from fee_reminder f
                  join invoice o on o.school_id = $1 and o.id = f.invoice_id
                 where f.school_id = $1 and o.student_id = i.student_id) as family_at
          from invoice i
         where i.school_id = $1
           and ($2::uuid[] is null or i.id = any($2))
           and ($3::uuid is null or i.period_id = $3 and i.state = 'open'
                and i.settlement <> 'paid' and not i.is_voluntary)
         order by i.id
        """,
        school_id,
        None if invoice_ids is None else list(invoice_ids),
        period_id,
    )


async def _write(
    conn: db.Conn,
    school_id: int,
    chosen: Sequence[Remindable],
    account_id: UUID,
    now: datetime,
) -> None:
    await conn.execute(
        """
        insert into fee_reminder (school_id, invoice_id, nth, sent_by, sent_at)
        select $1, q.id, q.nth, $2, $3 from unnest($4::uuid[], $5::smallint[]) as q (id, nth)
        """,
        school_id,
        account_id,
        now,
        [row.id for row in chosen],
        [row.reminders + 1 for row in chosen],
    )
