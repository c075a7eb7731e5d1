"""What an export asks for, page by page behind the last row: (instant or day, id) is the mark."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from app import db
from app.schools.common import ZONE

Mark = tuple[Any, ...]
Rows = Sequence[Sequence[Any]]


async def page_of_rows(
    conn: db.Conn,
    *,
    school_id: int,
    which: str,
    from_day: date,
    to_day: date,
    after: Mark | None,
    limit: int,
) -> tuple[Rows, Mark | None]:
    """A page in the columns' order, and the mark behind it; None: there is no more."""
    page = {
        "invoices": _invoices,
        "funds": _funds,
        "receipts": _receipts,
        "ledger": _ledger,
        "closes": _closes,
    }[which]
    rows, marks = await page(conn, school_id, from_day, to_day, after, limit)
    return rows, marks[-1] if len(rows) == limit else None


def _instants(from_day: date, to_day: date) -> tuple[datetime, datetime]:
    """The local days as instants, the second one exclusive."""
    return (
        datetime.combine(from_day, time(), ZONE),
        datetime.combine(to_day + timedelta(days=1), time(), ZONE),
    )


def _cut(found: Sequence[Any], marks: int) -> tuple[Rows, list[Mark]]:
    """Rows without their marks, which stand in the first columns."""
    plain = [tuple(row.values()) for row in found]
    return [row[marks:] for row in plain], [row[:marks] for row in plain]


async def _invoices(
    conn: db.Conn, school_id: int, from_day: date, to_day: date, after: Mark | None, limit: int
) -> tuple[Rows, list[Mark]]:
    found = await db.rows(
        conn,
        """
        select i.opened_at as m1, i.id as m2, i.pay_ref, s.name, c.name as class_name,
               p.name as period, i.seq,
               case when i.is_voluntary then 'Tự nguyện' else 'Phải thu' end as kind, i.due_day,
               i.charged, i.waived,
               case when i.state = 'open' and not i.is_voluntary then i.total - i.paid else 0 end,
               i.paid, i.state, i.settlement, i.opened_at
          from invoice i
          join student s on s.school_id = i.school_id and s.id = i.student_id
          join billing_period p on p.school_id = i.school_id and p.id = i.period_id
          left join school_class c on c.school_id = i.school_id and c.id = i.class_id
         where i.school_id = $1 and i.opened_at >= $2 and i.opened_at < $3
           and ($4::timestamptz is null or (i.opened_at, i.id) > ($4, $5::uuid))
         order by i.opened_at, i.id limit $6
        """,
        school_id,
        *_instants(from_day, to_day),
        *(after or (None, None)),
        limit,
    )
    return _cut(found, 2)


async def _funds(
    conn: db.Conn, school_id: int, from_day: date, to_day: date, after: Mark | None, limit: int
) -> tuple[Rows, list[Mark]]:
    found = await db.rows(
        conn,
        """
        select f.received_at as m1, f.id as m2, f.received_at, a.name, f.channel,
               case when f.bank_ref ~ '^(sepay|row|cash):' then null else f.bank_ref end,
               f.amount, f.allocated, f.refund_held, f.free,
               case d.kind when 'strike' then 'struck' when 'deposit' then 'deposit'
                    else f.review end, s.name as credit, f.memo
          from fund f
          join fee_account a on a.school_id = f.school_id and a.id = f.account_id
          left join student s on s.school_id = f.school_id and s.id = f.credit_student_id
          left join refund d on d.school_id = f.school_id and d.fund_id = f.id
                and d.kind <> 'transfer' and d.state = 'succeeded'
         where f.school_id = $1 and f.day between $2 and $3
           and ($4::timestamptz is null or (f.received_at, f.id) > ($4, $5::uuid))
         order by f.received_at, f.id limit $6
        """,
        school_id,
        from_day,
        to_day,
        *(after or (None, None)),
        limit,
    )
    return _cut(found, 2)


async def _receipts(
    conn: db.Conn, school_id: int, from_day: date, to_day: date, after: Mark | None, limit: int
) -> tuple[Rows, list[Mark]]:
    found = await db.rows(
        conn,
        """
        select r.series as m1, r.number as m2, r.series, r.number, r.kind, r.day, s.name, r.amount,
               case when r.state = 'live' then 'Còn hiệu lực' else 'Đã huỷ' end, r.void_reason,
               case when b.id is not null then b.series || '/' || b.number end
          from receipt r
          left join student s on s.school_id = r.school_id and s.id = r.student_id
          left join receipt b on b.school_id = r.school_id and b.id = r.replaces
         where r.school_id = $1 and r.day between $2 and $3
           and ($4::text is null or (r.series, r.number) > ($4, $5::bigint))
         order by r.series, r.number limit $6
        """,
        school_id,
        from_day,
        to_day,
        *(after or (None, None)),
        limit,
    )
    return _cut(found, 2)


async def _ledger(
    conn: db.Conn, school_id: int, from_day: date, to_day: date, after: Mark | None, limit: int
) -> tuple[Rows, list[Mark]]:
    found = await db.rows(
        conn,
        """
        select t.day as m1, t.id as m2, e.n as m3, t.day, t.source_kind, t.source_id::text,
               case when e.account = 'written_off' then 'written_off_account'
                    when e.account like 'money:%' then 'Tiền: ' || a.name
                    when e.account like 'income:%' then 'Thu: ' || i.name
                    else e.account end,
               s.name, case when e.amount > 0 then e.amount end,
               case when e.amount < 0 then -e.amount end
          from ledger_txn t
          join ledger_entry e on e.school_id = t.school_id and e.txn_id = t.id
          left join fee_account a on a.school_id = t.school_id
                and e.account like 'money:%' and a.id::text = substr(e.account, 7)
          left join fee_item i on i.school_id = t.school_id
                and e.account like 'income:%' and i.id::text = substr(e.account, 8)
          left join student s on s.school_id = t.school_id and s.id = e.student_id
         where t.school_id = $1 and t.day between $2 and $3
           and ($4::date is null or (t.day, t.id, e.n) > ($4, $5::uuid, $6::smallint))
         order by t.day, t.id, e.n limit $7
        """,
        school_id,
        from_day,
        to_day,
        *(after or (None, None, None)),
        limit,
    )
    return _cut(found, 3)


async def _closes(
    conn: db.Conn, school_id: int, from_day: date, to_day: date, after: Mark | None, limit: int
) -> tuple[Rows, list[Mark]]:
    found = await db.rows(
        conn,
        """
        select d.day as m1, d.account_id as m2, d.cashier as m3, d.day, a.name, a.kind,
               (select min(t.name) from staff t
                 where t.school_id = $1 and t.account_id = d.cashier),
               d.expected, d.counted, d.counted - d.expected, d.note,
               (select min(t.name) from staff t
                 where t.school_id = $1 and t.account_id = d.closed_by), d.closed_at
          from daily_close d
          join fee_account a on a.school_id = d.school_id and a.id = d.account_id
         where d.school_id = $1 and d.day between $2 and $3
           and ($4::date is null or (d.day, d.account_id, d.cashier) > ($4, $5::uuid, $6::uuid))
         order by d.day, d.account_id, d.cashier limit $7
        """,
        school_id,
        from_day,
        to_day,
        *(after or (None, None, None)),
        limit,
    )
    return _cut(found, 3)
