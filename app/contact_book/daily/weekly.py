"""A family's week in numbers, made and told on Saturday, school by school.

A school is one transaction: the row that says it was done, its summaries and its messages. Whoever
dies in it leaves it to the next; two at once do not do the same one.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from msgspec import Struct

from app import db
from app.attendance.outbox import News, insert_news
from app.contact_book.daily.model import WeekData, WeeklySummary
from app.ids import new_id
from app.schools.common import ZONE

_MADE_AT: Final = time(9)
_SATURDAY: Final = timedelta(days=5)
# So long a week that nobody could sum up in time is still worth telling.
_LATEST: Final = timedelta(days=3)

_log = structlog.get_logger(__name__)


class Week(Struct, frozen=True, kw_only=True):
    student_id: UUID
    student: str
    present_days: int
    late_days: int
    absent_days: int
    praise: int
    needs_work: int
    neutral: int
    homework_set: int
    homework_done: int

    def data(self) -> WeekData:
        return msgspec.convert(
            {name: getattr(self, name) for name in WeekData.__struct_fields__}, WeekData
        )


def due_week(now: datetime) -> date | None:
    """The Monday of the week that is to be summed up; None: it is not the time of any."""
    local = now.astimezone(ZONE)
    monday = local.date() - timedelta(days=local.weekday())
    for start in (monday, monday - timedelta(days=7)):
        made_at = datetime.combine(start + _SATURDAY, _MADE_AT, ZONE)
        if made_at <= now < made_at + _LATEST:
            return start
    return None


async def sum_up_due(pool: db.Pool, *, now: datetime) -> int:
    """Sum up the schools that wait for it; how many were. One school's fault holds up no other."""
    week_start = due_week(now)
    if week_start is None:
        return 0
    done = 0
    for school_id in await _waiting(pool, week_start=week_start):
        try:
            async with db.transaction(pool, schools=[school_id]) as conn:
                done += await sum_up(conn, school_id=school_id, week_start=week_start, now=now)
        except Exception as error:
            if db.is_away(error):
                raise
            _log.exception("weekly.failed", school_id=school_id, error=type(error).__name__)
    return done


async def _waiting(pool: db.Pool, *, week_start: date) -> list[int]:
    async with pool.acquire() as conn:
        found = await db.rows(conn, "select id from school where ended_at is null order by id")
    schools = [row["id"] for row in found]
    async with db.transaction(pool, schools=schools) as conn:
        found = await db.rows(
            conn,
            "select school_id from weekly_run where school_id = any($1) and week_start = $2",
            schools,
            week_start,
        )
    made = {row["school_id"] for row in found}
    return [school_id for school_id in schools if school_id not in made]


async def sum_up(conn: db.Conn, *, school_id: int, week_start: date, now: datetime) -> bool:
    """Make and tell one school's summaries; False: somebody else has.

    A pupil of whom there is nothing to say gets none.
    """
    taken = await db.run(
        conn,
        """
        insert into weekly_run (school_id, week_start, made_at, told) values ($1, $2, $3, 0)
            on conflict (school_id, week_start) do nothing
        """,
        school_id,
        week_start,
        now,
    )
    if not taken:
        return False
    weeks = [
        each
        for each in await weeks_of(conn, school_id=school_id, week_start=week_start)
        if each.data() != WeekData()
    ]
    await _store(conn, school_id=school_id, week_start=week_start, weeks=weeks, now=now)
    await db.run(
        conn,
        "update weekly_run set told = $3 where school_id = $1 and week_start = $2",
        school_id,
        week_start,
        len(weeks),
    )
    return True


async def weeks_of(conn: db.Conn, *, school_id: int, week_start: date) -> list[Week]:
    """The week in numbers of every pupil, also of those about whom there is nothing to say."""
    return await db.many(conn, Week, _WEEKS, school_id, week_start, week_start + timedelta(days=6))


