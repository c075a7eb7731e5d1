"""What a principal sets about threads: the custody rule of a pupil, and a teacher's stand-in."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app import audit, db
from app.contact_book.model import text_of
from app.contact_book.threads.model import Apart, BadStandIn, NoSuchStandIn, StandIn
from app.ids import new_id
from app.schools.staff.model import NoSuchStaff
from app.schools.students.model import NoSuchStudent

LONGEST: Final = timedelta(days=366)


async def apart(conn: db.Conn, *, school_id: int, student_id: UUID) -> Apart:
    """The custody rule of the pupil as it stands.

    Raises:
        NoSuchStudent: none of the school.
    """
    await _require_student(conn, school_id, student_id)
    found = await db.one(
        conn,
        Apart,
        """
        select true as is_set, a.reason, a.set_at,
               (select min(f.name) from staff f
                 where f.school_id = a.school_id and f.account_id = a.set_by) as set_by
          from thread_apart a
         where a.school_id = $1 and a.student_id = $2 and a.lifted_at is null
        """,
        school_id,
        student_id,
    )
    return found or Apart(is_set=False, reason=None, set_by=None, set_at=None)


async def set_apart(
    conn: db.Conn, *, school_id: int, student_id: UUID, reason: str, set_by: UUID, now: datetime
) -> None:
    """Let each guardian of the pupil open threads that the other guardians do not see.

    Set already: it stays with the reason that it has.

    Raises:
        NoSuchStudent: none of the school.
    """
    await _require_student(conn, school_id, student_id)
    made = await db.run(
        conn,
        """
        insert into thread_apart (school_id, id, student_id, reason, set_by, set_at)
        values ($1, $2, $3, $4, $5, $6) on conflict do nothing
        """,
        school_id,
        new_id(),
        student_id,
        text_of(reason),
        set_by,
        now,
    )
    if made:
        await _record(conn, school_id, "threads_apart", student_id, set_by, now)


async def lift_apart(
    conn: db.Conn, *, school_id: int, student_id: UUID, lifted_by: UUID, now: datetime
) -> None:
    """No more threads apart; those there are stay what they were.

    Raises:
        NoSuchStudent: none of the school.
    """
    await _require_student(conn, school_id, student_id)
    done = await db.run(
        conn,
        """
        update thread_apart set lifted_by = $3, lifted_at = $4
         where school_id = $1 and student_id = $2 and lifted_at is null
        """,
        school_id,
        student_id,
        lifted_by,
        now,
    )
    if done:
        await _record(conn, school_id, "threads_together", student_id, lifted_by, now)


async def stand_in(
    conn: db.Conn, *, school_id: int, staff_id: UUID, now: datetime
) -> StandIn | None:
    """Who has the teacher's threads now or from a later moment on."""
    return await db.one(
        conn,
        StandIn,
        """
        select s.staff_id, s.stand_in_id, f.name as stand_in_name, s.from_at, s.until_at
          from thread_stand_in s
          join staff f on f.school_id = s.school_id and f.id = s.stand_in_id
         where s.school_id = $1 and s.staff_id = $2 and s.ended_at is null and s.until_at > $3
        """,
        school_id,
        staff_id,
        now,
    )


async def set_stand_in(
    conn: db.Conn,
    *,
    school_id: int,
    staff_id: UUID,
    stand_in_id: UUID,
    from_at: datetime | None,
    until_at: datetime,
    set_by: UUID,
    now: datetime,
) -> StandIn:
    """Give a teacher's threads to another teacher for a time, in the place of who had them so.

    The teacher keeps reading and writing; who stands in is told as long as it lasts.

    Raises:
        NoSuchStaff: the teacher is not here.
        BadStandIn: not another teacher of the school, or a time that is over, turned, or ends
            after more than a year.
    """
    since = max(from_at or now, now)
    # By differences: no sum of a time and a year leaves the calendar.
    if not since < until_at or until_at - now > LONGEST or staff_id == stand_in_id:
        raise BadStandIn(
            (
                "Chọn một giáo viên khác, và thời gian từ nay đến không quá một năm.",
                "Choose another teacher, and a time from now on of a year at most.",
            )
        )
    if not await _is_here(conn, school_id, staff_id):
        raise NoSuchStaff
    if not await _is_teacher(conn, school_id, stand_in_id, now):
        raise BadStandIn(("Người thay phải là giáo viên.", "Who stands in must be a teacher."))
    await _end(conn, school_id, staff_id, now)
    await db.run(
        conn,
        """
        insert into thread_stand_in (school_id, id, staff_id, stand_in_id, from_at, until_at,
               set_by, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        school_id,
        new_id(),
        staff_id,
        stand_in_id,
        since,
        until_at,
        set_by,
        now,
    )
    await _record(conn, school_id, "stand_in", staff_id, set_by, now, stand_in=stand_in_id)
    made = await stand_in(conn, school_id=school_id, staff_id=staff_id, now=now)
    if made is None:
        raise NoSuchStandIn
    return made


async def end_stand_in(
    conn: db.Conn, *, school_id: int, staff_id: UUID, ended_by: UUID, now: datetime
) -> None:
    """The teacher's threads are the teacher's alone again, at once.

    Raises:
        NoSuchStandIn: nobody stands in.
    """
    if not await _end(conn, school_id, staff_id, now):
        raise NoSuchStandIn
    await _record(conn, school_id, "stand_in_ended", staff_id, ended_by, now)


async def _require_student(conn: db.Conn, school_id: int, student_id: UUID) -> None:
    known = "select 1 from student where school_id = $1 and id = $2"
    if not await db.value(conn, known, school_id, student_id):
        raise NoSuchStudent


async def _is_here(conn: db.Conn, school_id: int, staff_id: UUID) -> bool:
    # Locked: two at once set it one after the other.
    return bool(
        await db.value(
            conn,
            """
            select 1 from staff where school_id = $1 and id = $2 and ended_at is null
               for no key update
            """,
            school_id,
            staff_id,
        )
    )


async def _is_teacher(conn: db.Conn, school_id: int, staff_id: UUID, now: datetime) -> bool:
    return bool(
        await db.value(
            conn,
            """
            select 1 from staff f join membership m on m.school_id = f.school_id
               and m.person_id = f.id and m.role in ('homeroom_teacher', 'subject_teacher')
             where f.school_id = $1 and f.id = $2 and f.ended_at is null and m.ended_at is null
               and (m.valid_until is null or m.valid_until > $3)
             limit 1
            """,
            school_id,
            staff_id,
            now,
        )
    )


async def _end(conn: db.Conn, school_id: int, staff_id: UUID, now: datetime) -> bool:
    return bool(
        await db.run(
            conn,
            """
            update thread_stand_in set ended_at = $3
             where school_id = $1 and staff_id = $2 and ended_at is null
            """,
            school_id,
            staff_id,
            now,
        )
    )


async def _record(
    conn: db.Conn,
    school_id: int,
    kind: str,
    subject_id: UUID,
    actor: UUID,
    now: datetime,
    **detail: UUID,
) -> None:
    await audit.record(
        conn,
        school_id=school_id,
        kind=kind,
        subject_id=subject_id,
        actor_account_id=actor,
        detail={name: str(each) for name, each in detail.items()},
        now=now,
    )
