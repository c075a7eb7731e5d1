"""SQL over leave requests."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from uuid import UUID

from app import db
from app.attendance.leave.model import (
    Filters,
    LeaveCover,
    LeaveRow,
    LeaveState,
    NewLeave,
    Part,
    Reader,
)
from app.attendance.model import ExitSlip


async def approved_leave(
    conn: db.Conn,
    *,
    school_id: int,
    person_ids: Collection[UUID] | None,
    first: date,
    last: date,
) -> list[LeaveCover]:
    """What approved leave covers of these days; `person_ids` None: of everybody.

    Whoever decides by it holds the persons' locks: a decision about leave takes them too. A request
    withdrawn in the middle of a day gives two rows: its last day is covered in the morning alone.
    """
    return await db.many(
        conn,
        LeaveCover,
        """
        select r.person_id, c.from_day, c.to_day, c.part, r.exit_at
          from leave_request r
         cross join lateral (
               select r.from_day, case when r.last_part is null then r.covers_to
                                       else r.covers_to - 1 end as to_day, r.part
                union all
               select r.covers_to, r.covers_to, r.last_part where r.last_part is not null) c
         where r.school_id = $1 and r.covers_to >= $3 and r.from_day <= $4
           and ($2::uuid[] is null or r.person_id = any($2))
           and c.from_day <= c.to_day and c.from_day <= $4 and c.to_day >= $3
         order by r.person_id, c.from_day, r.id
        """,
        school_id,
        None if person_ids is None else list(person_ids),
        first,
        last,
    )


async def exit_slips(
    conn: db.Conn, *, asked: Sequence[tuple[int, UUID, date]]
) -> dict[tuple[int, UUID, date], time]:
    """From when on each of these pupils may leave that day, if an early exit is approved.

    By school, pupil and day; one index look-up each.
    """
    found = await db.rows(
        conn,
        """
        select q.school_id, q.person_id, q.day, r.exit_at
          from unnest($1::int[], $2::uuid[], $3::date[]) as q (school_id, person_id, day)
         cross join lateral (
               select min(exit_at) as exit_at from leave_request
                where school_id = q.school_id and person_id = q.person_id and to_day >= q.day
                  and from_day <= q.day and covers_to >= q.day and part = 'early_exit') r
         where r.exit_at is not null
        """,
        [school_id for school_id, _, _ in asked],
        [person_id for _, person_id, _ in asked],
        [day for _, _, day in asked],
    )
    return {(row["school_id"], row["person_id"], row["day"]): row["exit_at"] for row in found}


async def slips_of_school(conn: db.Conn, *, school_id: int, day: date) -> dict[UUID, ExitSlip]:
    """The approved early exits of the day, by pupil."""
    found = await db.rows(
        conn,
        """
        select person_id, min(exit_at) as exit_at from leave_request
         where school_id = $1 and covers_to >= $2 and from_day <= $2 and part = 'early_exit'
           and person_kind = 'student'
         group by person_id
        """,
        school_id,
        day,
    )
    return {row["person_id"]: ExitSlip(day=day, at=row["exit_at"]) for row in found}


async def requests(
    conn: db.Conn, *, reader: Reader, wanted: Filters, before: UUID | None = None, limit: int = 1
) -> list[LeaveRow]:
    """Those that the reader may read, the newest first.

    Of the own children, whichever guardian asked; the own as a member of staff; those of the
    classes that are led, by where the pupil is now; as principal all of the school. As department
    what nobody of the school may decide, and what was decided so.
    """
    schools = reader.schools if wanted.school_id is None else [wanted.school_id]
    return await db.many(
        conn,
        LeaveRow,
        _REQUESTS,
        [school_id for school_id in schools if school_id in reader.schools],
        [school_id for school_id, _ in reader.children],
        [student_id for _, student_id in reader.children],
        list(reader.own_staff.values()),
        list(reader.led_schools),
        list(reader.led_classes),
        reader.account_id,
        wanted.request_id,
        wanted.person_id,
        wanted.class_id,
        wanted.state,
        wanted.kind,
        before,
        limit,
        list(reader.department_schools),
        reader.at,
    )


_REQUESTS = """
    select r.school_id, r.id, r.person_kind, r.person_id, coalesce(s.name, t.name) as person_name,
           c.id as class_id, c.name as class_name, r.from_day, r.to_day, r.part, r.exit_at,
           r.reason_sealed, r.state, r.covers_to, r.requested_as, r.requested_by,
           case r.requested_as when 'staff' then t.name else (
               select min(g.name) from guardianship link
                 join guardian g on g.school_id = link.school_id and g.id = link.guardian_id
                where link.school_id = r.school_id and link.student_id = r.person_id
                  and link.account_id = r.requested_by) end as requested_by_name,
           r.created_at,
           (select min(d.name) from staff d
             where d.school_id = r.school_id and d.account_id = r.decided_by) as decided_by_name,
           r.decided_by, r.decided_at, r.decision_reason, r.withdrawn_at, r.paper_key,
           r.first_by,
           (select min(d.name) from staff d
             where d.school_id = r.school_id and d.account_id = r.first_by) as first_by_name,
           exists (
               select from guardianship own
                where own.school_id = r.school_id and own.student_id = r.person_id
                  and $7 in (own.account_id, own.pending_account_id)
                  and (own.ended_at is null or own.custody_blocked_at is not null)) as is_family
      from leave_request r
      left join student s on r.person_kind = 'student'
           and s.school_id = r.school_id and s.id = r.person_id
      left join staff t on r.person_kind = 'staff'
           and t.school_id = r.school_id and t.id = r.person_id
      left join enrolment n
        on n.school_id = r.school_id and n.student_id = r.person_id and n.to_day is null
      left join school_class c on c.school_id = n.school_id and c.id = n.class_id
     where r.school_id = any($1::int[])
       and (r.school_id = any($5::int[]) or r.person_id = any($4::uuid[])
         or (r.person_kind = 'student' and n.class_id = any($6::uuid[]))
         or exists (select from unnest($2::int[], $3::uuid[]) as child (school_id, id)
                     where child.school_id = r.school_id and child.id = r.person_id)
         or (r.school_id = any($15::int[]) and (r.decided_by = $7 or (
             r.state = 'pending' and case when r.first_by is null
                 then not exists (select from leave_deciders(
                     r.school_id, r.person_id, r.requested_by, $16::timestamptz))
                 else not exists (select from leave_seconders(
                     r.school_id, r.person_id, r.requested_by, r.first_by, $16::timestamptz))
                 end))))
       and ($8::uuid is null or r.id = $8) and ($9::uuid is null or r.person_id = $9)
       and ($10::uuid is null or n.class_id = $10) and ($11::text is null or r.state = $11)
       and ($12::text is null or r.person_kind = $12) and ($13::uuid is null or r.id < $13)
     order by r.id desc limit $14
