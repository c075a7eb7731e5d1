"""SQL for what bills follow from: pupils, their days, meals, what is billed and what is carried."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from app import db
from app.fees.billing.calendar import Closing, MarkedDay
from app.fees.billing.model import Absence, MealsBilled, Seat
from app.fees.setup.model import ChargeScope


class PupilRow(Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    sort_key: str
    class_id: UUID
    class_name: str
    grade: int


class GivenRow(Struct, frozen=True, kw_only=True):
    """A meal that a bill gave back already, and the bill that had asked for it."""

    student_id: UUID
    item_id: UUID
    day: date
    charged_on: UUID


async def pupils(
    conn: db.Conn, *, school_id: int, day: date, scope: ChargeScope, ref: str
) -> list[PupilRow]:
    """The school's pupils who are in a class that day, of that part of the school, by class."""
    return await db.many(
        conn,
        PupilRow,
        """
        select * from (
            select distinct on (s.id) s.id, s.name, s.sort_key, c.id as class_id,
                   c.name as class_name, c.grade
              from enrolment e
              join student s on s.school_id = e.school_id and s.id = e.student_id
              join school_class c on c.school_id = e.school_id and c.id = e.class_id
             where e.school_id = $1 and s.ended_at is null
               and e.from_day <= $2 and (e.to_day is null or e.to_day >= $2)
             order by s.id, e.from_day desc) p
         where case $3 when 'school' then true when 'grade' then p.grade::text = $4
                       when 'class' then p.class_id::text = $4 else p.id::text = $4 end
         order by p.grade, p.class_name, p.class_id, p.sort_key, p.id
        """,
        school_id,
        day,
        scope,
        ref,
    )


async def seats(
    conn: db.Conn, *, school_id: int, student_ids: Sequence[UUID], since: date
) -> dict[UUID, list[Seat]]:
    """In which classes these pupils were since that day, one after the other."""
    found: dict[UUID, list[Seat]] = {}
    for row in await db.rows(
        conn,
        """
        select student_id, class_id, from_day, to_day from enrolment
         where school_id = $1 and student_id = any($2) and (to_day is null or to_day >= $3)
         order by student_id, from_day
        """,
        school_id,
        list(student_ids),
        since,
    ):
        seat = Seat(class_id=row["class_id"], from_day=row["from_day"], to_day=row["to_day"])
        found.setdefault(row["student_id"], []).append(seat)
    return found


async def weekdays(conn: db.Conn, *, school_id: int) -> dict[UUID, set[int]]:
    """The weekdays (ISO) on which classes have shifts."""
    found: dict[UUID, set[int]] = {}
    for row in await db.rows(
        conn,
        """
        select x.class_id, s.weekdays from class_shift x
          join shift s on s.school_id = x.school_id and s.id = x.shift_id and s.ended_at is null
         where x.school_id = $1
        """,
        school_id,
    ):
        found.setdefault(row["class_id"], set()).update(row["weekdays"])
    return found


async def marked_days(conn: db.Conn, *, school_id: int, first: date, last: date) -> list[MarkedDay]:
    """What the school's own calendar says of these days."""
    return await db.many(
        conn,
        MarkedDay,
        """
        select day, kind, created_at from calendar_day
         where school_id = $1 and day between $2 and $3
        """,
        school_id,
        first,
        last,
    )


async def closings(conn: db.Conn, *, school_id: int, first: date, last: date) -> list[Closing]:
    """Closures of the school, or of a unit above it, that were declared for any of these days."""
    return await db.many(
        conn,
        Closing,
        """
        with recursive unit as (
            select o.id, o.parent_id from org_unit o
              join school s on s.org_unit_id = o.id where s.id = $1
             union
            select o.id, o.parent_id from org_unit o join unit on o.id = unit.parent_id)
        select c.from_day, c.to_day, c.closed_to, c.created_at, c.ended_at from closure c
         where (c.school_id = $1 or c.org_unit_id in (select id from unit))
           and c.from_day <= $3 and c.to_day >= $2
        """,
        school_id,
        first,
        last,
    )


async def meals_billed(
    conn: db.Conn, *, school_id: int, student_ids: Sequence[UUID], since: date, today: date
) -> list[MealsBilled]:
    """Live bills' lines for meals by the day, of periods that began by now.

    Of an offer only what was taken: it is no debt that could be lowered.
    """
    return await db.many(
        conn,
        MealsBilled,
        """
        select i.student_id, i.id as invoice_id, l.item_id, p.from_day, p.to_day, i.drafted_at,
               l.quantity, l.amount, l.waived, f.kitchen_cut_off, f.kitchen_days_before
          from invoice i
          join billing_period p on p.school_id = i.school_id and p.id = i.period_id
          join invoice_line l on l.school_id = i.school_id and l.invoice_id = i.id
          join fee_item f on f.school_id = l.school_id and f.id = l.item_id
         where i.school_id = $1 and i.student_id = any($2) and i.state = 'open'
           and (not i.is_voluntary or i.settlement = 'paid')
           and p.to_day >= $3 and p.from_day < $4
           and l.kind = 'charge' and l.unit = 'day' and f.kitchen_cut_off is not null
        """,
        school_id,
        list(student_ids),
        since,
        today,
    )