async def _store(
    conn: db.Conn, *, school_id: int, week_start: date, weeks: Sequence[Week], now: datetime
) -> None:
    ids = [new_id() for _ in weeks]
    data: list[dict[str, Any]] = [msgspec.to_builtins(each.data()) for each in weeks]
    await db.run(
        conn,
        """
        insert into weekly_summary (school_id, student_id, week_start, id, data, made_at)
        select $1, q.student_id, $2, q.id, q.data, $3
          from unnest($4::uuid[], $5::uuid[], $6::jsonb[]) as q (student_id, id, data)
        """,
        school_id,
        week_start,
        now,
        [each.student_id for each in weeks],
        ids,
        data,
    )
    news = [
        News(
            kind="weekly_summary",
            day=now.astimezone(ZONE).date(),
            event_id=summary_id,
            student_id=each.student_id,
            actor_account_id=None,
            params={
                "student": each.student,
                "week": week_start.isoformat(),
                "from_day": week_start.isoformat(),
                "to_day": (week_start + timedelta(days=6)).isoformat(),
                **counts,
            },
        )
        for each, summary_id, counts in zip(weeks, ids, data, strict=True)
    ]
    await insert_news(conn, school_id=school_id, news=news)


# A day counts once: away in any shift is absent, else late in any is late. Homework is a pupil's
# that was set while it was in the class.
_WEEKS: Final = """
    with pupil as (
        select s.id, s.name from student s
         where s.school_id = $1 and s.ended_at is null
           and exists (select from enrolment e
                        where e.school_id = $1 and e.student_id = s.id and e.to_day is null)),
    day as (
        select person_id, day,
               bool_or(state in ('absent_excused', 'absent_unexcused')) as is_absent,
               bool_or(state = 'late') as is_late,
               bool_or(state in ('present', 'late', 'left_early')) as is_there
          from attendance_day
         where school_id = $1 and day between $2 and $3 and person_kind = 'student'
         group by person_id, day),
    days as (
        select person_id,
               count(*) filter (where is_there and not is_absent and not is_late) as present_days,
               count(*) filter (where is_there and not is_absent and is_late) as late_days,
               count(*) filter (where is_absent) as absent_days
          from day group by person_id),
    said as (
        select student_id, count(*) filter (where kind = 'praise') as praise,
               count(*) filter (where kind = 'needs_work') as needs_work,
               count(*) filter (where kind = 'neutral') as neutral
          from remark
         where school_id = $1 and day between $2 and $3 and withdrawn_at is null
           and about <> 'health'
         group by student_id),
    given as (
        select e.student_id, count(distinct h.id) as homework_set,
               count(distinct d.homework_id) as homework_done
          from homework h
          join enrolment e on e.school_id = h.school_id and e.class_id = h.class_id
               and e.from_day <= h.set_day and (e.to_day is null or e.to_day >= h.set_day)
          left join homework_done d on d.school_id = h.school_id and d.homework_id = h.id
               and d.student_id = e.student_id and d.undone_at is null
         where h.school_id = $1 and h.set_day between $2 and $3 and h.withdrawn_at is null
         group by e.student_id)
    select pupil.id as student_id, pupil.name as student,
           coalesce(days.present_days, 0) as present_days,
           coalesce(days.late_days, 0) as late_days,
           coalesce(days.absent_days, 0) as absent_days,
           coalesce(said.praise, 0) as praise, coalesce(said.needs_work, 0) as needs_work,
           coalesce(said.neutral, 0) as neutral,
           coalesce(given.homework_set, 0) as homework_set,
           coalesce(given.homework_done, 0) as homework_done
      from pupil
      left join days on days.person_id = pupil.id
      left join said on said.student_id = pupil.id
      left join given on given.student_id = pupil.id
     order by pupil.id
"""


async def summaries_of(
    conn: db.Conn,
    *,
    school_ids: Sequence[int],
    student_id: UUID,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[WeeklySummary]:
    """The pupil's weeks at these schools, the newest first."""
    return await db.many(
        conn,
        WeeklySummary,
        """
        select id, school_id, student_id, week_start, data, made_at from weekly_summary
         where school_id = any($1) and student_id = $2
           and ($3::timestamptz is null or (made_at, id) < ($3, $4::uuid))
         order by made_at desc, id desc limit $5
        """,
        list(school_ids),
        student_id,
        before and before[0],
        before and before[1],
        limit,
    )
