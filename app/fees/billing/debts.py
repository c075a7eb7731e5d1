"""Who owes what since when. For accountants alone."""

from datetime import date
from uuid import UUID

from app import db
from app.fees.billing.shown import Debtor, DebtSums
from app.schools.common import contains_pattern

# By pupil, in đồng, by the days since it was due.
_OWED = """
    with owed as (
        select student_id,
               coalesce(sum(rest) filter (where age <= 0), 0)::bigint as not_due,
               coalesce(sum(rest) filter (where age between 1 and 30), 0)::bigint as days_1_30,
               coalesce(sum(rest) filter (where age between 31 and 60), 0)::bigint as days_31_60,
               coalesce(sum(rest) filter (where age > 60), 0)::bigint as days_over_60,
               sum(rest)::bigint as owed, min(due_day) as oldest_due_day,
               array_agg(id order by due_day, id) as invoice_ids
          from (select i.student_id, i.id, i.due_day, i.total - i.paid as rest,
                       $2::date - i.due_day as age
                  from invoice i
                 where i.school_id = $1 and i.state = 'open' and i.settlement <> 'paid'
                   and not i.is_voluntary) debt
         group by student_id)
"""


async def debtors(
    conn: db.Conn,
    *,
    school_id: int,
    q: str | None,
    class_id: UUID | None,
    today: date,
    after: tuple[str, UUID] | None,
    limit: int,
) -> list[Debtor]:
    """Pupils whose families owe something, also those who have left, by name. Never of offers."""
    return await db.many(
        conn,
        Debtor,
        _OWED  # noqa: S608, a constant
        + """
        select o.student_id, s.name as student_name, s.sort_key, c.id as class_id,
               c.name as class_name, s.ended_at is not null as has_left, o.not_due, o.days_1_30,
               o.days_31_60, o.days_over_60, o.owed, o.oldest_due_day, o.invoice_ids,
               (select max(f.sent_at) from fee_reminder f
                 where f.school_id = $1 and f.invoice_id = any(o.invoice_ids)) as reminded_at
          from owed o
          join student s on s.school_id = $1 and s.id = o.student_id
          left join lateral (
               select e.class_id from enrolment e
                where e.school_id = $1 and e.student_id = o.student_id and e.from_day <= $2
                order by e.from_day desc limit 1) e on true
          left join school_class c on c.school_id = $1 and c.id = e.class_id
         where ($3::text is null or s.search_key like $3)
           and ($4::uuid is null or c.id = $4)
           and ($5::text is null or (s.sort_key, s.id) > ($5, $6::uuid))
         order by s.sort_key, s.id limit $7
        """,
        school_id,
        today,
        contains_pattern(q),
        class_id,
        *(after or (None, None)),
        limit,
    )


async def debt_sums(conn: db.Conn, *, school_id: int, today: date) -> DebtSums:
    """What the school's families owe in all, by age."""
    found = await db.many(
        conn,
        DebtSums,
        _OWED  # noqa: S608, a constant
        + """
        select count(*) as debtors, coalesce(sum(not_due), 0)::bigint as not_due,
               coalesce(sum(days_1_30), 0)::bigint as days_1_30,
               coalesce(sum(days_31_60), 0)::bigint as days_31_60,
               coalesce(sum(days_over_60), 0)::bigint as days_over_60,
               coalesce(sum(owed), 0)::bigint as owed
          from owed
        """,
        school_id,
        today,
    )
    return found[0]
