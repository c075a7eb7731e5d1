"""What a run and a release write: the run, its cases, the days, the outbox."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from app import db
from app.attendance.absence.model import Held, Run, run_event_id
from app.attendance.model import State, absence_event_id
from app.attendance.outbox import News, insert_news
from app.attendance.plan import Plan, PlannedShift
from app.attendance.telling import absence_params


async def put_run(conn: db.Conn, run: Run, cases: Sequence[Held]) -> None:
    """The run and a case for each missing pupil; those without a doubt are told with it."""
    await conn.execute(
        """
        insert into absence_run (school_id, day, shift_id, ran_at, enrolled, missing, on_leave,
               told, held, doubts)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        run.school_id,
        run.day,
        run.shift_id,
        run.ran_at,
        run.enrolled,
        run.missing,
        run.on_leave,
        run.told,
        run.held,
        list(run.doubts),
    )
    if not cases:
        return
    await conn.execute(
        """
        insert into absence_case (school_id, day, student_id, shift_id, class_id, ran_at, doubts,
               told_at)
        select $1, $2, q.student_id, $3, q.class_id, $4,
               string_to_array(q.doubts, ' '), case when q.doubts = '' then $4::timestamptz end
          from unnest($5::uuid[], $6::uuid[], $7::text[]) as q (student_id, class_id, doubts)
        """,
        run.school_id,
        run.day,
        run.shift_id,
        run.ran_at,
        [case.student_id for case in cases],
        [case.class_id for case in cases],
        [" ".join(case.doubts) for case in cases],
    )


async def put_absences(
    conn: db.Conn,
    *,
    school_id: int,
    day: date,
    shift_id: UUID,
    student_ids: Collection[UUID],
    state: State,
) -> None:
    """The rows of pupils whose locks are held and of whom nothing is recorded."""
    if not student_ids:
        return
    await conn.execute(
        """
        insert into attendance_day (school_id, day, person_id, shift_id, person_kind, state)
        select $1, $2, student_id, $3, 'student', $5 from unnest($4::uuid[]) as student_id
            on conflict (school_id, day, person_id, shift_id) do nothing
        """,
        school_id,
        day,
        shift_id,
        sorted(student_ids),
        state,
    )


async def tell_guardians(
    conn: db.Conn,
    *,
    plan: Plan,
    day: date,
    shift: PlannedShift,
    names: Mapping[UUID, str],
    actor: UUID | None = None,
) -> None:
    """An alert a pupil, under an event that whoever replaces it can name."""
    shared = absence_params(plan, day, shift)
    await insert_news(
        conn,
        school_id=plan.school_id,
        news=[
            News(
                kind="absence",
                day=day,
                event_id=absence_event_id(plan.school_id, day, student_id, shift.id),
                student_id=student_id,
                actor_account_id=actor,
                params=shared | {"student": name},
            )
            for student_id, name in names.items()
        ],
    )


async def tell_principals(
    conn: db.Conn,
    *,
    plan: Plan,
    day: date,
    shift: PlannedShift,
    held: int,
    account_ids: Sequence[UUID],
    event_id: UUID | None = None,
) -> None:
    """That alerts wait for a decision; one message a run, and one an `event_id` of its own."""
    params: dict[str, object] = {
        "school": plan.name,
        "shift": shift.name,
        "shift_id": str(shift.id),
        "day": day.isoformat(),
        "held": held,
    }
    event_id = event_id or run_event_id(plan.school_id, day, shift.id)
    await insert_news(
        conn,
        school_id=plan.school_id,
        news=[
            News(
                kind="absence_held",
                day=day,
                event_id=event_id,
                student_id=None,
                actor_account_id=None,
                params=params,
                account_id=account_id,
            )
            for account_id in account_ids
        ],
    )
