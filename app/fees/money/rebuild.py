"""What is derived of a school's money, derived again from the facts."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from app import db
from app.fees.money import ledger, receipts
from app.fees.money.check import differences
from app.fees.money.holding import LineNet, entries_of, lines_of_offers
from app.fees.money.ledger import Entry, SourceKind, Txn
from app.fees.money.model import Difference, InvoiceHeld

_REBUILT: Final = "Lập lại theo sổ"


class _Bills(Struct, frozen=True, kw_only=True):
    """Bills of which the books do not know what happened to them at that moment."""

    event: Literal["invoice_opened", "invoice_voided"]
    at: datetime
    ids: list[UUID]


class _GivenUp(Struct, frozen=True, kw_only=True):
    """A bill given up; `rest` is what was not paid at that moment."""

    id: UUID
    student_id: UUID
    rest: int
    at: datetime


class _Fact(Struct, frozen=True, kw_only=True):
    """A fund or a refund's step of which the books know nothing."""

    kind: SourceKind
    id: UUID
    account_id: UUID
    amount: int
    day: date | None
    at: datetime


class _Allocated(Struct, frozen=True, kw_only=True):
    """An allocation; `before` is what was paid on its bill until then."""

    id: UUID
    invoice_id: UUID
    student_id: UUID
    is_voluntary: bool
    is_given_up: bool
    amount: int
    before: int
    total: int
    at: datetime


async def rebuild(conn: db.Conn, *, school_id: int, now: datetime) -> list[Difference]:
    """Repair what differs, in one transaction that holds all money of the school; what differed.

    Derived columns are set, postings that are missing are made as of their fact's time, papers that
    are not true are replaced. A posting that is there and wrong stays: the books are only added to;
    `differences` goes on naming it.
    """
    await _lock(conn, school_id=school_id)
    found = await differences(conn, school_id=school_id)
    await _derive(conn, school_id=school_id)
    for fact in await _facts(conn, school_id=school_id):
        await ledger.post(conn, school_id=school_id, txns=[_txn(fact)], now=fact.at, day=fact.day)
    await _post_allocations(conn, school_id=school_id)
    for bills in await _bills(conn, school_id=school_id):
        post = ledger.post_opened if bills.event == "invoice_opened" else ledger.post_voided
        await post(conn, school_id=school_id, invoice_ids=bills.ids, now=bills.at)
    for bill in await _given_up(conn, school_id=school_id):
        await ledger.post(conn, school_id=school_id, txns=[_given_up_txn(bill)], now=bill.at)
    wrong = await receipts.all_renewals(conn, school_id=school_id)
    await receipts.renew(
        conn,
        school_id=school_id,
        fund_ids={each.fund_id for each in wrong},
        reason=_REBUILT,
        made_by=None,
        now=now,
    )
    return found


async def _lock(conn: db.Conn, *, school_id: int) -> None:
    await conn.execute(
        "select from fund where school_id = $1 order by id for no key update", school_id
    )
    await conn.execute(
        "select from invoice where school_id = $1 order by id for no key update", school_id
    )


async def _derive(conn: db.Conn, *, school_id: int) -> None:
    """The columns that sum up allocations and refunds."""
    await conn.execute(
        """
        update fund f set allocated = s.used, refund_held = s.back,
               review = case when f.amount = s.used + s.back then null
                             when f.credit_student_id is null then coalesce(f.review, 'over')
                             else f.review end
          from (select x.id,
                       (select coalesce(sum(a.amount), 0) from allocation a
                         where a.school_id = $1 and a.fund_id = x.id) as used,
                       (select coalesce(sum(r.amount), 0) from refund r
                         where r.school_id = $1 and r.fund_id = x.id
                           and r.state in ('requested', 'sent', 'succeeded')) as back
                  from fund x where x.school_id = $1) s
         where f.school_id = $1 and f.id = s.id
           and ((f.allocated, f.refund_held) <> (s.used, s.back)
                or (f.amount = s.used + s.back and f.review is not null)
                or (f.amount > s.used + s.back and f.review is null
                    and f.credit_student_id is null))
        """,
        school_id,
    )
    await conn.execute(
        """
        update invoice i set paid = s.paid
          from (select x.id, (select coalesce(sum(a.amount), 0) from allocation a
                               where a.school_id = $1 and a.invoice_id = x.id) as paid
                  from invoice x where x.school_id = $1) s
         where i.school_id = $1 and i.id = s.id and i.paid <> s.paid
        """,
        school_id,
    )


async def _facts(conn: db.Conn, *, school_id: int) -> list[_Fact]:
    return await db.many(
        conn,
        _Fact,
        """
        with fact as (
            select 'fund' as kind, id, account_id, amount, day, found_at as at from fund
             where school_id = $1
             union all
            select s.kind, r.id, r.from_account_id, r.amount, null, s.at
              from refund r
              join lateral (values ('refund_held', r.requested_at, true),
                   ('refund_released', coalesce(r.settled_at, r.decided_at),
                    r.state = 'rejected' or (r.kind = 'transfer' and r.state = 'failed')),
                   ('refund_paid', r.settled_at, r.kind = 'transfer' and r.state = 'succeeded'),
                   ('refund_struck', r.decided_at,
                    r.kind = 'strike' and r.state in ('succeeded', 'failed')),
                   ('refund_deposited', r.decided_at,
                    r.kind = 'deposit' and r.state in ('succeeded', 'failed')),
                   ('refund_restored', r.settled_at, r.kind <> 'transfer' and r.state = 'failed'))
                   as s (kind, at, is_so)
                on s.is_so
             where r.school_id = $1)
        select kind, id, account_id, amount, day, at from fact
         where not exists (select from ledger_txn t
                            where t.school_id = $1 and t.source_kind = fact.kind
                              and t.source_id = fact.id)
         order by at, id
        """,
        school_id,
    )


