"""SQL over closures. `closure` is global, as the tree whose units it names."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from app import db
from app.attendance.closures.model import Closure, ClosureRow, NewClosure


async def schools_below(conn: db.Conn, *, unit_id: int) -> list[int]:
    """The live schools at or below a unit, by id."""
    found = await db.rows(
        conn,
        """
        with recursive unit as (
            select id from org_unit where id = $1
             union
            select o.id from org_unit o join unit on o.parent_id = unit.id)
        select s.id from school s join unit on unit.id = s.org_unit_id
         where s.ended_at is null order by s.id
        """,
        unit_id,
    )
    return [row["id"] for row in found]


async def is_closed_so(conn: db.Conn, *, new: NewClosure) -> bool:
    """Whether one of the same place closes these days already; the place is locked."""
    found: bool = await db.value(
        conn,
        """
        select exists (
            select from closure
             where school_id is not distinct from $1 and org_unit_id is not distinct from $2
               and from_day <= $3 and closed_to >= $4)
        """,
        new.school_id,
        new.org_unit_id,
        new.from_day,
        new.to_day,
    )
    return found


async def declare(
    conn: db.Conn,
    *,
    closure_id: UUID,
    new: NewClosure,
    created_by: UUID,
    school_ids: Sequence[int],
    stagger_s: float,
    now: datetime,
) -> None:
    """Close these schools: the fact, their plans' versions, and whom to tell, in one statement.

    The schools are locked in the order of their ids: two closures at once do not deadlock. They are
    told one after the other, `stagger_s` apart, so that arrivals are not held up behind a province.
    """
    await db.run(
        conn,
        """
        with held as materialized (
            select id, row_number() over (order by id) as place from (
                select id from school where id = any($9::int[]) order by id
                   for no key update) s),
        planned as (
            update school s set plan_version = plan_version + 1 from held where s.id = held.id),
        told as (
            insert into closure_fanout (school_id, closure_id, news, due_at)
            select id, $1, 'declared',
                   $8::timestamptz + (place - 1) * $10::float8 * interval '1 second'
              from held)
        insert into closure (id, org_unit_id, school_id, from_day, to_day, closed_to, kind, reason,
               created_by, created_at)
        values ($1, $2, $3, $4, $5, $5, $6, $7, $11, $8)
        """,
        closure_id,
        new.org_unit_id,
        new.school_id,
        new.from_day,
        new.to_day,
        new.kind,
        new.reason,
        now,
        list(school_ids),
        stagger_s,
        created_by,
    )


async def end(
    conn: db.Conn,
    *,
    closure_id: UUID,
    closed_to: date,
    is_void: bool,
    ended_by: UUID,
    school_ids: Sequence[int],
    stagger_s: float,
    now: datetime,
) -> None:
    """Open these schools from the day after `closed_to`, and list who is to be told.

    A school that has not been told of the closure is told of what is left of it: nothing, if it is
    void. Whoever is being told at this moment is waited for.
    """
    await db.run(
        conn,
        """
        update closure set closed_to = $2, ended_by = $3, ended_at = $4 where id = $1
        """,
        closure_id,
        closed_to,
        ended_by,
        now,
    )
    await db.run(
        conn,
        """
        with waiting as materialized (
            select school_id from closure_fanout
             where school_id = any($2::int[]) and closure_id = $1 and news = 'declared'
               and done_at is null
             order by school_id for update),
        dropped as (
            update closure_fanout f set done_at = $5, told = 0 from waiting
             where f.school_id = waiting.school_id and f.closure_id = $1 and f.news = 'declared'
               and $3),
        held as materialized (
            select id, row_number() over (order by id) as place from (
                select id from school where id = any($2::int[]) order by id
                   for no key update) s),
        planned as (
            update school s set plan_version = plan_version + 1 from held where s.id = held.id)
        insert into closure_fanout (school_id, closure_id, news, due_at)
        select id, $1, 'ended', $5::timestamptz + (place - 1) * $4::float8 * interval '1 second'
          from held where id not in (select school_id from waiting)
            on conflict (school_id, closure_id, news) do update
               set due_at = excluded.due_at, done_at = null, told = null, attempts = 0
        """,
        closure_id,
        list(school_ids),
        is_void,
        stagger_s,
        now,
    )


async def lock_closure(conn: db.Conn, *, closure_id: UUID) -> None:
    """Let those who end it wait for each other."""
    await db.value(conn, "select 1 from closure where id = $1 for update", closure_id)


async def closure(conn: db.Conn, *, closure_id: UUID) -> ClosureRow | None:
    """One closure, as it is now."""
    return await db.one(
        conn,
        ClosureRow,
        """
        select c.id, c.org_unit_id, c.school_id, coalesce(s.name, o.name) as place, c.from_day,
               c.to_day, c.closed_to, c.kind, c.reason, c.created_by, c.created_at, c.ended_by,
               c.ended_at
          from closure c
          left join school s on s.id = c.school_id
          left join org_unit o on o.id = c.org_unit_id
         where c.id = $1
        """,
        closure_id,
    )


async def closures(
    conn: db.Conn,
    *,
    school_ids: Collection[int],
    unit_ids: Collection[int],
    closure_id: UUID | None = None,
    from_day: date | None = None,
    ends_schools: Collection[int] = (),
    ends_units: Collection[int] = (),
    before: UUID | None = None,
    limit: int = 1,
) -> list[Closure]:
    """Those of these schools and units, the newest first.

    `from_day`: only such as close that day or a later one. `ends_...`: what the reader may end; how
    far its telling is can be counted where the rows are in the transaction's scope.
    """
    return await db.many(
        conn,
        Closure,
        """
        select c.id, c.org_unit_id, c.school_id, coalesce(s.name, o.name) as place, c.from_day,
               c.to_day, c.closed_to, c.kind, c.reason, c.created_at, c.ended_at, e.may_end,
               case when e.may_end then f.schools end as schools,
               case when e.may_end then f.told end as told_schools
          from closure c
          left join school s on s.id = c.school_id
          left join org_unit o on o.id = c.org_unit_id
         cross join lateral (
               select coalesce(c.school_id = any($3::int[]), false)
                   or coalesce(c.org_unit_id = any($4::int[]), false) as may_end) e
          left join lateral (
               select count(*) as schools, count(*) filter (where done_at is not null) as told
                 from closure_fanout x
                where x.school_id = any($3::int[]) and x.closure_id = c.id
                  and x.news = 'declared') f on e.may_end
         where (c.school_id = any($1::int[]) or c.org_unit_id = any($2::int[]))
           and ($5::uuid is null or c.id = $5)
           and ($6::date is null or c.closed_to >= $6)
           and ($7::uuid is null or c.id < $7)
         order by c.id desc limit $8
        """,
        list(school_ids),
        list(unit_ids),
        list(ends_schools),
        list(ends_units),
        closure_id,
        from_day,
        before,
        limit,
    )
