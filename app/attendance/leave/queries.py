"""SQL over leave requests."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from app import db
from app.attendance.leave.model import LeaveCover


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