"""


async def insert_request(
    conn: db.Conn,
    *,
    school_id: int,
    request_id: UUID,
    asked: NewLeave,
    reason_sealed: bytes,
    now: datetime,
) -> None:
    """One more that waits; the person's lock is held."""
    await db.run(
        conn,
        """
        insert into leave_request (school_id, id, person_kind, person_id, from_day, to_day, part,
               exit_at, reason_sealed, requested_by, requested_as, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        school_id,
        request_id,
        asked.person_kind,
        asked.person_id,
        asked.from_day,
        asked.to_day,
        asked.part,
        asked.exit_at,
        reason_sealed,
        asked.requested_by,
        "staff" if asked.person_kind == "staff" else "guardian",
        now,
    )


async def overlapping(
    conn: db.Conn, *, school_id: int, asked: NewLeave
) -> tuple[date, date, LeaveState] | None:
    """A request of the person, waiting or approved, for a part of the same days."""
    found = await db.rows(
        conn,
        """
        select from_day, to_day, state from leave_request
         where school_id = $1 and person_id = $2 and to_day >= $3 and from_day <= $4
           and state in ('pending', 'approved')
           and (part = $5 or part = 'day' or $5 = 'day')
         order by from_day limit 1
        """,
        school_id,
        asked.person_id,
        asked.from_day,
        asked.to_day,
        asked.part,
    )
    return (found[0]["from_day"], found[0]["to_day"], found[0]["state"]) if found else None


async def waiting_requests(conn: db.Conn, *, school_id: int, person_id: UUID) -> int:
    """How many of the person's wait for a decision."""
    waiting: int = await db.value(
        conn,
        """
        select count(*) from leave_request
         where school_id = $1 and person_id = $2 and state = 'pending'
        """,
        school_id,
        person_id,
    )
    return waiting


async def decide(
    conn: db.Conn,
    *,
    row: LeaveRow,
    approve: bool,
    reason: str,
    decided_by: UUID,
    now: datetime,
) -> bool:
    """Whether it was still waiting: of two who decide at once one is too late."""
    return bool(
        await db.run(
            conn,
            """
            update leave_request
               set state = case when $3 then 'approved' else 'rejected' end,
                   covers_to = case when $3 then to_day end, decided_by = $4, decided_at = $5,
                   decision_reason = coalesce(nullif($6, ''), case when $3 then decision_reason end)
             where school_id = $1 and id = $2 and state = 'pending'
            """,
            row.school_id,
            row.id,
            approve,
            decided_by,
            now,
            reason,
        )
    )


async def approve_first(
    conn: db.Conn, *, row: LeaveRow, reason: str, first_by: UUID, now: datetime
) -> None:
    """Put down who approved as the first of two, with words to the family; the lock is held."""
    await conn.execute(
        """
        update leave_request set first_by = $3, first_at = $4, decision_reason = nullif($5, '')
         where school_id = $1 and id = $2 and state = 'pending' and first_by is null
        """,
        row.school_id,
        row.id,
        first_by,
        now,
        reason,
    )


async def split_off_past(conn: db.Conn, *, row: LeaveRow, past_id: UUID, month_start: date) -> None:
    """Make the days before `month_start` a request of their own, which has the paper.

    The person's lock is held, and the request waits.
    """
    await conn.execute(
        """
        insert into leave_request (school_id, id, person_kind, person_id, from_day, to_day, part,
               exit_at, reason_sealed, requested_by, requested_as, created_at, paper_key)
        select school_id, $3, person_kind, person_id, from_day, $4::date - 1, part,
               exit_at, reason_sealed, requested_by, requested_as, created_at, paper_key
          from leave_request where school_id = $1 and id = $2
        """,
        row.school_id,
        row.id,
        past_id,
        month_start,
    )
    await conn.execute(
        "update leave_request set from_day = $3, paper_key = null where school_id = $1 and id = $2",
        row.school_id,
        row.id,
        month_start,
    )


async def withdraw(
    conn: db.Conn,
    *,
    row: LeaveRow,
    covers_to: date | None,
    last_part: Part | None,
    withdrawn_by: UUID,
    now: datetime,
) -> bool:
    """Whether it was still as it was read: waiting, or approved."""
    return bool(
        await db.run(
            conn,
            """
            update leave_request
               set state = 'withdrawn', covers_to = $4, last_part = $5, withdrawn_by = $6,
                   withdrawn_at = $7, paper_key = null
             where school_id = $1 and id = $2 and state = $3
            """,
            row.school_id,
            row.id,
            row.state,
            covers_to,
            last_part,
            withdrawn_by,
            now,
        )
    )


async def set_paper(
    conn: db.Conn, *, school_id: int, request_id: UUID, before: str | None, paper_key: str
) -> bool:
    """Whether the request still takes a paper and has the one that was read, if any."""
    return bool(
        await db.run(
            conn,
            """
            update leave_request set paper_key = $4
             where school_id = $1 and id = $2 and paper_key is not distinct from $3
               and state in ('pending', 'approved')
            """,
            school_id,
            request_id,
            before,
            paper_key,
        )
    )


async def forget_papers(conn: db.Conn, *, before: date, limit: int) -> int:
    """Take the papers from requests of all schools that ended before then; they are deleted soon.

    Under the worker's role, which sees no more of a request than this.
    """
    return await db.run(
        conn,
        """
        with old as materialized (
            select school_id, id, paper_key from leave_request
             where paper_key is not null and to_day < $1
             order by to_day limit $2 for update skip locked),
        gone as (
            update leave_request r set paper_key = null from old
             where r.school_id = old.school_id and r.id = old.id)
        insert into discarded_object (school_id, key, due_at)
        select school_id, paper_key, now() from old
            on conflict (school_id, key) do nothing
        """,
        before,
        limit,
    )


async def shift_ids(conn: db.Conn, *, row: LeaveRow) -> list[UUID]:
    """The shifts of the person: of the class that the pupil is in now, or the staff's own."""
    if row.person_kind == "student":
        statement = """
            select x.shift_id from enrolment n
              join class_shift x on x.school_id = n.school_id and x.class_id = n.class_id
             where n.school_id = $1 and n.student_id = $2 and n.to_day is null
        """
    else:
        statement = "select shift_id from staff_shift where school_id = $1 and staff_id = $2"
    found = await db.rows(conn, statement, row.school_id, row.person_id)
    return [each["shift_id"] for each in found]
