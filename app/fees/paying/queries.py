"""SQL over bills as a family sees them, and over intents to pay."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from app import db
from app.fees.paying.model import BillRow, DueLine, IntentRow, IntentShare, Payment


class ChildRow(Struct, frozen=True, kw_only=True):
    """A child at a school, and what money of theirs waits there for the next bill."""

    school_id: int
    school_name: str
    student_id: UUID
    student_name: str
    credit: int


class LineRow(DueLine, frozen=True, kw_only=True):
    invoice_id: UUID


class ShareOpen(Struct, frozen=True, kw_only=True):
    """A share of an intent, and whether its bill could still take it."""

    invoice_id: UUID
    student_id: UUID
    amount: int
    fits: bool


async def children(
    conn: db.Conn, *, school_ids: Sequence[int], student_ids: Sequence[UUID]
) -> list[ChildRow]:
    """These pupils (school and pupil side by side), by name."""
    return await db.many(
        conn,
        ChildRow,
        """
        select s.school_id, sc.name as school_name, s.id as student_id, s.name as student_name,
               coalesce((
                   select sum(f.free) from fund f
                    where f.school_id = s.school_id and f.credit_student_id = s.id
                      and f.amount > f.allocated + f.refund_held), 0)::bigint as credit
          from unnest($1::int[], $2::uuid[]) as q (school_id, student_id)
          join student s on s.school_id = q.school_id and s.id = q.student_id
          join school sc on sc.id = s.school_id
         order by s.sort_key, s.id, sc.name
        """,
        list(school_ids),
        list(student_ids),
    )


async def bills_of(
    conn: db.Conn, *, school_ids: Sequence[int], student_ids: Sequence[UUID], past: int
) -> list[BillRow]:
    """All that is open of these pupils, and of each the `past` latest others; drafts are not."""
    return await db.many(
        conn,
        BillRow,
        """
        select i.id, i.school_id, i.student_id, i.period_id, p.name as period_name,
               p.accepts_partial, i.account_id,
               a.kind = 'bank' and a.ended_at is null as is_by_transfer, i.seq,
               i.is_voluntary, i.pay_ref, i.state, i.due_day, i.charged, i.waived, i.total, i.paid,
               i.settlement, i.opened_at, i.declined_at, i.void_reason, i.replaces
          from unnest($1::int[], $2::uuid[]) as q (school_id, student_id)
          cross join lateral (
               (select v.id from invoice v
                 where v.school_id = q.school_id and v.student_id = q.student_id
                   and v.state = 'open' and v.settlement <> 'paid')
                union all
               (select v.id from invoice v
                 where v.school_id = q.school_id and v.student_id = q.student_id
                   and v.opened_at is not null
                   and (v.state <> 'open' or v.settlement = 'paid')
                 order by v.drafted_at desc, v.id limit $3)) as chosen
          join invoice i on i.school_id = q.school_id and i.id = chosen.id
          join billing_period p on p.school_id = i.school_id and p.id = i.period_id
          join fee_account a on a.school_id = i.school_id and a.id = i.account_id
         order by i.due_day, i.id
        """,
        list(school_ids),
        list(student_ids),
        past,
    )


async def bills(
    conn: db.Conn, *, school_ids: Collection[int], invoice_ids: Collection[UUID]
) -> list[BillRow]:
    """These bills, but for drafts."""
    return await db.many(
        conn,
        BillRow,
        """
        select i.id, i.school_id, i.student_id, i.period_id, p.name as period_name,
               p.accepts_partial, i.account_id,
               a.kind = 'bank' and a.ended_at is null as is_by_transfer, i.seq,
               i.is_voluntary, i.pay_ref, i.state, i.due_day, i.charged, i.waived, i.total, i.paid,
               i.settlement, i.opened_at, i.declined_at, i.void_reason, i.replaces
          from invoice i
          join billing_period p on p.school_id = i.school_id and p.id = i.period_id
          join fee_account a on a.school_id = i.school_id and a.id = i.account_id
         where i.school_id = any($1) and i.id = any($2) and i.opened_at is not null
           and i.state <> 'draft'
         order by i.id
        """,
        list(school_ids),
        list(invoice_ids),
    )


async def lines_of(
    conn: db.Conn, *, school_ids: Collection[int], invoice_ids: Collection[UUID]
) -> list[LineRow]:
    """The lines of these bills in their order."""
    return await db.many(
        conn,
        LineRow,
        """
        select invoice_id, n, kind, name, legal_basis, unit, quantity, unit_amount, amount, waived
          from invoice_line where school_id = any($1) and invoice_id = any($2)
         order by invoice_id, n
        """,
        list(school_ids),
        list(invoice_ids),
    )


async def payments_of(conn: db.Conn, *, school_id: int, invoice_id: UUID) -> list[Payment]:
    """What went to a bill, and was taken back from it, in the order in which it was booked."""
    return await db.many(
        conn,
        Payment,
        """
        select a.amount, f.day, f.channel, a.how
          from allocation a join fund f on f.school_id = a.school_id and f.id = a.fund_id
         where a.school_id = $1 and a.invoice_id = $2
         order by a.made_at, a.id
        """,
        school_id,
        invoice_id,
    )


async def mark_declined(
    conn: db.Conn, *, school_id: int, invoice_id: UUID, at: datetime | None, now: datetime
) -> int:
    """An offer is not wanted from `at` on; None: it is, after all. 0: money was faster."""
    return await db.run(
        conn,
        """
        update invoice set declined_at = $3, changed_at = $4
         where school_id = $1 and id = $2 and is_voluntary and state = 'open'
           and ($3::timestamptz is null or paid = 0)
        """,
        school_id,
        invoice_id,
        at,
        now,
    )


async def insert_intent(conn: db.Conn, *, row: IntentRow, shares: Sequence[IntentShare]) -> bool:
    """Keep an intent with its reference; False: the id is there, or the reference is another's.

    Of two at once with one id the second waits for the first.
    """
    made: bool | None = await db.value(
        conn,
        """
        with ref as (
            insert into pay_reference (school_id, ref, intent_id) values ($1, $5, $2)
                on conflict do nothing returning ref),
        intent as (
            insert into payment_intent (school_id, id, payer_account_id, account_id, pay_ref,
                   amount, state, created_at, expires_at, changed_at)
            select $1, $2, $3, $4, ref, $6, 'pending', $7, $8, $7 from ref
            returning id)
        insert into payment_intent_share (school_id, intent_id, invoice_id, amount)
        select $1, intent.id, q.invoice_id, q.amount
          from intent, unnest($9::uuid[], $10::bigint[]) as q (invoice_id, amount)
        returning true
        """,
        row.school_id,
        row.id,
        row.payer_account_id,
        row.account_id,
        row.pay_ref,
        row.amount,
        row.created_at,
        row.expires_at,
        [share.invoice_id for share in shares],
        [share.amount for share in shares],
    )
    return bool(made)


async def intent(
    conn: db.Conn, *, school_ids: Collection[int], intent_id: UUID
) -> IntentRow | None:
    """An intent of these schools, whoever asked for it."""
    return await db.one(
        conn,
        IntentRow,
        """
        select id, school_id, payer_account_id, account_id, pay_ref, amount, state, created_at,
               expires_at
          from payment_intent where school_id = any($1) and id = $2
        """,
        list(school_ids),
        intent_id,
    )


async def hold_intent_id(conn: db.Conn, *, intent_id: UUID) -> None:
    """Whoever makes an intent of this id makes it alone until the end of the transaction."""
    await db.value(
        conn, "select pg_advisory_xact_lock(hashtextextended($1, 0))", f"intent {intent_id}"
    )


async def shares_of(conn: db.Conn, *, school_id: int, intent_id: UUID) -> list[ShareOpen]:
    """An intent's shares by bill."""
    return await db.many(
        conn,
        ShareOpen,
        """
        select s.invoice_id, i.student_id, s.amount,
               i.state = 'open' and i.declined_at is null and s.amount <= i.total - i.paid as fits
          from payment_intent_share s
          join invoice i on i.school_id = s.school_id and i.id = s.invoice_id
         where s.school_id = $1 and s.intent_id = $2
         order by s.invoice_id
        """,
        school_id,
        intent_id,
    )
