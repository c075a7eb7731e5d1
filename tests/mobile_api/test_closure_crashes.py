"""kill -9 of the real workers while they tell a closure, school by school."""

from functools import partial

import asyncpg
import pytest

from app import db
from app.attendance.closures import queries
from app.attendance.closures.model import NewClosure
from app.attendance.plan import school_day
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
family as (select id as school_id, gen_random_uuid() as id
             from made, generate_series(1, $2::int)),
account as (
    insert into account (id, phone_sealed, phone_index)
    select id, '-', sha256(id::text::bytea) from family)
insert into guardianship (school_id, student_id, guardian_id, account_id, relation)
select school_id, id, id, id, 'mother' from family
"""


@pytest.mark.long
async def test_killed_workers_tell_every_family_once(
    world: World, owner: asyncpg.Connection, settings: Settings, resources: Resources
) -> None:
    await world.org_unit(unit_id=1)
    await owner.execute(_FILL, SCHOOLS, FAMILIES)
    today = school_day(await owner.fetchval("select now()"))
    async with db.transaction(resources.pool, schools=range(1001, 1001 + SCHOOLS)) as conn:
        await queries.declare(
            conn,
            closure_id=new_id(),
            new=NewClosure(
                org_unit_id=1, school_id=None, from_day=today, to_day=today, kind="flood",
                reason="Ngập",
            ),
            created_by=new_id(),
            school_ids=await queries.schools_below(conn, unit_id=1),
            stagger_s=0.0,
            now=await owner.fetchval("select now()"),
        )  # fmt: skip

    with workers(settings) as started:
        for _ in range(3):
            done = "select count(*) from closure_fanout where done_at is not null"
            before = await owner.fetchval(done)
            two = [started.start(), started.start()]
            more = f"select ({done}) > $1"
            await until(partial(owner.fetchval, more, before), within_s=60)
            # A school is told, and both are in the middle of the next.
            for process in two:
                process.kill()
                process.wait()
        assert await owner.fetchval("select exists (select from closure_fanout where told is null)")
        started.start()
        left = "select not exists (select from closure_fanout where done_at is null)"
        await until(lambda: owner.fetchval(left), within_s=90)

    rows = await owner.fetch("select account_id, count(*) as n from outbox group by account_id")
    assert len(rows) == SCHOOLS * FAMILIES
    assert {row["n"] for row in rows} == {1}
    assert await owner.fetchval("select count(*) from audit_entry") == SCHOOLS
