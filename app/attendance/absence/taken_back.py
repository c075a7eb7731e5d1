"""A scan that counts no more after the cut-off: a pupil whom the run did not miss is missing now.

Nobody is told of it by itself, since somebody has just been wrong about this very pupil: the alert
is held for the principal. The run stands as it was made.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Final
from uuid import UUID

from app import db
from app.attendance.absence import queries
from app.attendance.absence.model import Doubt
from app.attendance.absence.run import look, place_of
from app.attendance.absence.writing import tell_principals
from app.attendance.plan import Plan, school_day
from app.ids import new_id

_WHY: Final[Doubt] = "scan_taken_back"


async def hold_who_is_missing_now(
    conn: db.Conn, *, plan: Plan, day: date, student_ids: Collection[UUID], now: datetime
) -> int:
    """Hold an alert for each shift of the day that was decided without missing these pupils.

    How many are held. Call it when scans of theirs were taken back and their days are written, with
    their locks held and, taken before those, `queries.wait_for_runs`: a run is seen, or comes after
    and misses them itself. An alert that was told, dropped or waits already stays as it is; a
    release that left the pupil out, as one who had been scanned, is open again.
    """
    if not student_ids:
        return 0
    held = 0
    for shift_id in await queries.shifts_run(conn, school_id=plan.school_id, day=day):
        place = place_of(plan, day, shift_id)
        if place is None:
            continue
        situation = await look(conn, place, student_ids=student_ids, now=now)
        missing = situation.missing
        found = await _hold(
            conn,
            school_id=plan.school_id,
            day=day,
            shift_id=shift_id,
            class_of={each.student_id: each.class_id for each in missing},
            now=now,
        )
        held += found
        # As with a run: of a day that is over nobody is woken.
        if found and day == school_day(now):
            await tell_principals(
                conn,
                plan=plan,
                day=day,
                shift=place.shift,
                held=found,
                account_ids=await queries.principals(conn, school_id=plan.school_id, now=now),
                # What the run itself had held was told under the run's.
                event_id=new_id(),
            )
    return held


async def _hold(
    conn: db.Conn,
    *,
    school_id: int,
    day: date,
    shift_id: UUID,
    class_of: dict[UUID, UUID],
    now: datetime,
) -> int:
    """How many of these pupils have an alert now that had none, or one that a release left out."""
    if not class_of:
        return 0
    return await db.run(
        conn,
        """
        insert into absence_case as c (school_id, day, student_id, shift_id, class_id, ran_at,
               doubts)
        select $1, $2, q.student_id, $3, q.class_id, $4, array[$5]
          from unnest($6::uuid[], $7::uuid[]) as q (student_id, class_id)
            on conflict (school_id, day, student_id, shift_id) do update
               set decision = null, decided_by = null, decided_at = null, ran_at = $4,
                   doubts = array_remove(c.doubts, $5) || $5
             where c.decision = 'release' and c.told_at is null
        """,
        school_id,
        day,
        shift_id,
        now,
        _WHY,
        list(class_of),
        list(class_of.values()),
    )
