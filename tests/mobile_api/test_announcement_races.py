"""Announcements that are sent, taken back and counted at once, and to very many."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import httpx

from app.contact_book.announcements.fanout import do_due
from tests.cast import Cast
from tests.conftest import Clock
from tests.mobile_api.announcing import SAID, publish, sent, written
from tests.mobile_api.errands import Workers
from tests.notifications.news import titles


async def test_of_two_who_send_at_once_one_does(
    api: httpx.AsyncClient,
    other_api: httpx.AsyncClient,
    cast: Cast,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    one = await written(api, cast, cast["principal"])
    both = await asyncio.gather(
        publish(api, one, cast["principal"]), publish(other_api, one, cast["principal"])
    )
    assert sorted(each.status_code for each in both) == [200, 409]
    assert await owner.fetchval("select count(*) from announcement_recipient") == 1
    await workers.work()
    assert await titles(owner, cast["guardian"]) == ["Họp phụ huynh"]


async def test_thrown_away_as_it_goes_out_it_is_the_one_or_the_other(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    workers: Workers,
    owner: asyncpg.Connection,
) -> None:
    """The worker and the author lock in the same order: neither is undone for the other's sake."""
    at = clock.now + timedelta(hours=1)
    for _ in range(5):
        one = await written(api, cast, cast["principal"])
        await publish(api, one, cast["principal"], at.isoformat())
        gone, done = await asyncio.gather(
            api.delete(f"{SAID}/{one['id']}", headers=cast["principal"].headers),
            do_due(workers.finder, workers.resources.pool, now=at),
        )
        sent_out = await owner.fetchval(
            "select count(*) from outbox where event_id = $1", UUID(one["id"])
        )
        assert (gone.status_code, done, sent_out) in ((204, 0, 0), (409, 1, 2))


async def test_ten_thousand_families_are_one_announcement(
    api: httpx.AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        """
        with pupil as (
            insert into student (school_id, id, name, sort_key, search_key)
            select $1, gen_random_uuid(), 'Em', 'em', 'em' from generate_series(1, 9998)
            returning school_id, id)
        insert into enrolment (school_id, student_id, class_id, from_day)
        select school_id, id, $2, '2026-09-05' from pupil
        """,
        cast.school.id,
        cast.next_class_id,
    )
    await owner.execute("analyze student, enrolment")  # as the server itself soon does
    one = await sent(api, cast, cast["principal"], audience=[])
    assert one["counts"]["recipients"] == 10_000
    assert await owner.fetchval("select count(distinct id) from outbox") == 10_001  # a pupil's own
