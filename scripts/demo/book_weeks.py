"""The weekly summaries of the demo's past, by the same counts as the job's on Saturdays."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec

from app import db
from app.contact_book.daily.model import WeekData
from app.contact_book.daily.weekly import weeks_of
from app.schools.common import ZONE
from scripts.demo.lots import demo_id
from scripts.demo.writing import insert_rows

_SATURDAY: Final = timedelta(days=5)
# Of older weeks nothing is summed up: a first look at the demo should not wait for it.
_SUMMED_UP: Final = 3


async def write_weeks(conn: db.Conn, *, school_id: int, days: Sequence[date], today: date) -> None:
    """Sum up the weeks whose Saturday is over, or today: there is none left for the job to tell."""
    mondays = sorted({day - timedelta(days=day.weekday()) for day in [*days, today]})
    runs = []
    for monday in mondays:
        if monday + _SATURDAY > today:
            continue
        at = datetime.combine(monday + _SATURDAY, time(9, 0, 20), ZONE)
        # On a Saturday nothing is told any more, and nothing is of today.
        is_over = today - timedelta(weeks=_SUMMED_UP) <= monday + _SATURDAY < today
        told = await _sum_up(conn, school_id, monday, at) if is_over else 0
        runs.append((school_id, monday, at, told))
    await insert_rows(conn, "weekly_run", ("school_id", "week_start", "made_at", "told"), runs)


async def _sum_up(conn: db.Conn, school_id: int, monday: date, at: datetime) -> int:
    found = await weeks_of(conn, school_id=school_id, week_start=monday)
    weeks = [each for each in found if each.data() != WeekData()]
    # Not by COPY, which takes no jsonb from us.
    return await db.run(
        conn,
        """
        insert into weekly_summary (school_id, student_id, week_start, id, data, made_at)
        select $1, q.student_id, $2, q.id, q.data, $3
          from unnest($4::uuid[], $5::uuid[], $6::jsonb[]) as q (student_id, id, data)
        """,
        school_id,
        monday,
        at,
        [each.student_id for each in weeks],
        [demo_id("week", each.student_id, monday, at=at) for each in weeks],
        [msgspec.to_builtins(each.data()) for each in weeks],
    )
