"""SQL over corrections and those that wait for a second person."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

import msgspec

from app import db
from app.attendance.corrections.model import (
    DayCorrection,
    Decision,
    Filters,
    NewCorrection,
    Request,
)
from app.attendance.model import Correction, DayRow
from app.identity.model import Role


async def corrections(
    conn: db.Conn, *, filters: Filters, before: UUID | None, limit: int, reader: UUID
) -> list[DayCorrection]:
    """Effective, waiting and rejected ones, the newest first. Of pupils' shifts alone.

    `may_decide` says that the account `reader` did not ask for it and is not of the family; the
    caller knows its role.
    """
    return await db.many(
        conn,
        DayCorrection,
        """
        with said as (
            select k.school_id, k.id, k.person_id as student_id, k.day, k.shift_id, k.state,
                   k.late_minutes, k.reason, k.dispute_id, 'effective' as status,
                   coalesce(k.asked_by, k.decided_by) as asked_by, k.created_at, k.decided_by,
                   k.created_at as decided_at, k.before, k.after, false as may_decide
              from attendance_correction k
             where k.school_id = any($1) and k.kind = 'set'
               and ($2::uuid is null or k.person_id = $2) and ($3::date is null or k.day = $3)
            union all
            select r.school_id, r.id, r.student_id, r.day, r.shift_id, r.state, r.late_minutes,
                   r.reason, r.dispute_id,
                   case when r.decision is null then 'pending' else 'rejected' end, r.asked_by,
                   r.created_at, r.decided_by, r.decided_at, null, null,
                   r.decision is null and r.asked_by <> $7 and not exists (
                       select from guardianship g
                        where g.school_id = r.school_id and g.student_id = r.student_id
                          and $7 in (g.account_id, g.pending_account_id)
                          and (g.ended_at is null or g.custody_blocked_at is not null))
              from correction_request r
             where r.school_id = any($1) and r.decision is distinct from 'approve'
               and ($2::uuid is null or r.student_id = $2) and ($3::date is null or r.day = $3))
        select x.school_id, x.id, x.student_id, s.name as student_name, c.id as class_id,
               c.name as class_name, x.day, x.shift_id, shift.name as shift_name, x.state,
               x.late_minutes, x.reason, x.dispute_id, x.status, x.created_at, x.decided_at,
               x.before, x.after, x.may_decide,
               (select min(t.name) from staff t
                 where t.school_id = x.school_id and t.account_id = x.asked_by) as asked_by,
               (select min(t.name) from staff t
                 where t.school_id = x.school_id and t.account_id = x.decided_by) as decided_by
          from said x
          join student s on s.school_id = x.school_id and s.id = x.student_id
          join shift on shift.school_id = x.school_id and shift.id = x.shift_id
          left join lateral (
               select class_id from enrolment n
                where n.school_id = x.school_id and n.student_id = x.student_id
                  and n.from_day <= x.day and (n.to_day is null or n.to_day >= x.day)
                order by n.from_day desc limit 1) n on true
          left join school_class c on c.school_id = x.school_id and c.id = n.class_id
         where ($4::text is null or x.status = $4)
           and ($5::uuid[] is null or n.class_id = any($5)) and ($6::uuid is null or x.id < $6)
         order by x.id desc limit $8
        """,
        filters.school_ids,
        filters.student_id,
        filters.day,
        filters.status,
        filters.class_ids,
        before,
        reader,
        limit,
    )


async def one_of(
    conn: db.Conn, *, school_id: int, correction_id: UUID, student_id: UUID, day: date, reader: UUID
) -> DayCorrection:
    """A correction that is known to exist."""
    found = await corrections(
        conn,
        filters=Filters(school_ids=[school_id], class_ids=None, student_id=student_id, day=day),
        before=None,
        limit=1000,
        reader=reader,
    )
    return next(each for each in found if each.id == correction_id)


async def school_of(conn: db.Conn, *, student_id: UUID, school_ids: Collection[int]) -> int | None:
    """Which of these schools the pupil is or was in last."""
    found: int | None = await db.value(
        conn,
        """
        select school_id from student where school_id = any($1) and id = $2
         order by ended_at is null desc, ended_at desc limit 1
        """,
        list(school_ids),
        student_id,
    )
    return found


async def day_row(
    conn: db.Conn, *, school_id: int, day: date, student_id: UUID, shift_id: UUID
) -> DayRow | None:
    """The state of the shift as it is stored."""
    return await db.one(
        conn,
        DayRow,
        """
        select school_id, day, person_id, shift_id, person_kind, state, late_minutes, arrived_at,
               left_at
          from attendance_day
         where school_id = $1 and day = $2 and person_id = $3 and shift_id = $4
        """,
        school_id,
        day,
        student_id,
        shift_id,
    )


async def insert_set(
    conn: db.Conn,
    *,
    correction: Correction,
    reason: str,
    asked_by: UUID,
    decided_by: UUID,
    dispute_id: UUID | None,
    before: DayRow | None,
    after: DayRow | None,
) -> None:
    """Say beside the scans what the shift was."""
    await conn.execute(
        """
        insert into attendance_correction (school_id, day, id, event_id, person_id, kind, shift_id,
               state, late_minutes, told_as, dispute_id, asked_by, decided_by, reason, before,
               after, created_at)
        values ($1, $2, $3, null, $4, 'set', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        """,
        correction.school_id,
        correction.day,
        correction.id,
        correction.person_id,
        correction.shift_id,
        correction.state,
        correction.late_minutes,
        correction.told_as,
        dispute_id,
        asked_by,
        decided_by,
        reason,
        msgspec.to_builtins(before),
        msgspec.to_builtins(after),
        correction.created_at,
    )


async def insert_request(
    conn: db.Conn, *, request_id: UUID, asked: NewCorrection, reason: str, now: datetime
) -> bool:
    """Whether it was written: one of the same shift may be waiting."""
    return bool(
        await db.run(
            conn,
            """
            insert into correction_request (school_id, id, student_id, day, shift_id, state,
                   late_minutes, reason, dispute_id, asked_by, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                on conflict (school_id, student_id, day, shift_id) where decision is null
                do nothing
            """,
            asked.school_id,
            request_id,
            asked.student_id,
            asked.day,
            asked.shift_id,
            asked.state,
            asked.late_minutes,
            reason,
            asked.dispute_id,
            asked.asked_by,
            now,
        )
    )


async def request_of(
    conn: db.Conn, *, school_ids: Collection[int], request_id: UUID
) -> Request | None:
    """A correction that was asked for in one of these schools."""
    return await db.one(
        conn,
        Request,
        """
        select school_id, id, student_id, day, shift_id, state, late_minutes, reason, dispute_id,
               asked_by, decision
          from correction_request where school_id = any($1) and id = $2
        """,
        list(school_ids),
        request_id,
    )


async def decide_request(
    conn: db.Conn,
    *,
    school_id: int,
    request_id: UUID,
    decision: Decision,
    decided_by: UUID,
    now: datetime,
) -> bool:
    """Whether it was still to be decided."""
    return bool(
        await db.run(
            conn,
            """
            update correction_request set decision = $3, decided_by = $4, decided_at = $5
             where school_id = $1 and id = $2 and decision is null
            """,
            school_id,
            request_id,
            decision,
            decided_by,
            now,
        )
    )


async def other_principals(
    conn: db.Conn, *, school_id: int, student_id: UUID, than: UUID, now: datetime
) -> list[UUID]:
    """The accounts, none of the pupil's family, that could decide what `than` has asked for."""
    role: Role = "principal"
    found = await db.rows(
        conn,
        """
        select distinct m.account_id from membership m join account a on a.id = m.account_id
         where m.school_id = $1 and m.role = $2 and m.account_id <> $3
           and m.ended_at is null and a.disabled_at is null and a.paper_at is null
           and (m.valid_from is null or m.valid_from <= $4)
           and (m.valid_until is null or m.valid_until > $4)
           and not exists (
               select from guardianship g
                where g.school_id = m.school_id and g.student_id = $5
                  and m.account_id in (g.account_id, g.pending_account_id)
                  and (g.ended_at is null or g.custody_blocked_at is not null))
         order by m.account_id
        """,
        school_id,
        role,
        than,
        now,
        student_id,
    )
    return [row["account_id"] for row in found]


async def student_name(conn: db.Conn, *, school_id: int, student_id: UUID) -> str:
    """Of a pupil who is or was of the school."""
    name: str = await db.value(
        conn,
        "select name from student where school_id = $1 and id = $2",
        school_id,
        student_id,
    )
    return name
