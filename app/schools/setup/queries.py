"""SQL over what a school has set up, and its roll-up."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import msgspec

from app import db
from app.schools.setup.model import Counts, Stored


async def counts(conn: db.Conn, *, school_id: int, today: date, year_start: date) -> Counts:
    """What there is today, counted."""
    found = await db.one(
        conn,
        Counts,
        """
        with live_class as materialized (
            select id, homeroom_staff_id from school_class
             where school_id = $1 and ended_at is null),
        pupil as materialized (
            select student_id, class_id from enrolment
             where school_id = $1 and from_day <= $2 and (to_day is null or to_day >= $2)
               and class_id in (select id from live_class)),
        staffed as (
            select distinct account_id, role from membership
             where school_id = $1 and ended_at is null)
        select
            (select count(*) from campus where school_id = $1 and ended_at is null) as campuses,
            (select count(distinct s.campus_id) from station s
               join campus c on c.school_id = s.school_id and c.id = s.campus_id
                    and c.ended_at is null
              where s.school_id = $1 and s.ended_at is null and s.kind = 'gate')
                as campuses_with_gate,
            (select count(*) from shift where school_id = $1 and ended_at is null) as shifts,
            (select count(*) from live_class) as classes,
            (select count(distinct x.class_id) from class_shift x
              where x.school_id = $1 and x.class_id in (select id from live_class))
                as classes_with_shift,
            (select count(*) from calendar_day where school_id = $1 and day >= $3)
                as calendar_days,
            (select count(*) from staffed where role = 'principal') as principals,
            (select count(distinct account_id) from staffed
              where role in ('guard', 'homeroom_teacher', 'subject_teacher')) as scanners,
            (select count(*) from live_class where homeroom_staff_id is not null)
                as classes_with_homeroom,
            (select count(*) from pupil) as pupils,
            (select count(distinct class_id) from pupil) as classes_with_pupils,
            (select count(*) from pupil p where exists (
                select from guardianship g
                 where g.school_id = $1 and g.student_id = p.student_id
                   and g.account_id is not null and g.ended_at is null
                   and g.custody_blocked_at is null)) as pupils_reached,
            (select count(*) from pupil p where exists (
                select from card c
                 where c.school_id = $1 and c.student_id = p.student_id
                   and c.revoked_at is null and c.printed_at is not null))
                as pupils_with_printed_card,
            exists (select from scan_event where school_id = $1) as has_scan
        """,
        school_id,
        today,
        year_start,
    )
    assert found is not None  # noqa: S101 - a select without a from has one row
    return found


async def store(
    conn: db.Conn, *, school_id: int, counted: Counts, done: int, now: datetime
) -> None:
    """Keep it for the department."""
    await db.run(
        conn,
        """
        insert into school_setup (school_id, counts, done, counted_at) values ($1, $2, $3, $4)
            on conflict (school_id) do update
               set counts = excluded.counts, done = excluded.done,
                   counted_at = excluded.counted_at
             where school_setup.counted_at <= excluded.counted_at
        """,
        school_id,
        msgspec.to_builtins(counted),
        done,
        now,
    )


async def stored(
    conn: db.Conn,
    *,
    school_ids: Collection[int],
    after: tuple[int, int] | None,
    limit: int,
) -> list[Stored]:
    """These schools' roll-ups, those that lag behind first; `after` is (done, school id)."""
    after_done, after_id = after or (-1, 0)
    return await db.many(
        conn,
        Stored,
        """
        select s.id as school_id, s.name, coalesce(r.done, 0) as done, r.counts, r.counted_at
          from school s
          left join school_setup r on r.school_id = s.id
         where s.id = any($1::int[]) and s.ended_at is null
           and (coalesce(r.done, 0), s.id) > ($2, $3)
         order by coalesce(r.done, 0), s.id limit $4
        """,
        sorted(school_ids),
        after_done,
        after_id,
        limit,
    )


async def mark_printed(conn: db.Conn, *, school_id: int, class_id: UUID, now: datetime) -> None:
    """Remember that the live cards of a class stood on a page."""
    await db.run(
        conn,
        """
        update card set printed_at = $3
         where school_id = $1 and revoked_at is null and student_id in (
               select student_id from enrolment
                where school_id = $1 and class_id = $2 and to_day is null)
        """,
        school_id,
        class_id,
        now,
    )
