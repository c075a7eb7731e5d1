"""SQL over disputes and their answers."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from app import db
from app.attendance.disputes.model import (
    Dispute,
    DisputeAnswer,
    DisputeState,
    NewDispute,
    SchoolDispute,
)


async def own_disputes(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    asked_by: UUID,
    before: UUID | None,
    limit: int,
) -> list[Dispute]:
    """What this account has said about the pupil, the newest first."""
    return await db.many(
        conn,
        Dispute,
        """
        select d.id, d.student_id, d.day, d.event_id, d.kind, d.note, d.created_at,
               coalesce(a.answer, 'open') as state, a.message, a.created_at as answered_at,
               (select min(t.name) from staff t
                 where t.school_id = a.school_id and t.account_id = a.answered_by) as answered_by
          from attendance_dispute d
          left join attendance_dispute_answer a
            on a.school_id = d.school_id and a.dispute_id = d.id
         where d.school_id = $1 and d.student_id = $2 and d.asked_by = $3
           and ($4::uuid is null or d.id < $4)
         order by d.id desc limit $5
        """,
        school_id,
        student_id,
        asked_by,
        before,
        limit,
    )


async def school_disputes(
    conn: db.Conn,
    *,
    school_id: int,
    class_ids: Collection[UUID] | None,
    dispute_id: UUID | None = None,
    state: DisputeState | None = None,
    before: UUID | None = None,
    limit: int = 1,
) -> list[SchoolDispute]:
    """Those about the pupils who are in these classes now (None: of the school), the newest first.

    `dispute_id`: this one alone.
    """
    return await db.many(
        conn,
        SchoolDispute,
        """
        select d.id, d.student_id, s.name as student_name, c.id as class_id, c.name as class_name,
               d.day, d.event_id, e.direction as scan_direction, e.occurred_at as scan_at,
               station.name as station_name, d.kind, d.note, d.asked_as,
               case d.asked_as when 'student' then s.name else (
                   select min(g.name) from guardianship link
                     join guardian g on g.school_id = link.school_id and g.id = link.guardian_id
                    where link.school_id = d.school_id and link.student_id = d.student_id
                      and link.account_id = d.asked_by) end as asked_by,
               d.created_at, coalesce(a.answer, 'open') as state, a.message,
               a.created_at as answered_at,
               (select min(t.name) from staff t
                 where t.school_id = a.school_id and t.account_id = a.answered_by) as answered_by
          from attendance_dispute d
          join student s on s.school_id = d.school_id and s.id = d.student_id
          left join enrolment n
            on n.school_id = d.school_id and n.student_id = d.student_id and n.to_day is null
          left join school_class c on c.school_id = n.school_id and c.id = n.class_id
          left join attendance_dispute_answer a
            on a.school_id = d.school_id and a.dispute_id = d.id
          left join scan_event e on e.school_id = d.school_id and e.person_id = d.student_id
               and e.day = d.day and e.id = d.event_id
          left join station on station.school_id = e.school_id and station.id = e.station_id
         where d.school_id = $1 and ($2::uuid[] is null or n.class_id = any($2))
           and ($3::uuid is null or d.id = $3)
           and ($4::text is null or coalesce(a.answer, 'open') = $4)
           and ($5::uuid is null or d.id < $5)
         order by d.id desc limit $6
        """,
        school_id,
        None if class_ids is None else list(class_ids),
        dispute_id,
        state,
        before,
        limit,
    )


async def has_scan(
    conn: db.Conn, *, school_id: int, student_id: UUID, day: date, event_id: UUID
) -> bool:
    """Whether the pupil was scanned so on that day."""
    found: bool = await db.value(
        conn,
        """
        select exists (select from scan_event
                        where school_id = $1 and person_id = $2 and day = $3 and id = $4)
        """,
        school_id,
        student_id,
        day,
        event_id,
    )
    return found


async def insert_dispute(
    conn: db.Conn,
    *,
    school_id: int,
    dispute_id: UUID,
    asked: NewDispute,
    note: str,
    nth: int,
    now: datetime,
) -> bool:
    """Whether it was written: the same account may have been faster on another phone."""
    return bool(
        await db.run(
            conn,
            """
            insert into attendance_dispute (school_id, id, student_id, day, event_id, kind, note,
                   asked_by, asked_as, nth, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                on conflict (school_id, student_id, day, asked_by, nth) do nothing
            """,
            school_id,
            dispute_id,
            asked.student_id,
            asked.day,
            asked.event_id,
            asked.kind,
            note,
            asked.asked_by,
            asked.asked_as,
            nth,
            now,
        )
    )


async def insert_answer(
    conn: db.Conn,
    *,
    school_id: int,
    dispute_id: UUID,
    answer: DisputeAnswer,
    message: str,
    answered_by: UUID,
    now: datetime,
) -> bool:
    """Whether it was written: somebody else may have answered."""
    return bool(
        await db.run(
            conn,
            """
            insert into attendance_dispute_answer (school_id, dispute_id, answer, message,
                   answered_by, created_at)
            values ($1, $2, $3, $4, $5, $6) on conflict (school_id, dispute_id) do nothing
            """,
            school_id,
            dispute_id,
            answer,
            message,
            answered_by,
            now,
        )
    )


async def states_of_day(
    conn: db.Conn, *, school_id: int, student_id: UUID, day: date, asked_by: UUID
) -> list[DisputeState]:
    """How the account's disputes of this pupil's day stand."""
    found = await db.rows(
        conn,
        """
        select coalesce(a.answer, 'open') as state
          from attendance_dispute d
          left join attendance_dispute_answer a
            on a.school_id = d.school_id and a.dispute_id = d.id
         where d.school_id = $1 and d.student_id = $2 and d.day = $3 and d.asked_by = $4
        """,
        school_id,
        student_id,
        day,
        asked_by,
    )
    return [row["state"] for row in found]


async def asker_of(conn: db.Conn, *, school_id: int, dispute_id: UUID) -> UUID:
    """The account that asked; the dispute is known to exist."""
    account_id: UUID = await db.value(
        conn,
        "select asked_by from attendance_dispute where school_id = $1 and id = $2",
        school_id,
        dispute_id,
    )
    return account_id


async def who_answers(
    conn: db.Conn, *, school_id: int, student_id: UUID, asked_by: UUID, now: datetime
) -> list[UUID]:
    """The accounts to ask: the class's homeroom teacher; where there is none, the principals.

    The teacher whose own child it is does not answer, nor does whom a custody block keeps away.
    """
    found = await db.rows(
        conn,
        """
        with leader as (
            select m.account_id, m.role
              from membership m join account a on a.id = m.account_id
             where m.school_id = $1 and m.role in ('homeroom_teacher', 'principal')
               and m.ended_at is null and a.disabled_at is null and a.paper_at is null
               and (m.valid_from is null or m.valid_from <= $4)
               and (m.valid_until is null or m.valid_until > $4)
               and m.account_id <> $3
               and not exists (
                   select from guardianship b
                    where b.school_id = m.school_id and b.student_id = $2
                      and m.account_id in (b.account_id, b.pending_account_id)
                      and b.custody_blocked_at is not null)
               and (m.role = 'principal' or exists (
                   select from enrolment n
                     join school_class c on c.school_id = n.school_id and c.id = n.class_id
                    where n.school_id = m.school_id and n.student_id = $2 and n.to_day is null
                      and c.homeroom_staff_id = m.person_id and c.ended_at is null)))
        select distinct account_id from leader
         where role = 'homeroom_teacher'
            or not exists (select from leader where role = 'homeroom_teacher')
        """,
        school_id,
        student_id,
        asked_by,
        now,
    )
    return [row["account_id"] for row in found]


async def class_and_name(
    conn: db.Conn, *, school_id: int, student_id: UUID
) -> tuple[UUID | None, str]:
    """The class that the pupil is in now, and the name; the pupil is known to exist."""
    (row,) = await db.rows(
        conn,
        """
        select n.class_id, s.name
          from student s
          left join enrolment n
            on n.school_id = s.school_id and n.student_id = s.id and n.to_day is null
         where s.school_id = $1 and s.id = $2
        """,
        school_id,
        student_id,
    )
    return row["class_id"], row["name"]