async def absences(
    conn: db.Conn, *, school_id: int, student_ids: Sequence[UUID], first: date, last: date
) -> list[Absence]:
    """Whole days of leave of these pupils that is approved and was not taken back."""
    return await db.many(
        conn,
        Absence,
        """
        select * from (
            select person_id as student_id, from_day,
                   case when last_part is null then covers_to else covers_to - 1 end as to_day,
                   created_at as asked_at
              from leave_request
             where school_id = $1 and person_kind = 'student' and person_id = any($2)
               and part = 'day' and covers_to >= $3 and from_day <= $4) a
         where a.from_day <= a.to_day
         order by a.student_id, a.from_day
        """,
        school_id,
        list(student_ids),
        first,
        last,
    )


async def meals_given(
    conn: db.Conn, *, school_id: int, student_ids: Sequence[UUID], today: date
) -> list[GivenRow]:
    """Meals that bills gave back; an offer that came to nothing gave nothing."""
    lapsed = await lapsed_offers(conn, school_id=school_id, today=today)
    return await db.many(
        conn,
        GivenRow,
        """
        select student_id, item_id, day, charged_on from meal_credit
         where school_id = $1 and student_id = any($2) and used_on is not null
           and used_on <> all ($3::uuid[])
        """,
        school_id,
        list(student_ids),
        lapsed,
    )


async def lapsed_offers(
    conn: db.Conn, *, school_id: int, today: date, student_id: UUID | None = None
) -> list[UUID]:
    """Offers that gave meals back, and were declined, or not paid when their period was over."""
    found = await db.rows(
        conn,
        """
        select i.id from invoice i
          join billing_period p on p.school_id = i.school_id and p.id = i.period_id
         where i.school_id = $1 and i.is_voluntary and i.state = 'open' and i.paid = 0
           and i.id in (select m.used_on from meal_credit m
                         where m.school_id = $1 and m.used_on is not null)
           and (i.declined_at is not null or p.to_day < $2)
           and ($3::uuid is null or i.student_id = $3)
         order by i.id
        """,
        school_id,
        today,
        student_id,
    )
    return [row["id"] for row in found]


async def hold_bills(conn: db.Conn, *, school_id: int, invoice_ids: Sequence[UUID]) -> None:
    """Lock these bills, by id; funds have been before."""
    await db.rows(
        conn,
        """
        select id from invoice where school_id = $1 and id = any($2)
         order by id for no key update
        """,
        school_id,
        list(invoice_ids),
    )


async def live_bills(
    conn: db.Conn, *, school_id: int, period_id: UUID
) -> set[tuple[UUID, int, bool]]:
    """The (pupil, seq, is_voluntary) of the period that have a bill which is not void.

    And the offers that came to nothing: the family has had them once.
    """
    found = await db.rows(
        conn,
        """
        select student_id, seq, is_voluntary from invoice
         where school_id = $1 and period_id = $2 and (state <> 'void' or is_lapsed)
        """,
        school_id,
        period_id,
    )
    return {(row["student_id"], row["seq"], row["is_voluntary"]) for row in found}


async def carried(conn: db.Conn, *, school_id: int) -> dict[UUID, int]:
    """Money that waits for pupils' next bills, in đồng."""
    found = await db.rows(
        conn,
        """
        select credit_student_id as student_id, sum(free)::bigint as free from fund
         where school_id = $1 and credit_student_id is not null
           and amount > allocated + refund_held
         group by credit_student_id
        """,
        school_id,
    )
    return {row["student_id"]: row["free"] for row in found}


async def hold_billing(conn: db.Conn, *, school_id: int) -> None:
    """Let what makes and unmakes bills of a school happen one after the other."""
    await db.value(conn, "select pg_advisory_xact_lock(hashtext('fees.billing'), $1)", school_id)


async def hold_period(conn: db.Conn, *, school_id: int, period_id: UUID) -> None:
    """Nobody changes the period or closes it meanwhile; bills of it may refer to it.

    Not `for update`: PostgreSQL looks at a bill's period again when one transaction writes the bill
    twice, and who does so may hold a fund that we are going to wait for.
    """
    await db.value(
        conn,
        "select 1 from billing_period where school_id = $1 and id = $2 for no key update",
        school_id,
        period_id,
    )


async def has_left(conn: db.Conn, *, school_id: int, student_id: UUID) -> bool:
    """Whether the pupil is here no more."""
    left: bool = await db.value(
        conn,
        "select ended_at is not null from student where school_id = $1 and id = $2",
        school_id,
        student_id,
    )
    return left
