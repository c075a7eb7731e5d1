"""What a run at the cut-off reads: which are due, who is missing, and what makes it doubtful."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.attendance.absence.model import CODE_REFUSED, Due, Seen
from app.attendance.plan import ZONE
from app.attendance.scanners import SILENT_AFTER

# An open row as old is a phone that nobody has closed, not one that scans.
_OPEN_FOR: Final = timedelta(days=7)
# What a phone still holds back after this is `stale_event` anyway.
_PENDING_FOR: Final = timedelta(days=30)
_RUN: Final = 72170023


class Scanners(Struct, frozen=True, kw_only=True):
    """The scanners of a campus; `campus_id` None: their station is not known any more."""

    campus_id: UUID | None
    is_opened: bool
    is_silent: bool
    is_pending: bool
    is_lost: bool


async def due(conn: db.Conn, *, school_ids: Sequence[int], day: date, now: datetime) -> list[Due]:
    """The shifts of these schools whose cut-off of that day is past and was not decided.

    By weekday and make-up day; whether holidays or a closure silence them the plan says. The
    limits are for the planner, who cannot know that each look-up finds few.
    """
    return await db.many(
        conn,
        Due,
        """
        select s.id as school_id, s.plan_version, $2::date as day, x.id as shift_id
          from unnest($1::int[]) as q (id)
         cross join lateral (
               select id, plan_version from school where school.id = q.id limit 1) s
          left join lateral (
               select alert_after_min from attendance_rules
                where attendance_rules.school_id = q.id limit 1) r on true
         cross join lateral (
               select id, cut_off from shift
                where shift.school_id = q.id and shift.ended_at is null
                  and (extract(isodow from $2::date)::smallint = any(shift.weekdays)
                       or exists (select from calendar_day c
                                   where c.school_id = q.id and c.day = $2
                                     and c.kind = 'make_up'))
                limit 100) x
         where ($2::date + x.cut_off) at time zone 'Asia/Ho_Chi_Minh'
               + make_interval(mins => coalesce(r.alert_after_min, 15)) <= $3
           and not exists (
               select from absence_run a
                where a.school_id = q.id and a.day = $2 and a.shift_id = x.id)
         order by s.id, x.cut_off, x.id
        """,
        school_ids,
        day,
        now,
    )


async def in_use(conn: db.Conn, *, school_ids: Sequence[int], day: date) -> set[int]:
    """Those of these schools that were scanning on that day, or had granted leave for it."""
    found = await db.rows(
        conn,
        """
        select q.id from unnest($1::int[]) as q (id)
         where exists (select from scan_event e
                        where e.school_id = q.id and e.day = $2 and e.person_kind = 'student')
            or exists (select from leave_request l
                        where l.school_id = q.id and l.covers_to >= $2 and l.from_day <= $2)
        """,
        school_ids,
        day,
    )
    return {row["id"] for row in found}


async def claim(conn: db.Conn, *, school_id: int, day: date, shift_id: UUID) -> bool:
    """Take the run for this transaction; False: it is made already, or being made elsewhere."""
    is_free: bool = await db.value(
        conn,
        "select pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, $3))",
        str(shift_id),
        day.isoformat(),
        _RUN + school_id,
    )
    if not is_free:
        return False
    # A statement of its own: its snapshot must be younger than the lock.
    return not await has_run(conn, school_id=school_id, day=day, shift_id=shift_id)


async def wait_for_runs(conn: db.Conn, *, school_id: int, day: date) -> None:
    """Let the school's runs of the day that are being made be written first; none begins meanwhile.

    For whoever changes what days mean, and then looks for what runs have written.
    """
    await db.rows(
        conn,
        """
        select pg_advisory_xact_lock(hashtextextended(id || ' ' || $2, $3))
          from (select id::text from shift where school_id = $1 order by id) s
        """,
        school_id,
        day.isoformat(),
        _RUN + school_id,
    )


async def pupils_of_shift(
    conn: db.Conn,
    *,
    school_id: int,
    day: date,
    shift_id: UUID,
    class_ids: Collection[UUID],
    earlier_shift_ids: Collection[UUID],
    until: datetime,
    student_ids: Collection[UUID] | None = None,
) -> list[Seen]:
    """Who belongs to these classes on that day, each once, in the class come to last.

    Not who had left the school by `until`. `student_ids`: these alone. Only who has no row of the
    shift is looked at closely, and has a name. `lateral ... limit 1` asks
    for index look-ups: the plan that is kept for any school takes its pupils for a few, and would
    compare each with each.
    """
    return await db.many(
        conn,
        Seen,
        """
        with placed as materialized (
            select distinct on (student_id) student_id, class_id from enrolment
             where school_id = $1 and from_day <= $2 and (to_day is null or to_day >= $2)
               and ($7::uuid[] is null or student_id = any($7))
             order by student_id, from_day desc),
        due as materialized (
            select p.student_id, p.class_id, r.state
              from placed p
              left join lateral (
                   select state from attendance_day d
                    where d.school_id = $1 and d.day = $2 and d.person_id = p.student_id
                      and d.shift_id = $3 limit 1) r on true
             where p.class_id = any($4)),
        pupil as materialized (
            select due.student_id, due.class_id, due.state, coalesce(s.name, '') as name
              from due
              left join lateral (
                   select name, ended_at from student
                    where due.state is null and student.school_id = $1
                      and student.id = due.student_id limit 1) s on true
             where s.ended_at is null or s.ended_at > $6)
        select student_id, class_id, name, state,
               state is null and exists (
                   select from scan_event e
                    where e.school_id = $1 and e.person_id = pupil.student_id and e.day = $2
                      and e.shift_id = $3
                      and e.outcome not in ('clone_suspect', 'impossible_travel')
                      and not exists (
                          select from attendance_correction k
                           where k.school_id = $1 and k.person_id = e.person_id and k.day = $2
                             and k.event_id = e.id and k.kind in ('undo', 'reject')))
                   as was_scanned,
               state is null and exists (
                   select from attendance_day o
                    where o.school_id = $1 and o.day = $2 and o.person_id = pupil.student_id
                      and o.shift_id = any($5) and o.state in ('present', 'late')
                      and o.left_at is null) as is_inside
          from pupil order by student_id
        """,
        school_id,
        day,
        shift_id,
        list(class_ids),
        list(earlier_shift_ids),
        until,
        None if student_ids is None else list(student_ids),
    )


async def scanners(conn: db.Conn, *, school_id: int, day: date, now: datetime) -> list[Scanners]:
    """How the scanners stand, by campus.

    A phone that was reported lost is waited for no more, unless it was scanning that very day.
    """
    return await db.many(
        conn,
        Scanners,
        """
        select t.campus_id,
               bool_or(coalesce(s.beat_at >= $2, false)) as is_opened,
               bool_or(not d.is_gone and s.closed_at is null and s.beat_at < $3
                       and s.beat_at >= $4) as is_silent,
               bool_or(not d.is_gone and s.pending > 0 and s.beat_at >= $5) as is_pending,
               bool_or(d.is_gone and s.beat_at >= $2
                       and (s.closed_at is null or s.pending > 0)) as is_lost
          from scanner s
          left join station t on t.school_id = s.school_id and t.id = s.station_id
         cross join lateral (
               select revoked_at is not null as is_gone from device
                where device.id = s.device_id limit 1) d
         where s.school_id = $1
         group by t.campus_id
        """,
        school_id,
        datetime.combine(day, time(), ZONE),
        now - SILENT_AFTER,
        now - _OPEN_FOR,
        now - _PENDING_FOR,
    )


async def campuses_of(
    conn: db.Conn, *, school_id: int, class_ids: Collection[UUID]
) -> dict[UUID, UUID]:
    """The campus of each of these classes."""
    found = await db.rows(
        conn,
        """
        select id, campus_id from school_class where school_id = $1 and id = any($2)
        """,
        school_id,
        list(class_ids),
    )
    return {row["id"]: row["campus_id"] for row in found}


async def refused_codes(conn: db.Conn, *, school_id: int, day: date) -> set[UUID]:
    """The pupils of whom a genuine code was refused that day for place, time or device."""
    found = await db.rows(
        conn,
        """
        select distinct person_id from scan_refusal
         where school_id = $1 and day = $2 and person_kind = 'student' and outcome = any($3)
        """,
        school_id,
        day,
        list(CODE_REFUSED),
    )
    return {row["person_id"] for row in found}


async def suspects(conn: db.Conn, *, school_id: int, day: date) -> set[UUID]:
    """The pupils with a suspected scan of that day which nobody has decided on."""
    found = await db.rows(
        conn,
        """
        select distinct e.person_id from scan_event e
         where e.school_id = $1 and e.day = $2 and e.person_kind = 'student'
           and e.outcome in ('clone_suspect', 'impossible_travel')
           and not exists (
               select from attendance_correction k
                where k.school_id = $1 and k.person_id = e.person_id and k.day = $2
                  and k.event_id = e.id and k.kind in ('undo', 'reject', 'confirm'))
        """,
        school_id,
        day,
    )
    return {row["person_id"] for row in found}


async def has_cards(conn: db.Conn, *, school_id: int) -> bool:
    """Whether the school has ever issued a card."""
    found: bool = await db.value(
        conn, "select exists (select from card where school_id = $1)", school_id
    )
    return found


async def plan_version(conn: db.Conn, *, school_id: int) -> int:
    found: int = await db.value(conn, "select plan_version from school where id = $1", school_id)
    return found


async def principals(conn: db.Conn, *, school_id: int, now: datetime) -> list[UUID]:
    """The accounts that lead the school now."""
    found = await db.rows(
        conn,
        """
        select distinct m.account_id from membership m
          join account a on a.id = m.account_id and a.disabled_at is null
         where m.school_id = $1 and m.role = 'principal' and m.ended_at is null
           and (m.valid_from is null or m.valid_from <= $2)
           and (m.valid_until is null or m.valid_until > $2)
         order by m.account_id
        """,
        school_id,
        now,
    )
    return [row["account_id"] for row in found]


async def has_run(conn: db.Conn, *, school_id: int, day: date, shift_id: UUID) -> bool:
    """Whether the shift was decided."""
    found: bool = await db.value(
        conn,
        """
        select exists (select from absence_run
                        where school_id = $1 and day = $2 and shift_id = $3)
        """,
        school_id,
        day,
        shift_id,
    )
    return found


async def shifts_run(conn: db.Conn, *, school_id: int, day: date) -> list[UUID]:
    """The shifts of the day that were decided."""
    found = await db.rows(
        conn,
        "select shift_id from absence_run where school_id = $1 and day = $2 order by shift_id",
        school_id,
        day,
    )
    return [row["shift_id"] for row in found]


async def held_cases(
    conn: db.Conn,
    *,
    school_id: int,
    day: date,
    shift_id: UUID,
    student_ids: Collection[UUID] | None,
) -> set[UUID]:
    """The pupils whose alert waits for a decision; `student_ids` None: all."""
    found = await db.rows(
        conn,
        """
        select student_id from absence_case
         where school_id = $1 and day = $2 and shift_id = $3 and decision is null
           and told_at is null and ($4::uuid[] is null or student_id = any($4))
        """,
        school_id,
        day,
        shift_id,
        None if student_ids is None else list(student_ids),
    )
    return {row["student_id"] for row in found}


async def cases_of(
    conn: db.Conn, *, school_id: int, day: date, shift_id: UUID, student_ids: Collection[UUID]
) -> set[UUID]:
    """Those of these pupils whom the run found missing."""
    found = await db.rows(
        conn,
        """
        select student_id from absence_case
         where school_id = $1 and day = $2 and shift_id = $3 and student_id = any($4)
        """,
        school_id,
        day,
        shift_id,
        list(student_ids),
    )
    return {row["student_id"] for row in found}


async def put_decision(
    conn: db.Conn,
    *,
    school_id: int,
    day: date,
    shift_id: UUID,
    student_ids: Collection[UUID],
    told_ids: Collection[UUID],
    decision: str,
    decided_by: UUID,
    now: datetime,
) -> None:
    """Decide these cases, whose pupils' locks are held; the guardians of some are told now."""
    await conn.execute(
        """
        update absence_case
           set decision = $4, decided_by = $5, decided_at = $6,
               told_at = case when student_id = any($8) then $6::timestamptz end
         where school_id = $1 and day = $2 and shift_id = $3 and student_id = any($7)
           and decision is null
        """,
        school_id,
        day,
        shift_id,
        decision,
        decided_by,
        now,
        list(student_ids),
        list(told_ids),
    )
