"""A pupil's week in numbers: made on Saturday, told once whatever dies, read by the family."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from app import db
from app.contact_book.daily import weekly
from app.contact_book.daily.weekly import due_week, sum_up_due
from app.schools.common import ZONE
from app.settings import Settings
from mobile_api.resources import Resources
from notifications.relay import Relay
from tests.cast import Cast
from tests.mobile_api.daily_book import BOOK, given, refused, said, written
from tests.notifications.news import block, inbox, until
from tests.world import World

_REPOSITORY = Path(__file__).resolve().parents[2]
MONDAY = date(2026, 11, 16)
SATURDAY = datetime(2026, 11, 21, 9, 0, tzinfo=ZONE)


async def attended(owner: asyncpg.Connection, cast: Cast, student: UUID, *states: str) -> None:
    """A state a day, from Monday on."""
    for nth, state in enumerate(states):
        await owner.execute(
            "insert into attendance_day (school_id, day, person_id, shift_id, person_kind, state)"
            " values ($1, $2, $3, $4, 'student', $5)",
            cast.school.id,
            MONDAY + timedelta(days=nth),
            student,
            cast.school.morning_id,
            state,
        )


async def summaries(api: httpx.AsyncClient, cast: Cast, who: str) -> httpx.Response:
    query = {"student_id": str(cast.student.id)}
    return await api.get(f"{BOOK}/summaries", params=query, headers=cast[who].headers)


@pytest.mark.parametrize(
    ("now", "week"),
    [
        (SATURDAY - timedelta(seconds=1), None),
        (SATURDAY, MONDAY),
        (SATURDAY.astimezone(UTC), MONDAY),
        (SATURDAY + timedelta(days=2, hours=23), MONDAY),  # on Tuesday it is still worth telling
        (SATURDAY + timedelta(days=3), None),
        (SATURDAY + timedelta(days=7), MONDAY + timedelta(days=7)),
    ],
)
def test_a_week_is_summed_up_from_saturday_nine_to_tuesday(now: datetime, week: date) -> None:
    assert due_week(now) == week


async def test_a_week_in_numbers_is_made_once_told_and_read(
    api: httpx.AsyncClient,
    cast: Cast,
    world: World,
    resources: Resources,
    relay: Relay,
    owner: asyncpg.Connection,
) -> None:
    states = ("present", "late", "absent_excused", "left_early", "not_scanned")
    await attended(owner, cast, cast.student.id, *states)
    await written(api, cast, cast["homeroom_teacher"])
    await written(api, cast, cast["homeroom_teacher"], kind="needs_work", about="conduct")
    await written(api, cast, cast["homeroom_teacher"], about="health")
    back = await written(api, cast, cast["homeroom_teacher"])
    url = f"{BOOK}/remarks/{back['id']}/withdrawal"
    said(await api.post(url, json={}, headers=cast["homeroom_teacher"].headers))
    task = await given(api, cast, cast["homeroom_teacher"])
    await given(api, cast, cast["subject_teacher"])
    body = {"student_id": str(cast.student.id), "done": True}
    done = f"{BOOK}/homework/{task['id']}/done"
    said(await api.put(done, json=body, headers=cast["guardian"].headers))
    await owner.execute("delete from outbox")
    father = await world.guardian(cast.student, name="Nguyễn Văn Cha")
    await block(owner, father, cast.student)

    assert await sum_up_due(resources.pool, now=SATURDAY - timedelta(minutes=1)) == 0
    both = await asyncio.gather(*(sum_up_due(resources.pool, now=SATURDAY) for _ in range(3)))
    assert sum(both) == 3  # the schools of the world, each once
    assert await sum_up_due(resources.pool, now=SATURDAY + timedelta(hours=1)) == 0
    # Of the neighbour and the stranger there is nothing to say.
    assert await owner.fetchval("select count(*) from outbox") == 1
    await relay.relay_due()
    (told,) = await inbox(owner, cast["guardian"])
    assert (told["kind"], told["data"]["week"]) == ("weekly_summary", "2026-11-16")
    assert told["body"].endswith(
        "2 ngày đúng giờ · 1 ngày đi muộn · 1 ngày vắng · 1 lời khen · 1 điều cần cố gắng"
        " · bài tập: xong 1/2"
    )
    assert await inbox(owner, father) == []

    for who in ("guardian", "student", "homeroom_teacher", "subject_teacher", "principal"):
        (seen,) = said(await summaries(api, cast, who))["items"]
        assert seen["data"] == {
            "present_days": 2, "late_days": 1, "absent_days": 1, "praise": 1, "needs_work": 1,
            "neutral": 0, "homework_set": 2, "homework_done": 1,
        }  # fmt: skip
    for who in ("other guardian", "other principal", "guard", "department_admin", "nobody"):
        refused(await summaries(api, cast, who), 404, "no-such-pupil")


async def test_whoever_dies_in_a_school_leaves_it_whole_to_the_next(
    cast: Cast, resources: Resources, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for student in (cast.student, cast.stranger):
        of = cast.school if student is cast.student else cast.other
        await owner.execute(
            "insert into attendance_day (school_id, day, person_id, shift_id, person_kind, state)"
            " values ($1, $2, $3, $4, 'student', 'present')",
            of.id,
            MONDAY,
            student.id,
            of.morning_id,
        )
    whole = weekly._store

    async def dying(conn: db.Conn, **each: Any) -> None:
        await whole(conn, **each)
        if each["school_id"] == cast.school.id:
            raise RuntimeError("killed")

    monkeypatch.setattr(weekly, "_store", dying)
    assert await sum_up_due(resources.pool, now=SATURDAY) == 2  # one school's death stops no other
    assert await owner.fetchval("select count(*) from outbox") == 1
    monkeypatch.undo()
    assert await sum_up_due(resources.pool, now=SATURDAY) == 1
    told = await owner.fetch("select student_id from outbox order by student_id")
    assert [row["student_id"] for row in told] == sorted([cast.student.id, cast.stranger.id])


_FILL = """
with made as (
    insert into school (id, org_unit_id, name, level)
    select 1000 + n, 1, 'Trường ' || n, 'primary' from generate_series(1, $1::int) n returning id),
