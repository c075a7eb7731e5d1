"""The books: double entry, debit above zero, credit below, written once and never changed.

Accounts: `money:<fee account>` is ours; `income:<item>`; `receivable` is what bills still ask for;
`unallocated` is money that is no bill's; `refund_payable` is money that goes back; `written_off`.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app import db
from app.ids import new_id
from app.schools.common import school_day

SourceKind = Literal[
    "invoice_opened",
    "invoice_voided",
    "invoice_written_off",
    "fund",
    "allocation",
    "refund_held",
    "refund_released",
    "refund_paid",
    "refund_struck",
    "refund_deposited",
    "refund_restored",
]
BillEvent = Literal["invoice_opened", "invoice_voided", "invoice_written_off"]


class Entry(Struct, frozen=True, kw_only=True):
    """Debit above zero, credit below. `student_id`: whose bill it is about."""

    account: str
    amount: int
    student_id: UUID | None = None


class Txn(Struct, frozen=True, kw_only=True):
    """What one fact does to the books; its entries sum to zero."""

    source_kind: SourceKind
    source_id: UUID
    entries: Sequence[Entry]


async def post(
    conn: db.Conn,
    *,
    school_id: int,
    txns: Sequence[Txn],
    now: datetime,
    day: date | None = None,
) -> None:
    """Write these; a source that is in the books already fails. `day` None: that of `now`."""
    ids = [new_id() for _ in txns]
    lines = [
        (txn_id, n, entry)
        for txn_id, txn in zip(ids, txns, strict=True)
        for n, entry in enumerate(txn.entries, 1)
    ]
    await conn.execute(
        """
        with txn as (
            insert into ledger_txn (school_id, id, day, made_at, source_kind, source_id)
            select $1, t.id, $2, $3, t.kind, t.source_id
              from unnest($4::uuid[], $5::text[], $6::uuid[]) as t (id, kind, source_id))
        insert into ledger_entry (school_id, txn_id, n, account, amount, student_id)
        select $1, e.txn_id, e.n, e.account, e.amount, e.student_id
          from unnest($7::uuid[], $8::smallint[], $9::text[], $10::bigint[], $11::uuid[])
               as e (txn_id, n, account, amount, student_id)
        """,
        school_id,
        day or school_day(now),
        now,
        ids,
        [txn.source_kind for txn in txns],
        [txn.source_id for txn in txns],
        [txn_id for txn_id, _, _ in lines],
        [n for _, n, _ in lines],
        [entry.account for _, _, entry in lines],
        [entry.amount for _, _, entry in lines],
        [entry.student_id for _, _, entry in lines],
    )


async def post_opened(
    conn: db.Conn, *, school_id: int, invoice_ids: Collection[UUID], now: datetime
) -> None:
    """Bills were opened: they are receivable, and income. Offers are not, before they are paid.

    What is posted already stays as it is. 2,000 bills of 8 lines are one statement.
    """
    await _post_bills(
        conn, school_id=school_id, invoice_ids=invoice_ids, event="invoice_opened", now=now
    )


async def post_voided(
    conn: db.Conn, *, school_id: int, invoice_ids: Collection[UUID], now: datetime
) -> None:
    """Bills that were opened are void: the reverse, with nothing paid on them by now."""
    await _post_bills(
        conn, school_id=school_id, invoice_ids=invoice_ids, event="invoice_voided", now=now
    )


async def _post_bills(
    conn: db.Conn,
    *,
    school_id: int,
    invoice_ids: Collection[UUID],
    event: BillEvent,
    now: datetime,
) -> None:
    ids = sorted(set(invoice_ids))
    await conn.execute(
        """
        with entry as (
            select i.id as invoice_id, e.account, e.amount, i.student_id,
                   row_number() over (partition by i.id order by e.account desc) as n
              from invoice i
              join lateral (
                   select 'receivable' as account, i.total * $7 as amount
                    union all
                   select 'income:' || l.item_id, -sum(l.amount - l.waived)::bigint * $7
                     from invoice_line l
                    where l.school_id = $1 and l.invoice_id = i.id group by l.item_id) e
                on e.amount <> 0
             where i.school_id = $1 and i.id = any($5) and i.opened_at is not null
               and not i.is_voluntary),
        txn as (
            insert into ledger_txn (school_id, id, day, made_at, source_kind, source_id)
            select $1, g.id, $2, $3, $4, g.invoice_id
              from unnest($6::uuid[], $5::uuid[]) as g (id, invoice_id)
             where exists (select from entry e where e.invoice_id = g.invoice_id)
                on conflict (school_id, source_kind, source_id) do nothing
            returning id, source_id)
        insert into ledger_entry (school_id, txn_id, n, account, amount, student_id)
        select $1, t.id, e.n, e.account, e.amount, e.student_id
          from txn t join entry e on e.invoice_id = t.source_id
        """,
        school_id,
        school_day(now),
        now,
        event,
        ids,
        [new_id() for _ in ids],
        -1 if event == "invoice_voided" else 1,
    )


async def post_written_off(
    conn: db.Conn, *, school_id: int, invoice_ids: Collection[UUID], now: datetime
) -> None:
    """Bills are given up: what was not paid is no longer receivable. Offers never were.

    What is taken back from such a bill later is given up by its own posting (`holding.entries_of`).
    """
    ids = sorted(set(invoice_ids))
    await conn.execute(
        """
        with rest as (
            select i.id, i.student_id, i.total - i.paid as amount, g.txn_id
              from invoice i
              join unnest($4::uuid[], $5::uuid[]) as g (id, txn_id) on g.id = i.id
             where i.school_id = $1 and not i.is_voluntary and i.total > i.paid),
        txn as (
            insert into ledger_txn (school_id, id, day, made_at, source_kind, source_id)
            select $1, txn_id, $2, $3, 'invoice_written_off', id from rest
                on conflict (school_id, source_kind, source_id) do nothing
            returning id)
        insert into ledger_entry (school_id, txn_id, n, account, amount, student_id)
        select $1, t.id, e.n, e.account, e.amount, r.student_id
          from txn t
          join rest r on r.txn_id = t.id
          join lateral (values (1, 'written_off', r.amount), (2, 'receivable', -r.amount))
               as e (n, account, amount) on true
        """,
        school_id,
        school_day(now),
        now,
        ids,
        [new_id() for _ in ids],
    )
