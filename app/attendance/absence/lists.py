"""What people see of absence: a day's runs and cases, and who is missing now."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from app import db
from app.attendance.absence.model import Case, Missing, Run
from app.attendance.leave.queries import approved_leave
from app.attendance.plan import Plan, current_shift, school_day

After = tuple[str, str, UUID]


async def runs_of_day(conn: db.Conn, *, school_id: int, day: date) -> list[Run]:
    """The shifts of the day that were decided, in the order of their starts."""
    return await db.many(
        conn,
        Run,
        """
        select r.school_id, r.day, r.shift_id, r.ran_at, r.enrolled, r.missing, r.on_leave, r.told,
               r.held, r.doubts
          from absence_run r
          join shift s on s.school_id = r.school_id and s.id = r.shift_id
         where r.school_id = $1 and r.day = $2
         order by s.starts_at, s.id
        """,
        school_id,
        day,
    )


async def cases_of_day(
    conn: db.Conn,
    *,
    school_id: int,
    day: date,
    class_ids: Sequence[UUID] | None,
    is_waiting: bool,
    after: tuple[str, str, UUID, UUID] | None,
    limit: int,
) -> list[Case]:
    """The pupils of these classes (None: of the school) who were missing at a cut-off of the day.

    By class, name and shift. `is_waiting`: only those whose alert waits for a decision.
    """
    class_name, sort_key, student_id, shift_id = after or (None, None, None, None)
    return await db.many(
        conn,
        Case,
        """
        select a.student_id, a.shift_id, s.name, s.sort_key, a.class_id, c.name as class_name,
               a.ran_at, a.doubts, a.decision, a.decided_at, a.told_at,
               (select min(t.name) from staff t
                 where t.school_id = a.school_id and t.account_id = a.decided_by) as decided_by,
               coalesce(d.state, 'not_scanned') as state
          from absence_case a
          join student s on s.school_id = a.school_id and s.id = a.student_id
          join school_class c on c.school_id = a.school_id and c.id = a.class_id
          left join attendance_day d on d.school_id = a.school_id and d.day = a.day
               and d.person_id = a.student_id and d.shift_id = a.shift_id
         where a.school_id = $1 and a.day = $2 and ($3::uuid[] is null or a.class_id = any($3))
           and (not $4 or a.decision is null and a.told_at is null)
           and ($5::text is null
                or (c.name, s.sort_key, s.id, a.shift_id) > ($5, $6, $7::uuid, $8::uuid))
         order by c.name, s.sort_key, s.id, a.shift_id limit $9
        """,
        school_id,
        day,
        class_ids,
        is_waiting,
        class_name,
        sort_key,
        student_id,
        shift_id,
        limit,
    )


async def missing_now(
    conn: db.Conn,
    *,
    plan: Plan,
    class_ids: Collection[UUID] | None,
    after: After | None,
    limit: int,
    now: datetime,
) -> list[Missing]:
    """Who of these classes (None: all) is not here in the shift that is on, by class and name.

    Neither scanned nor excused, nor inside since an earlier shift. Before the day's first shift
    nobody is missing, in the evening those of its last one are.
    """
    day = school_day(now)
    current = {
        each.id: shift
        for each in plan.classes.values()
        if (class_ids is None or each.id in class_ids)
        and (shift := current_shift(plan, each, now)) is not None
    }
    leave = await approved_leave(
        conn, school_id=plan.school_id, person_ids=None, first=day, last=day
    )
    starts = {shift.id: shift.starts_at for shift in current.values()}
    excused = [
        (each.person_id, shift_id)
        for each in leave
        for shift_id, starts_at in starts.items()
        if each.covers(day, starts_at)
    ]
    return await _missing(
        conn,
        school_id=plan.school_id,
        day=day,
        shifts=[(class_id, shift.id) for class_id, shift in current.items()],
        excused=excused,
        after=after,
        limit=limit,
    )


async def _missing(
    conn: db.Conn,
    *,
    school_id: int,
    day: date,
    shifts: Sequence[tuple[UUID, UUID]],
    excused: Sequence[tuple[UUID, UUID]],
    after: After | None,
    limit: int,
) -> list[Missing]:
    class_name, sort_key, student_id = after or (None, None, None)
    return await db.many(
        conn,
        Missing,
        """
        select s.id as student_id, s.name, s.sort_key, c.id as class_id, c.name as class_name,
               q.shift_id, a.student_id is not null and a.told_at is null
                   and a.decision is null as is_held, a.told_at,
               coalesce((
                   select jsonb_agg(jsonb_build_object('guardian_id', g.id, 'name', g.name,
                          'relation', l.relation) order by g.sort_key, g.id)
                     from guardianship l
                     join guardian g on g.school_id = l.school_id and g.id = l.guardian_id
                    where l.school_id = $1 and l.student_id = s.id and l.ended_at is null
                      and l.can_see and l.custody_blocked_at is null), '[]') as guardians
          from unnest($3::uuid[], $4::uuid[]) as q (class_id, shift_id)
          join enrolment e on e.school_id = $1 and e.class_id = q.class_id
               and e.from_day <= $2 and (e.to_day is null or e.to_day >= $2)
          join student s on s.school_id = $1 and s.id = e.student_id and s.ended_at is null
          join school_class c on c.school_id = $1 and c.id = e.class_id
          left join attendance_day d on d.school_id = $1 and d.day = $2
               and d.person_id = s.id and d.shift_id = q.shift_id
          left join absence_case a on a.school_id = $1 and a.day = $2
               and a.student_id = s.id and a.shift_id = q.shift_id
         where (d.state is null or d.state = 'absent_unexcused')
           and (s.id, q.shift_id) not in (select * from unnest($5::uuid[], $6::uuid[]))
           and not exists (
               select from attendance_day o
                 join shift was on was.school_id = $1 and was.id = o.shift_id
                 join shift is_on on is_on.school_id = $1 and is_on.id = q.shift_id
                where o.school_id = $1 and o.day = $2 and o.person_id = s.id
                  and was.starts_at < is_on.starts_at
                  and o.state in ('present', 'late') and o.left_at is null)
           and ($7::text is null or (c.name, s.sort_key, s.id) > ($7, $8, $9::uuid))
         order by c.name, s.sort_key, s.id limit $10
        """,
        school_id,
        day,
        [class_id for class_id, _ in shifts],
        [shift_id for _, shift_id in shifts],
        [person_id for person_id, _ in excused],
        [shift_id for _, shift_id in excused],
        class_name,
        sort_key,
        student_id,
        limit,
    )


async def class_now(conn: db.Conn, *, school_id: int, student_id: UUID) -> UUID | None:
    """The class that a live pupil is in now."""
    class_id: UUID | None = await db.value(
        conn,
        """
        select e.class_id from enrolment e
          join student s on s.school_id = e.school_id and s.id = e.student_id
               and s.ended_at is null
         where e.school_id = $1 and e.student_id = $2 and e.to_day is null
        """,
        school_id,
        student_id,
    )
    return class_id
