"""Every derived value of a school's money against the facts it follows from.

The facts are funds, allocations, refunds and bills with their lines. What is looked at in two ways
(sums by bill, fund and refund, then totals by account) does not share its mistakes.
"""

from uuid import UUID

from app import db
from app.fees.money import receipts
from app.fees.money.model import Difference


async def differences(conn: db.Conn, *, school_id: int) -> list[Difference]:
    """Where the school's money is not what its facts say; empty: every đồng is accounted for.

    It reads a state of its own for each question: alone, or in a repeatable-read transaction.
    """
    return [
        *await _funds(conn, school_id=school_id),
        *await _invoices(conn, school_id=school_id),
        *await _sums(conn, school_id=school_id),
        *await _postings(conn, school_id=school_id),
        *await _accounts(conn, school_id=school_id),
        *await _unbalanced(conn, school_id=school_id),
        *await _missing(conn, school_id=school_id),
        *await _papers(conn, school_id=school_id),
        *await _numbers(conn, school_id=school_id),
        *await _misplaced(conn, school_id=school_id),
        *await _struck(conn, school_id=school_id),
    ]


async def _funds(conn: db.Conn, *, school_id: int) -> list[Difference]:
    return await db.many(
        conn,
        Difference,
        """
        select 'fund' as what, f.id::text as subject,
               concat(f.allocated, ' used, ', f.refund_held, ' held') as found,
               concat(a.amount, ' used, ', r.amount, ' held') as expected
          from fund f
          join lateral (
               select coalesce(sum(amount), 0) as amount from allocation
                where school_id = $1 and fund_id = f.id) a on true
          join lateral (
               select coalesce(sum(amount), 0) as amount from refund
                where school_id = $1 and fund_id = f.id
                  and state in ('requested', 'sent', 'succeeded')) r on true
         where f.school_id = $1 and (f.allocated, f.refund_held) <> (a.amount, r.amount)
         order by f.id
        """,
        school_id,
    )


async def _invoices(conn: db.Conn, *, school_id: int) -> list[Difference]:
    """What is paid on a bill, and its sums, which its lines say."""
    return await db.many(
        conn,
        Difference,
        """
        select 'invoice' as what, i.id::text as subject,
               concat(i.charged, ' - ', i.waived, ', ', i.paid, ' paid') as found,
               concat(l.charged, ' - ', l.waived, ', ', a.amount, ' paid') as expected
          from invoice i
          join lateral (
               select coalesce(sum(amount), 0) as amount from allocation
                where school_id = $1 and invoice_id = i.id) a on true
          join lateral (
               select coalesce(sum(amount), 0) as charged, coalesce(sum(waived), 0) as waived
                 from invoice_line where school_id = $1 and invoice_id = i.id) l on true
         where i.school_id = $1 and (i.charged, i.waived, i.paid) <> (l.charged, l.waived, a.amount)
         order by i.id
        """,
        school_id,
    )


async def _sums(conn: db.Conn, *, school_id: int) -> list[Difference]:
    """All money that came = what bills took + what is free + what is held or went back."""
    return await db.many(
        conn,
        Difference,
        """
        select 'all funds' as what, '' as subject, came::text as found,
               concat(used, ' + ', free, ' + ', back) as expected
          from (select (select coalesce(sum(amount), 0) from fund where school_id = $1) as came,
                       (select coalesce(sum(amount), 0) from allocation where school_id = $1)
                           as used,
                       (select coalesce(sum(free), 0) from fund where school_id = $1) as free,
                       (select coalesce(sum(amount), 0) from refund
                         where school_id = $1 and state in ('requested', 'sent', 'succeeded'))
                           as back) s
         where came <> used + free + back
        """,
        school_id,
    )


