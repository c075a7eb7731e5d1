"""What a school's people are told of a closure: SQL of one errand, in the school's own scope."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID, uuid5

from app import db
from app.attendance.closures.model import ClosureRow, Errand, FanoutNews
from app.attendance.plan import school_day
from app.attendance.queries import plan as plan_of
from app.ids import new_id
from app.schools.org.queries import school_name

PersonKind = Literal["student", "staff"]


async def take(conn: db.Conn, *, errand: Errand) -> bool:
    """Hold the errand until the transaction ends; False: somebody else does, or it is done."""
    found = await db.value(
        conn,
        """
        select 1 from closure_fanout
         where school_id = $1 and closure_id = $2 and news = $3 and done_at is null
           for update skip locked
        """,
        errand.school_id,
        errand.closure_id,
        errand.news,
    )
    return found is not None


async def finish(conn: db.Conn, *, errand: Errand, told: int, now: datetime) -> None:
    await db.run(
        conn,
        """
        update closure_fanout set done_at = $4, told = $5
         where school_id = $1 and closure_id = $2 and news = $3
        """,
        errand.school_id,
        errand.closure_id,
        errand.news,
        now,
        told,
    )


async def put_off(
    conn: db.Conn, *, errand: Errand, now: datetime, first_s: float, longest_s: float
) -> int:
    """Try again, each time after twice as long; how often it was tried."""
    attempts: int | None = await db.value(
        conn,
        """
        update closure_fanout
           set attempts = least(attempts + 1, 1000),
               due_at = $4::timestamptz
                   + least($5::float8 * 2 ^ least(attempts, 20), $6::float8) * interval '1 second'
         where school_id = $1 and closure_id = $2 and news = $3 and done_at is null
        returning attempts
        """,
        errand.school_id,
        errand.closure_id,
        errand.news,
        now,
        first_s,
        longest_s,
    )
    return attempts or 0


async def touched_people(
    conn: db.Conn, *, school_id: int, first: date, last: date
) -> dict[PersonKind, list[UUID]]:
    """Of whose days the state may be another now: those with a row, a case or leave."""
    found = await db.rows(
        conn,
        """
        select person_kind, person_id from attendance_day
         where school_id = $1 and day between $2 and $3
           and state in ('absent_excused', 'absent_unexcused')
         union
        select 'student', student_id from absence_case
         where school_id = $1 and day between $2 and $3
         union
        select person_kind, person_id from leave_request
         where school_id = $1 and covers_to >= $2 and from_day <= $3
        """,
        school_id,
        first,
        last,
    )
    people: dict[PersonKind, list[UUID]] = {}
    for row in found:
        people.setdefault(row["person_kind"], []).append(row["person_id"])
    return people


async def days_to_tell(
    conn: db.Conn,
    *,
    school_id: int,
    row: ClosureRow,
    first: date,
    last: date,
    news: FanoutNews,
) -> tuple[date, date] | None:
    """The first and last day that are news to this school; None: nothing is.

    Days that another closure closes as well were told with that one, and do not open with this one.
    """
    found = await db.rows(
        conn,
        """
        with recursive unit as (
            select o.id, o.parent_id from org_unit o
             where o.id = (select org_unit_id from school where id = $1)
             union
            select o.id, o.parent_id from org_unit o join unit on o.id = unit.parent_id)
        select day::date as day from generate_series($2::date, $3::date, '1 day') as day
         where not exists (
               select from closure c
                where (c.school_id = $1 or c.org_unit_id in (select id from unit)) and c.id <> $4
                  and day between c.from_day and c.closed_to and (c.id < $4 or $5))
         order by day
        """,
        school_id,
        first,
        last,
        row.id,
        news == "ended",
    )
    if not found:
        return None
    if news == "declared":
        # The whole of it, as it was ordered: a family reads one span, not the rest of two.
        return first, last
    plan = await plan_of(conn, school_id=school_id)
    shifts = list(plan.shifts)
    held = [each["day"] for each in found if plan.shifts_on(each["day"], shifts)]
    return (held[0], held[-1]) if held else None


async def tell(
    conn: db.Conn, *, errand: Errand, row: ClosureRow, days: tuple[date, date], now: datetime
) -> int:
    """One message an account; how many. Those who declared it know.

    Of a unit's closure nobody hears twice, who has children in two of its schools: it is one event.
    """
    accounts = await audience(conn, school_id=errand.school_id, now=now)
    is_end = errand.news == "ended"
    school = await school_name(conn, school_id=errand.school_id)
    params: dict[str, object] = {
        # A unit's order is told in the unit's name; that a school opens again, in the school's.
        "school": school if is_end else row.place,
        "from_day": days[0].isoformat(),
        "to_day": days[1].isoformat(),
        "closure": row.kind,
        "closure_id": str(row.id),
    }
    if not is_end:
        params["message"] = row.reason
    event_id = uuid5(row.id, f"{errand.school_id} ended {days[0]}") if is_end else row.id
    return await db.run(
        conn,
        """
        insert into outbox (school_id, id, kind, day, event_id, student_id, actor_account_id,
               params, account_id)
        select $1, m.id, $2, $3, $4, null, $5, $6, m.account_id
          from unnest($7::uuid[], $8::uuid[]) as m (id, account_id)
        """,
        errand.school_id,
        "closure_ended" if is_end else "closure",
        school_day(row.ended_at if is_end and row.ended_at else row.created_at),
        event_id,
        row.ended_by if is_end else row.created_by,
        params,
        [new_id() for _ in accounts],
        accounts,
    )


async def audience(conn: db.Conn, *, school_id: int, now: datetime) -> list[UUID]:
    """Guardians who are told of a child here, staff and pupils with an account: each once."""
    found = await db.rows(
        conn,
        """
        select g.account_id from guardianship g join account a on a.id = g.account_id
         where g.school_id = $1 and g.ended_at is null and g.is_told and g.can_see
           and g.custody_blocked_at is null and a.disabled_at is null
         union
        select m.account_id from membership m join account a on a.id = m.account_id
         where m.school_id = $1 and m.ended_at is null and m.role <> 'display'
           and (m.valid_from is null or m.valid_from <= $2)
           and (m.valid_until is null or m.valid_until > $2)
           and a.disabled_at is null and a.paper_at is null
         order by 1
        """,
        school_id,
        now,
    )
    return [row["account_id"] for row in found]
