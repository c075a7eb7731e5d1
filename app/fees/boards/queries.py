"""SQL over sums of collecting."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

import msgspec

from app import db
from app.fees.boards.model import DayIn, FeeSums, Level, Overdue, Part, StoredMonth, Waiting


async def parts(conn: db.Conn, *, school_id: int, from_day: date, to_day: date) -> list[Part]:
    """By class, by level, and all together: bills due in these days.

    The class is the one that a bill was issued for; its grade says the level, the school's own
    where there is none. Pupils are counted once in each part.
    """
    found = await db.rows(conn, _PARTS, school_id, from_day, to_day)
    names = FeeSums.__struct_fields__
    return [
        Part(
            of=row["of"],
            class_id=row["class_id"],
            class_name=row["class_name"],
            grade=row["grade"],
            level=row["level"],
            sums=msgspec.convert({name: row[name] for name in names}, FeeSums),
        )
        for row in found
    ]


async def waiting(conn: db.Conn, *, school_id: int) -> Waiting:
    """What waits for a person at this moment.

    Also what is left of a pupil who has left: no next bill comes that it could pay.
    """
    row = await db.one(
        conn,
        Waiting,
        """
        select (select count(*) from fund where school_id = $1 and review is not null)
               + (select count(*) from fund f
                    join student s on s.school_id = $1 and s.id = f.credit_student_id
                   where f.school_id = $1 and f.review is null and s.ended_at is not null
                     and f.amount > f.allocated + f.refund_held)
               + e.events as reviews, e.events,
               (select count(*) from bank_statement_row
                 where school_id = $1 and amount > 0 and fund_id is null) as rows,
               (select count(*) from refund
                 where school_id = $1 and state in ('requested', 'sent')) as refunds,
               (select count(*) from cash_intake
                 where school_id = $1 and state = 'taken') as cash,
               (select count(*) from waiver
                 where school_id = $1 and state = 'requested') as waivers
          from (select count(*) as events from gateway_inbox
                 where school_id = $1 and outcome in ('differs', 'ended')) e
        """,
        school_id,
    )
    return row or Waiting(reviews=0, events=0, rows=0, refunds=0, cash=0, waivers=0)


async def overdue(conn: db.Conn, *, school_id: int, today: date) -> Overdue:
    """What was due before today and is still open."""
    row = await db.one(
        conn,
        Overdue,
        """
        select count(*) as invoices, coalesce(sum(total - paid), 0)::bigint as amount
          from invoice
         where school_id = $1 and state = 'open' and settlement <> 'paid' and not is_voluntary
           and due_day < $2
        """,
        school_id,
        today,
    )
    return row or Overdue(invoices=0, amount=0)


async def days_in(conn: db.Conn, *, school_id: int, from_day: date, to_day: date) -> list[DayIn]:
    """What arrived on each of these days, those without anything too; nothing twice.

    Cash of the school that was paid in came when it was taken.
    """
    return await db.many(
        conn,
        DayIn,
        """
        with came as (
            select day, count(*) as funds, sum(amount)::bigint as amount from fund f
             where school_id = $1 and day between $2 and $3 and not exists (
                   select from refund d where d.school_id = $1 and d.fund_id = f.id
                      and d.kind <> 'transfer' and d.state = 'succeeded')
             group by day),
        written as (
            select day, count(*) as receipts from receipt
             where school_id = $1 and day between $2 and $3 and kind = 'receipt'
               and state = 'live' group by day)
        select d.day::date as day, coalesce(came.funds, 0) as funds,
               coalesce(came.amount, 0) as amount, coalesce(written.receipts, 0) as receipts
          from generate_series($2::date, $3::date, '1 day') as d (day)
          left join came on came.day = d.day left join written on written.day = d.day
         order by 1
        """,
        school_id,
        from_day,
        to_day,
    )


async def store(
    conn: db.Conn, *, school_id: int, month: date, counts: Mapping[Level, FeeSums], now: datetime
) -> None:
    """Keep a school's month, unless a later count is there."""
    await conn.execute(
        """
        insert into collection_rollup as r (school_id, from_day, counts, counted_at)
        values ($1, $2, $3, $4)
            on conflict (school_id, from_day) do update
               set counts = excluded.counts, counted_at = excluded.counted_at
             where r.counted_at <= excluded.counted_at
        """,
        school_id,
        month,
        {level: msgspec.structs.asdict(sums) for level, sums in counts.items()},
        now,
    )