async def _postings(conn: db.Conn, *, school_id: int) -> list[Difference]:
    """What the books say of each bill, fund and refund, account by account.

    Of a bill given up nothing is receivable, whatever was paid and taken back before and since.
    """
    return await db.many(
        conn,
        Difference,
        """
        with paid as (
            select invoice_id, sum(amount) as amount from allocation
             where school_id = $1 group by invoice_id),
        bill as (
            select i.id, i.is_voluntary, i.state, i.total, coalesce(p.amount, 0) as paid
              from invoice i left join paid p on p.invoice_id = i.id
             where i.school_id = $1 and i.opened_at is not null),
        line as (
            select l.invoice_id, l.item_id, l.amount - l.waived as net, sum(l.amount - l.waived)
                   over (partition by l.invoice_id order by l.amount < 0, l.n) as reached
              from invoice_line l where l.school_id = $1),
        expected as (
            select 'bill' as kind, id, 'unallocated' as account, paid as amount from bill
             union all
            select 'bill', id, 'receivable', total - paid from bill
             where state = 'open' and not is_voluntary
             union all
            select 'bill', id, 'written_off', total - paid from bill
             where state = 'written_off' and not is_voluntary
             union all
            select 'bill', b.id, 'income:' || l.item_id, -sum(case
                   when b.state = 'void' then 0
                   when b.is_voluntary
                   then least(b.paid, l.reached) - least(b.paid, l.reached - l.net)
                   else l.net end)
              from bill b join line l on l.invoice_id = b.id group by b.id, l.item_id
             union all
            select 'fund', f.id, e.account, e.amount
              from fund f, lateral (values ('money:' || f.account_id, f.amount),
                   ('unallocated', -f.amount)) as e (account, amount)
             where f.school_id = $1
             union all
            select 'refund', r.id, e.account, e.amount
              from refund r, lateral (values ('unallocated', r.amount),
                   (case when r.state = 'succeeded' then 'money:' || r.from_account_id
                    else 'refund_payable' end, -r.amount)) as e (account, amount)
             where r.school_id = $1 and r.state in ('requested', 'sent', 'succeeded')),
        found as (
            select case when t.source_kind = 'fund' then 'fund'
                        when t.source_kind like 'refund%' then 'refund' else 'bill' end as kind,
                   case when t.source_kind = 'allocation' then a.invoice_id else t.source_id end
                       as id,
                   e.account, sum(e.amount) as amount
              from ledger_txn t
              join ledger_entry e on e.school_id = $1 and e.txn_id = t.id
              left join allocation a on a.school_id = $1 and a.id = t.source_id
             where t.school_id = $1 group by 1, 2, 3)
        select 'books of a ' || coalesce(x.kind, f.kind) as what,
               concat(coalesce(x.id, f.id), ' ', coalesce(x.account, f.account)) as subject,
               coalesce(f.amount, 0)::text as found, coalesce(x.amount, 0)::text as expected
          from expected x
          full join found f on f.kind = x.kind and f.id = x.id and f.account = x.account
         where coalesce(f.amount, 0) <> coalesce(x.amount, 0)
         order by 1, 2
        """,
        school_id,
    )


async def _accounts(conn: db.Conn, *, school_id: int) -> list[Difference]:
    """The books' totals against what the rows in use say, without looking at single postings."""
    return await db.many(
        conn,
        Difference,
        """
        with expected as (
            select 'unallocated' as account, -coalesce(sum(free), 0) as amount from fund
             where school_id = $1
             union all
            select 'refund_payable', -coalesce(sum(amount), 0) from refund
             where school_id = $1 and state in ('requested', 'sent')
             union all
            select 'receivable', coalesce(sum(total - paid), 0) from invoice
             where school_id = $1 and state = 'open' and not is_voluntary
             union all
            select 'written_off', coalesce(sum(total - paid), 0) from invoice
             where school_id = $1 and state = 'written_off' and not is_voluntary
             union all
            select 'money:' || m.account_id, sum(m.amount)
              from (select account_id, amount from fund where school_id = $1
                     union all
                    select from_account_id, -amount from refund
                     where school_id = $1 and state = 'succeeded') m
             group by m.account_id),
        found as (
            select account, sum(amount) as amount from ledger_entry
             where school_id = $1 and account not like 'income:%' group by account)
        select 'account' as what, coalesce(x.account, f.account) as subject,
               coalesce(f.amount, 0)::text as found, coalesce(x.amount, 0)::text as expected
          from expected x full join found f on f.account = x.account
         where coalesce(f.amount, 0) <> coalesce(x.amount, 0) order by 2
        """,
        school_id,
    )


async def _unbalanced(conn: db.Conn, *, school_id: int) -> list[Difference]:
    """A posting whose entries are off, or that has none."""
    return await db.many(
        conn,
        Difference,
        """
        select 'posting' as what, concat(t.source_kind, ' ', t.source_id) as subject,
               coalesce(sum(e.amount)::text, 'empty') as found, '0' as expected
          from ledger_txn t
          left join ledger_entry e on e.school_id = $1 and e.txn_id = t.id
         where t.school_id = $1
         group by t.id, t.source_kind, t.source_id having coalesce(sum(e.amount), 1) <> 0
         order by 2
        """,
        school_id,
    )


async def _missing(conn: db.Conn, *, school_id: int) -> list[Difference]:
    """A fact without its posting, a posting without its fact: also where sums do not show it.

    What was given up is seen in the sums: nothing takes its place.
    """
    return await db.many(
        conn,
        Difference,
        """
        with owed as (
            select 'fund' as kind, id from fund where school_id = $1
             union all
            select 'allocation', id from allocation where school_id = $1
             union all
            select s.kind, r.id
              from refund r
              join lateral (values ('refund_held', true),
                   ('refund_paid', r.kind = 'transfer' and r.state = 'succeeded'),
                   ('refund_released', r.state = 'rejected'
                    or (r.kind = 'transfer' and r.state = 'failed')),
                   ('refund_struck', r.kind = 'strike' and r.state in ('succeeded', 'failed')),
                   ('refund_deposited', r.kind = 'deposit' and r.state in ('succeeded', 'failed')),
                   ('refund_restored', r.kind <> 'transfer' and r.state = 'failed'))
                   as s (kind, is_so)
                on s.is_so
             where r.school_id = $1
             union all
            select s.kind, i.id
              from invoice i
              join lateral (values ('invoice_opened', true),
                   ('invoice_voided', i.state = 'void')) as s (kind, is_so) on s.is_so
             where i.school_id = $1 and i.opened_at is not null and not i.is_voluntary
               and exists (select from invoice_line l
                            where l.school_id = $1 and l.invoice_id = i.id
                            group by l.item_id having sum(l.amount - l.waived) <> 0))
        select 'posting' as what,
               concat(coalesce(o.kind, t.source_kind), ' ', coalesce(o.id, t.source_id)) as subject,
               case when t.id is null then 'none' else 'one' end as found,
               case when o.id is null then 'none' else 'one' end as expected
          from owed o
          full join (select id, source_kind, source_id from ledger_txn
                      where school_id = $1 and source_kind <> 'invoice_written_off') t
            on t.source_kind = o.kind and t.source_id = o.id
         where o.id is null or t.id is null
         order by 2
        """,
        school_id,
    )


