"""kill -9 of the worker while it bills a school."""

import asyncio
from functools import partial

import pytest

from app import db
from app.fees.money.check import differences
from app.settings import Settings
from mobile_api.resources import Resources
from tests.mobile_api.billing import Till
from tests.mobile_api.workers import workers
from tests.notifications.news import until

PUPILS = 3000

_FILL = """
with pupil as (
    insert into student (school_id, id, name, sort_key, search_key)
    select $1, gen_random_uuid(), 'Em ' || n, 'em', 'em' from generate_series(1, $3::int) n
    returning id),
parent as (
    insert into account (id, phone_sealed, phone_index)
    select id, '-', sha256(id::text::bytea) from pupil),
link as (
    insert into guardianship (school_id, student_id, guardian_id, account_id, relation)
    select $1, id, id, id, 'mother' from pupil)
insert into enrolment (school_id, student_id, class_id, from_day)
select $1, id, $2, '2026-09-05' from pupil
"""


@pytest.mark.long
async def test_killed_workers_bill_each_pupil_once(
    till: Till, settings: Settings, resources: Resources
) -> None:
    await till.owner.execute(_FILL, till.school.id, till.school.class_id, PUPILS)
    asked = await till.post(till.accountant, f"/periods/{till.period_id}/issue")
    assert asked.status_code == 202, asked.text
    bills = partial(till.owner.fetchval, "select count(*) from invoice")
    begun = "select coalesce(max(attempts), 0) > $1 and max(done) >= $2 from job"
    with workers(settings) as started:
        for attempt, done in enumerate((0, 250)):
            process = started.start()
            await until(partial(till.owner.fetchval, begun, attempt, done), within_s=60)
            process.kill()
            await asyncio.to_thread(process.wait)
            assert await bills() == 0
        started.start()
        over = "select state in ('done', 'failed') from job"
        await until(partial(till.owner.fetchval, over), within_s=120)
    assert await till.owner.fetchval("select state from job") == "done"
    once = await till.owner.fetch(
        "select student_id, is_voluntary, count(*) as n from invoice group by 1, 2"
    )
    assert len(once) == 2 * (PUPILS + 3)
    assert {row["n"] for row in once} == {1}
    told = await till.owner.fetchval(
        "select count(distinct student_id) = count(*) from outbox where kind = 'fee_due'"
    )
    assert told
    async with db.transaction(resources.pool, schools=[till.school.id]) as conn:
        assert await differences(conn, school_id=till.school.id) == []