async def stored(conn: db.Conn, *, school_ids: Collection[int], month: date) -> list[StoredMonth]:
    """The month of each of these schools that are not ended, by name."""
    return await db.many(
        conn,
        StoredMonth,
        """
        select s.id as school_id, s.name, r.counted_at, coalesce(r.counts, '{}') as counts
          from school s
          left join collection_rollup r on r.school_id = s.id and r.from_day = $2
         where s.id = any($1::int[]) and s.ended_at is null
         order by s.name, s.id
        """,
        list(school_ids),
        month,
    )


async def is_due(conn: db.Conn, *, school_id: int, from_day: date, before: datetime) -> bool:
    """Whether the school's month was last counted before then, or never, and nobody counts it now.

    Whoever is told so holds it until the end of the transaction.
    """
    found: bool = await db.value(
        conn,
        """
        select pg_try_advisory_xact_lock(hashtextextended('fees ' || $2::date::text, $1))
           and not exists (select from collection_rollup
                            where school_id = $1 and from_day = $2 and counted_at >= $3)
        """,
        school_id,
        from_day,
        before,
    )
    return found


async def fresh(
    conn: db.Conn, *, school_ids: Collection[int], from_day: date, since: datetime
) -> set[int]:
    """Of which of these schools the month was counted since then."""
    rows = await db.rows(
        conn,
        "select school_id from collection_rollup"
        " where school_id = any($1::int[]) and from_day = $2 and counted_at >= $3",
        list(school_ids),
        from_day,
        since,
    )
    return {row["school_id"] for row in rows}


_PARTS = """
with bill as (
    select i.id, i.student_id, i.class_id, i.total, i.paid, i.state, i.settlement
      from invoice i
     where i.school_id = $1 and i.state in ('open', 'written_off') and not i.is_voluntary
       and i.total > 0 and i.due_day between $2 and $3),
paid as (
    select a.invoice_id, sum(a.amount) as amount,
           coalesce(sum(a.amount) filter (where f.channel = 'transfer'), 0) as online
      from allocation a
      join fund f on f.school_id = $1 and f.id = a.fund_id
     where a.school_id = $1 and a.invoice_id in (select id from bill)
     group by a.invoice_id),
pupil as (
    select b.student_id, b.class_id, count(*) as invoices,
           count(*) filter (where b.settlement = 'paid') as invoices_paid,
           sum(b.total) as charged, sum(b.paid) as collected,
           coalesce(sum(b.total - b.paid) filter (where b.state = 'open'), 0) as outstanding,
           coalesce(sum(b.total - b.paid) filter (where b.state = 'written_off'), 0)
               as written_off,
           coalesce(sum(p.online), 0) as online
      from bill b left join paid p on p.invoice_id = b.id
     group by b.student_id, b.class_id),
place as (
    select q.class_id, c.name, c.grade,
           case when c.grade is null then (select level from school where id = $1)
                when c.grade >= 10 then 'upper_secondary' when c.grade >= 6 then 'lower_secondary'
                when c.grade >= 1 then 'primary' else 'preschool' end as level
      from (select distinct class_id from pupil) as q
      left join school_class c on c.school_id = $1 and c.id = q.class_id)
select case when grouping(w.level) = 1 then 'all' when grouping(w.class_id) = 1 then 'level'
            else 'class' end as of,
       w.class_id, w.level,
       case when grouping(w.class_id) = 0 then min(w.name) end as class_name,
       case when grouping(w.class_id) = 0 then min(w.grade) end as grade,
       sum(p.invoices)::bigint as invoices, sum(p.invoices_paid)::bigint as invoices_paid,
       sum(p.charged)::bigint as charged, sum(p.collected)::bigint as collected,
       sum(p.outstanding)::bigint as outstanding, sum(p.written_off)::bigint as written_off,
       sum(p.online)::bigint as online, count(distinct p.student_id) as pupils,
       count(distinct p.student_id) filter (where p.collected > 0) as payers,
       count(distinct p.student_id) filter (where p.online > 0) as online_payers
  from pupil p join place w on w.class_id is not distinct from p.class_id
 group by grouping sets ((w.class_id, w.level), (w.level), ())
having count(*) > 0
 order by min(w.grade), length(min(w.name)), min(w.name), w.class_id, w.level
"""
