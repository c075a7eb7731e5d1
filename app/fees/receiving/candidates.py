"""What the references of a memo lead to, looked up in one statement and held."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from msgspec import Struct

from app import db
from app.fees.receiving.matching import (
    Bill,
    BillState,
    Intent,
    IntentState,
    Named,
    Wanted,
)

# A memo of 210 characters has room for 19; nobody pays so many bills by one transfer.
MOST_REFERENCES = 20


class _Row(Struct, frozen=True, kw_only=True):
    ref: str
    invoice_id: UUID
    student_id: UUID
    account_id: UUID
    state: BillState
    is_voluntary: bool
    accepts_partial: bool
    due_day: date
    amount_left: int
    share: int | None
    intent_id: UUID | None
    intent_state: IntentState | None
    intent_expires_at: datetime | None


async def named_by(
    conn: db.Conn, *, school_id: int, refs: Sequence[str], now: datetime
) -> list[Named]:
    """What those of these references that the school knows lead to.

    Intents and invoices are held until the transaction ends, invoices by id: whoever holds a fund
    may call this, whoever holds an invoice already may not.
    """
    if not refs:
        return []
    rows = await db.many(
        conn,
        _Row,
        """
        with wanted as (
            select ref, invoice_id, intent_id from pay_reference
             where school_id = $1 and ref = any($2)),
        held as (
            select id, state, expires_at from payment_intent
             where school_id = $1 and id in (select intent_id from wanted)
             order by id for no key update)
        select w.ref, i.id as invoice_id, i.student_id, i.account_id, i.state, i.is_voluntary,
               p.accepts_partial or i.is_voluntary as accepts_partial, i.due_day,
               i.total - i.paid as amount_left, s.amount as share,
               w.intent_id, h.state as intent_state, h.expires_at as intent_expires_at
          from wanted w
          left join held h on h.id = w.intent_id
          left join payment_intent_share s on s.school_id = $1 and s.intent_id = w.intent_id
          join invoice i on i.school_id = $1 and i.id = coalesce(w.invoice_id, s.invoice_id)
          join billing_period p on p.school_id = $1 and p.id = i.period_id
         order by i.id for no key update of i
        """,
        school_id,
        list(refs)[:MOST_REFERENCES],
    )
    return _by_reference(rows, now)


def _by_reference(rows: Iterable[_Row], now: datetime) -> list[Named]:
    return [
        _named(ref, list(own), now)
        for ref, own in groupby(sorted(rows, key=lambda row: row.ref), key=lambda row: row.ref)
    ]


def _named(ref: str, rows: Sequence[_Row], now: datetime) -> Named:
    first = rows[0]
    intent = None
    if first.intent_id is not None and first.intent_state is not None:
        is_late = first.intent_expires_at is not None and first.intent_expires_at <= now
        intent = Intent(
            id=first.intent_id,
            state=first.intent_state,
            is_over=is_late or first.intent_state in ("expired", "failed"),
        )
    wanted = [
        Wanted(
            bill=Bill(
                invoice_id=row.invoice_id,
                student_id=row.student_id,
                account_id=row.account_id,
                state=row.state,
                is_voluntary=row.is_voluntary,
                accepts_partial=row.accepts_partial,
                due_day=row.due_day,
                left=row.amount_left,
            ),
            amount=row.amount_left if row.share is None else row.share,
        )
        for row in rows
    ]
    return Named(ref=ref, wanted=tuple(wanted), intent=intent)
