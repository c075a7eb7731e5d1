"""kill -9 of the real workers while they take the department's word from school to school."""

from functools import partial

import asyncpg
import pytest

from app import db
from app.contact_book.announcements import department
from app.ids import new_id
from app.settings import Settings
from mobile_api.resources import Resources
from tests.mobile_api.workers import workers
from tests.notifications.news import until
from tests.world import World

SCHOOLS, FAMILIES = 120, 60

_FILL = """
with made as (
    insert into school (id, org_unit_id, name, level)
    select 1000 + n, 1, 'Trường ' || n, 'primary' from generate_series(1, $1::int) n returning id),
campus as (
    insert into campus (school_id, id, name, fence)
    select id, gen_random_uuid(), 'Cơ sở 1', '{}' from made returning school_id, id),
class as (
    insert into school_class (school_id, id, school_year, grade, name, campus_id)
    select school_id, gen_random_uuid(), '2026-2027', 1, '1A', id from campus
    returning school_id, id),
pupil as (
    insert into student (school_id, id, name, sort_key, search_key)
    select school_id, gen_random_uuid(), 'Em', 'em', 'em' from class, generate_series(1, $2::int)
    returning school_id, id),
seat as (
    insert into enrolment (school_id, student_id, class_id, from_day)
    select p.school_id, p.id, c.id, '2026-09-05' from pupil p join class c using (school_id)),
parent as (
    insert into account (id, phone_sealed, phone_index)
    select id, '-', sha256(id::text::bytea) from pupil)
insert into guardianship (school_id, student_id, guardian_id, account_id, relation)
select school_id, id, id, id, 'mother' from pupil
"""


@pytest.mark.long
async def test_killed_workers_tell_every_family_once(
    world: World, owner: asyncpg.Connection, settings: Settings, resources: Resources
) -> None:
    await world.org_unit(unit_id=1)
    await owner.execute(_FILL, SCHOOLS, FAMILIES)
    await _put_out(owner, resources)

    done = "select count(*) from announcement_errand where done_at is not null"
    with workers(settings) as started:
        for _ in range(3):
            before = await owner.fetchval(done)
            two = [started.start(), started.start()]
            await until(partial(owner.fetchval, f"select ({done}) > $1", before), within_s=60)
            # A school is told, and both are in the middle of the next.
            for process in two:
                process.kill()
                process.wait()
        assert await owner.fetchval(done) < SCHOOLS
        started.start()
        left = "select not exists (select from announcement_errand where done_at is null)"
        await until(lambda: owner.fetchval(left), within_s=120)

    rows = await owner.fetch("select student_id, count(*) as n from outbox group by student_id")
    assert len(rows) == SCHOOLS * FAMILIES
    assert {row["n"] for row in rows} == {1}
    assert await owner.fetchval("select count(*) from announcement_recipient") == len(rows)
    assert await owner.fetchval("select sum(told) from announcement_errand") == len(rows)


async def _put_out(owner: asyncpg.Connection, resources: Resources) -> None:
    """The department says something to all schools; each is due at once."""
    announcement_id, now = new_id(), await owner.fetchval("select now()")
    await owner.execute(
        "insert into department_announcement (id, org_unit_id, author_account_id, title, body,"
        " to_families, to_staff, to_leaders, answer_kind, is_urgent, search_key, created_at,"
        " changed_at) values ($1, 1, $2, 'Phòng dịch', '', true, false, false, 'none', false, '',"
        " $3, $3)",
        announcement_id,
        new_id(),
        now,
    )
    school_ids = list(range(1001, 1001 + SCHOOLS))
    async with db.transaction(resources.pool, schools=school_ids) as conn:
        await department.put_out(
            conn, announcement_id=announcement_id, school_ids=school_ids, at=now, now=now
        )
    await owner.execute("update announcement_errand set due_at = $1", now)