def _txn(fact: _Fact) -> Txn:
    money = f"money:{fact.account_id}"
    debit, credit = {
        "fund": (money, "unallocated"),
        "refund_held": ("unallocated", "refund_payable"),
        "refund_released": ("refund_payable", "unallocated"),
        "refund_paid": ("refund_payable", money),
        "refund_struck": ("refund_payable", money),
        "refund_deposited": ("refund_payable", money),
        "refund_restored": (money, "unallocated"),
    }[fact.kind]
    entries = [
        Entry(account=debit, amount=fact.amount),
        Entry(account=credit, amount=-fact.amount),
    ]
    return Txn(source_kind=fact.kind, source_id=fact.id, entries=entries)


async def _post_allocations(conn: db.Conn, *, school_id: int) -> None:
    missing = await _allocated(conn, school_id=school_id)
    bills = {each.id: _bill_of(each) for each in missing}
    lines = await lines_of_offers(conn, school_id=school_id, invoices=bills.values())
    for each in missing:
        await ledger.post(
            conn, school_id=school_id, txns=[_of(each, bills[each.id], lines)], now=each.at
        )


def _bill_of(allocated: _Allocated) -> InvoiceHeld:
    """The bill as it was then."""
    return InvoiceHeld(
        id=allocated.invoice_id,
        student_id=allocated.student_id,
        state="written_off" if allocated.is_given_up else "open",
        is_voluntary=allocated.is_voluntary,
        total=allocated.total,
        paid=allocated.before,
    )


def _of(allocated: _Allocated, bill: InvoiceHeld, lines: dict[UUID, list[LineNet]]) -> Txn:
    entries: Sequence[Entry] = entries_of(bill, amount=allocated.amount, lines=lines)
    return Txn(source_kind="allocation", source_id=allocated.id, entries=entries)


async def _allocated(conn: db.Conn, *, school_id: int) -> list[_Allocated]:
    return await db.many(
        conn,
        _Allocated,
        """
        select a.id, a.invoice_id, i.student_id, i.is_voluntary, a.amount, i.total,
               a.amount < 0 and i.state = 'written_off' and a.made_at >= i.written_off_at
                   as is_given_up,
               a.reached - a.amount as before, a.made_at as at
          from (select id, invoice_id, amount, made_at,
                       sum(amount) over (partition by invoice_id order by id)::bigint as reached
                  from allocation where school_id = $1) a
          join invoice i on i.school_id = $1 and i.id = a.invoice_id
         where not exists (select from ledger_txn t
                            where t.school_id = $1 and t.source_kind = 'allocation'
                              and t.source_id = a.id)
         order by a.id
        """,
        school_id,
    )


async def _bills(conn: db.Conn, *, school_id: int) -> list[_Bills]:
    """By the moment, so that the books have it on its day."""
    return await db.many(
        conn,
        _Bills,
        """
        select e.event, e.at, array_agg(i.id) as ids
          from invoice i
          join lateral (values ('invoice_opened', i.opened_at, true),
               ('invoice_voided', i.voided_at, i.state = 'void'))
               as e (event, at, is_so) on e.is_so
         where i.school_id = $1 and i.opened_at is not null and not i.is_voluntary
           and not exists (select from ledger_txn t
                            where t.school_id = $1 and t.source_kind = e.event
                              and t.source_id = i.id)
         group by e.event, e.at order by e.at, e.event
        """,
        school_id,
    )


async def _given_up(conn: db.Conn, *, school_id: int) -> list[_GivenUp]:
    return await db.many(
        conn,
        _GivenUp,
        """
        select i.id, i.student_id, i.total - p.amount as rest, i.written_off_at as at
          from invoice i
          join lateral (
               select coalesce(sum(a.amount), 0)::bigint as amount from allocation a
                where a.school_id = $1 and a.invoice_id = i.id
                  and (a.amount > 0 or a.made_at < i.written_off_at)) p on true
         where i.school_id = $1 and i.state = 'written_off' and not i.is_voluntary
           and i.total > p.amount
           and not exists (select from ledger_txn t
                            where t.school_id = $1 and t.source_kind = 'invoice_written_off'
                              and t.source_id = i.id)
         order by i.id
        """,
        school_id,
    )


def _given_up_txn(bill: _GivenUp) -> Txn:
    entries = [
        Entry(account="written_off", amount=bill.rest, student_id=bill.student_id),
        Entry(account="receivable", amount=-bill.rest, student_id=bill.student_id),
    ]
    return Txn(source_kind="invoice_written_off", source_id=bill.id, entries=entries)