async def _papers(conn: db.Conn, *, school_id: int) -> list[Difference]:
    wrong = await receipts.all_renewals(conn, school_id=school_id)
    return [
        Difference(
            what=each.kind,
            subject=_named(each.fund_id, each.student_id),
            found=str(each.live_id),
            expected=f"one of {each.amount}" if each.amount is not None else "none",
        )
        for each in wrong
    ]


def _named(fund_id: UUID, student_id: UUID | None) -> str:
    return f"fund {fund_id}" if student_id is None else f"fund {fund_id} pupil {student_id}"


async def _numbers(conn: db.Conn, *, school_id: int) -> list[Difference]:
    """Receipts are numbered from 1, with no gap, up to where the series stands."""
    return await db.many(
        conn,
        Difference,
        """
        select 'series' as what, coalesce(s.series, r.series) as subject,
               concat(r.times, ' from ', r.first, ' to ', r.last) as found,
               concat(s.next_number - 1, ' from 1 to ', s.next_number - 1) as expected
          from (select series, next_number from receipt_series where school_id = $1) s
          full join (select series, count(*) as times, min(number) as first, max(number) as last
                       from receipt where school_id = $1 group by series) r on r.series = s.series
         where (s.next_number - 1, 1, s.next_number - 1) is distinct from (r.times, r.first, r.last)
         order by 2
        """,
        school_id,
    )


async def _misplaced(conn: db.Conn, *, school_id: int) -> list[Difference]:
    """Funds that nobody saw or that have a twin, free money that nobody looks at, and the like."""
    return await db.many(
        conn,
        Difference,
        """
        select 'sighting' as what, f.id::text as subject, 'none' as found, 'one' as expected
          from fund f
         where f.school_id = $1 and not exists (
               select from fund_sighting s where s.school_id = $1 and s.fund_id = f.id)
         union all
        select 'bank reference', min(id::text), count(*)::text, '1' from fund
         where school_id = $1 group by account_id, bank_ref having count(*) > 1
         union all
        select 'review', id::text, coalesce(review, 'none'),
               case when free = 0 then 'none' else 'one' end
          from fund
         where school_id = $1
           and case when free = 0 then review is not null
                    else review is null and credit_student_id is null end
         union all
        select 'money on a bill that takes none', i.id::text, i.paid::text, '0' from invoice i
         where i.school_id = $1 and i.state in ('draft', 'void') and i.paid <> 0
         order by 1, 2
        """,
        school_id,
    )


async def _struck(conn: db.Conn, *, school_id: int) -> list[Difference]:
    """Funds struck as another one's double, with no such other one at the end of the way.

    And deposits that are not a whole transfer out of a cash box.
    """
    return await db.many(
        conn,
        Difference,
        """
        with recursive struck as (
            select fund_id, double_of, amount from refund
             where school_id = $1 and kind = 'strike' and state = 'succeeded'),
        way as (
            select fund_id, fund_id as at_id, array[fund_id] as been from struck
             union all
            select w.fund_id, s.double_of, w.been || s.double_of
              from way w join struck s on s.fund_id = w.at_id
             where not s.double_of = any(w.been))
        select 'strike' as what, s.fund_id::text as subject, 'none' as found, 'one' as expected
          from struck s
          join fund f on f.school_id = $1 and f.id = s.fund_id
         where s.amount <> f.amount or (s.double_of is not null and not exists (
               select from way w join fund o on o.school_id = $1 and o.id = w.at_id
                where w.fund_id = s.fund_id and o.account_id = f.account_id
                  and o.amount = f.amount
                  and not exists (select from struck x
                                   where x.fund_id = o.id and x.double_of is not null)))
         union all
        select 'deposit', r.fund_id::text, 'none', 'one'
          from refund r
          join fund f on f.school_id = $1 and f.id = r.fund_id
          join fee_account a on a.school_id = $1 and a.id = r.from_account_id
         where r.school_id = $1 and r.kind = 'deposit' and r.state = 'succeeded'
           and (r.amount <> f.amount or f.channel <> 'transfer' or a.kind <> 'cash')
         order by 2
        """,
        school_id,
    )
