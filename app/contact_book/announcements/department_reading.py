"""What the department has said, as its own people see it: rows, and sums by school."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from app import db
from app.attendance.closures.queries import schools_below
from app.attendance.closures.service import units_below
from app.attendance.plan import school_day
from app.contact_book.announcements.model import (
    AnnouncementLine,
    AnnouncementRow,
    AnswerCount,
    NoSuchAnnouncement,
    SchoolTally,
    Tally,
)
from app.identity.model import Caller
from app.schools.org.service import own_units

_COLUMNS: Final = """
    select null::int as school_id, d.id, d.id as origin_id, d.org_unit_id, d.school_ids,
           d.author_account_id, o.name as author_name, 'department' as author_title,
           case when d.withdrawn_at is not null then 'withdrawn'
                when d.published_at is null then 'draft'
                when d.published_at > $1 then 'scheduled' else 'published' end as state,
           d.title, d.body, d.to_families, d.to_staff, d.to_leaders, d.answer_kind,
           d.answer_options, d.answer_until, d.is_urgent, d.created_at, d.changed_at,
           d.published_at as publish_at,
           case when d.published_at <= $1 then d.published_at end as published_at,
           d.withdrawn_at, d.withdrawn_reason
      from department_announcement d join org_unit o on o.id = d.org_unit_id
"""


async def one(
    conn: db.Conn,
    *,
    caller: Caller,
    announcement_id: UUID,
    now: datetime,
    is_locked: bool = False,
) -> AnnouncementRow:
    """One of the caller's units or those below.

    Raises:
        NoSuchAnnouncement: there is none.
    """
    sql = _COLUMNS + " where d.id = $2 and d.org_unit_id = any($3::int[])"
    if is_locked:
        sql += " for no key update of d"
    units = await units_below(conn, unit_ids=own_units(caller))
    found = await db.one(conn, AnnouncementRow, sql, now, announcement_id, sorted(units))
    if found is None:
        raise NoSuchAnnouncement
    return found


async def may_see(conn: db.Conn, *, caller: Caller, announcement_id: UUID, now: datetime) -> bool:
    """Whether it is one of the caller's units' or those below, at this moment."""
    if "department_admin" not in caller.roles:
        return False
    try:
        await one(conn, caller=caller, announcement_id=announcement_id, now=now)
    except NoSuchAnnouncement:
        return False
    return True


async def by_id(conn: db.Conn, *, announcement_id: UUID, now: datetime) -> AnnouncementRow | None:
    """For the worker, whoever may see it."""
    return await db.one(conn, AnnouncementRow, _COLUMNS + " where d.id = $2", now, announcement_id)


async def lines(
    conn: db.Conn,
    *,
    caller: Caller,
    state: str | None,
    pattern: str | None,
    before: UUID | None,
    limit: int,
    now: datetime,
) -> list[AnnouncementLine]:
    """What the caller's units have said or are about to, the newest first."""
    units = await units_below(conn, unit_ids=own_units(caller))
    rows = await db.many(
        conn,
        AnnouncementRow,
        "select * from ("  # noqa: S608, a constant
        + _COLUMNS
        + """
             where d.org_unit_id = any($2::int[])
               and ($3::text is null or d.search_key like $3)
               and ($4::uuid is null or d.id < $4)) said
         where $5::text is null or state = $5
         order by id desc limit $6
        """,
        now,
        sorted(units),
        pattern,
        before,
        state,
        limit,
    )
    return [_line(row, caller.account_id) for row in rows]


def _line(row: AnnouncementRow, account_id: UUID) -> AnnouncementLine:
    return msgspec.convert(
        msgspec.structs.asdict(row)
        | {
            "is_own": row.author_account_id == account_id,
            "excerpt": row.body[:280],
            "counts": None,
        },
        AnnouncementLine,
    )


async def schools_of(conn: db.Conn, *, row: AnnouncementRow) -> list[int]:
    """The live schools that it is for, by id."""
    below = await schools_below(conn, unit_id=int(row.org_unit_id or 0))
    return below if row.school_ids is None else sorted(set(below) & set(row.school_ids))


async def is_reminded(conn: db.Conn, *, announcement_id: UUID, now: datetime) -> bool:
    found: bool | None = await db.value(
        conn,
        "select reminded_on = $2 from department_announcement where id = $1",
        announcement_id,
        school_day(now),
    )
    return bool(found)


async def by_school(conn: db.Conn, *, caller: Caller, row: AnnouncementRow) -> list[SchoolTally]:
    """Sums of each school, by name: of rows of children nothing else is read here."""
    school_ids = await schools_of(conn, row=row)
    await widen(conn, caller, school_ids)
    return await db.many(
        conn,
        SchoolTally,
        """
        with one as (
            select r.school_id, r.answer, count(*) as recipients, count(r.read_at) as read,
                   count(r.answered_at) as answered
              from announcement_recipient r
             where r.school_id = any($1::int[]) and r.announcement_id = $2
             group by r.school_id, case when $3 then r.answer end, r.answer),
        said as (
            select school_id, answer, sum(answered)::int as answered from one
             where answer is not null and $3 group by school_id, answer)
        select s.id as school_id, s.name,
               exists (select from announcement_errand e
                        where e.school_id = s.id and e.announcement_id = $2
                          and e.news = 'published' and e.done_at is not null) as is_told,
               coalesce(sum(one.recipients), 0)::int as recipients,
               coalesce(sum(one.read), 0)::int as read,
               coalesce(sum(one.answered), 0)::int as answered,
               coalesce((
                   select jsonb_agg(jsonb_build_object('answer', said.answer, 'count',
                          said.answered) order by said.answered desc, said.answer)
                     from said where said.school_id = s.id), '[]') as by_answer
          from school s left join one on one.school_id = s.id
         where s.id = any($1::int[])
         group by s.id, s.name order by s.name, s.id
        """,
        school_ids,
        row.id,
        row.answer_kind not in ("none", "text"),
    )


def total_of(sums: Collection[SchoolTally]) -> Tally:
    return Tally(
        recipients=sum(each.recipients for each in sums),
        read=sum(each.read for each in sums),
        answered=sum(each.answered for each in sums),
    )


def answers_of(sums: Collection[SchoolTally]) -> list[AnswerCount]:
    """How often each answer was given, in all schools."""
    counted: Counter[str] = Counter()
    for school in sums:
        counted.update({each.answer: each.count for each in school.by_answer})
    return [AnswerCount(answer=each, count=count) for each, count in counted.most_common()]


async def widen(conn: db.Conn, caller: Caller, school_ids: Collection[int]) -> None:
    """Open the rows of these schools for lists and sums; who may was asked before."""
    await db.scope(conn, schools=caller.school_ids | set(school_ids), accounts=[caller.account_id])
