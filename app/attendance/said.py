"""What is said of a pupil's day beside the scans: corrections, and leave that covers it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from app import db
from app.attendance.leave.model import LeaveCover
from app.attendance.leave.queries import approved_leave
from app.attendance.model import SetState


class DayCorrected(Struct, frozen=True, kw_only=True):
    """What somebody at the school has set a shift to, and why; `by` null: who is here no more."""

    shift_id: UUID
    shift_name: str
    state: SetState
    late_minutes: int
    reason: str
    by: str | None
    at: datetime


class SaidOfDay(Struct, frozen=True, kw_only=True):
    """A correction with whose day it is."""

    day: date
    person_id: UUID
    shift_id: UUID
    shift_name: str
    state: SetState
    late_minutes: int
    reason: str
    by: str | None
    at: datetime


def day_corrected(said: SaidOfDay) -> DayCorrected:
    """As the family reads it."""
    return DayCorrected(
        shift_id=said.shift_id,
        shift_name=said.shift_name,
        state=said.state,
        late_minutes=said.late_minutes,
        reason=said.reason,
        by=said.by,
        at=said.at,
    )


async def corrections_of(
    conn: db.Conn, *, school_id: int, person_ids: Sequence[UUID], first: date, last: date
) -> list[SaidOfDay]:
    """What people have said these pupils' shifts were, the earliest first."""
    return await db.many(
        conn,
        SaidOfDay,
        """
        select k.day, k.person_id, k.shift_id, shift.name as shift_name, k.state, k.late_minutes,
               k.reason, k.created_at as at,
               (select min(t.name) from staff t
                 where t.school_id = k.school_id and t.account_id = k.decided_by) as by
          from attendance_correction k
          join shift on shift.school_id = k.school_id and shift.id = k.shift_id
         where k.school_id = $1 and k.person_id = any($2) and k.day between $3 and $4
           and k.kind = 'set'
         order by k.created_at, k.id
        """,
        school_id,
        person_ids,
        first,
        last,
    )


async def covers_of(
    conn: db.Conn, *, school_id: int, person_ids: Sequence[UUID], first: date, last: date
) -> dict[UUID, list[LeaveCover]]:
    """What approved leave covers of these days, by person."""
    found: defaultdict[UUID, list[LeaveCover]] = defaultdict(list)
    for cover in await approved_leave(
        conn, school_id=school_id, person_ids=person_ids, first=first, last=last
    ):
        found[cover.person_id].append(cover)
    return found