campus as (
    insert into campus (school_id, id, name, fence)
    select id, gen_random_uuid(), 'Cơ sở', '{}' from made returning school_id, id),
class as (
    insert into school_class (school_id, id, school_year, grade, name, campus_id)
    select school_id, gen_random_uuid(), '2026-2027', 6, '6A1', id from campus
    returning school_id, id),
pupil as (
    insert into student (school_id, id, name, sort_key, search_key)
    select id, gen_random_uuid(), 'An', 'an', 'an' from made, generate_series(1, $2::int)
    returning school_id, id),
enrolled as (
    insert into enrolment (school_id, student_id, class_id, from_day)
    select p.school_id, p.id, c.id, '2020-09-05' from pupil p join class c using (school_id))
insert into remark (school_id, id, student_id, class_id, day, kind, about, text, search_key,
       author_account_id, author_name, created_at, changed_at)
select p.school_id, gen_random_uuid(), p.id, c.id, $3, 'praise', 'remark', 'Con ngoan', '',
       p.id, 'Cô', now(), now()
  from pupil p join class c using (school_id)
"""
_CODE = """
import asyncio, os
from datetime import datetime
from app import db
from app.contact_book.daily.weekly import sum_up_due

async def main():
    pool = await db.create_pool(os.environ["DATABASE_URL"], role=db.APP_ROLE, size=2)
    await sum_up_due(pool, now=datetime.fromisoformat(os.environ["NOW"]))

asyncio.run(main())
"""
SCHOOLS, PUPILS = 150, 40


@pytest.mark.long
async def test_killed_workers_tell_every_family_of_the_week_once(
    world: World, owner: asyncpg.Connection, settings: Settings
) -> None:
    await world.org_unit(unit_id=1)
    await owner.execute(_FILL, SCHOOLS, PUPILS, MONDAY)
    environment = os.environ | {
        "DATABASE_URL": settings.require_database_url(), "NOW": SATURDAY.isoformat(),
    }  # fmt: skip
    started: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        command = [sys.executable, "-c", _CODE]
        started.append(subprocess.Popen(command, cwd=_REPOSITORY, env=environment))

    try:
        for _ in range(3):
            before = await owner.fetchval("select count(*) from weekly_run")
            start()
            start()
            more = "select count(*) > $1 from weekly_run"
            await until(partial(owner.fetchval, more, before), within_s=60)
            # A school is done, and both are in the middle of the next.
            for process in started:
                process.kill()
                process.wait()
        assert await owner.fetchval("select count(*) from weekly_run") < SCHOOLS
        start()
        every = "select count(*) = $1 from weekly_run"
        await until(partial(owner.fetchval, every, SCHOOLS), within_s=90)
    finally:
        for process in started:
            process.kill()
            process.wait()
    rows = await owner.fetch("select student_id, count(*) as n from outbox group by student_id")
    assert (len(rows), {row["n"] for row in rows}) == (SCHOOLS * PUPILS, {1})
    assert await owner.fetchval("select count(*) from weekly_summary") == SCHOOLS * PUPILS
