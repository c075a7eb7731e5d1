"""Who hears of a message on the school's side is asked of the database, under any owner."""

from uuid import UUID

import asyncpg
import pytest

from app.ids import new_id
from tests.cast import Cast, gather
from tests.conftest import Clock
from tests.world import World


@pytest.fixture
async def cast(world: World) -> Cast:
    return await gather(world)


@pytest.fixture
async def thread_id(owner: asyncpg.Connection, cast: Cast, clock: Clock) -> UUID:
    thread_id = new_id()
    await owner.execute(
        "insert into thread (school_id, id, student_id, kind, opened_by, created_at, last_at)"
        " values ($1, $2, $3, 'homeroom', $4, $5, $5)",
        cast.school.id,
        thread_id,
        cast.student.id,
        cast["guardian"].account_id,
        clock(),
    )
    return thread_id


async def test_the_relay_asks_about_one_thread_and_reads_no_table_of_it(
    owner: asyncpg.Connection, cast: Cast, clock: Clock, thread_id: UUID
) -> None:
    """Also where the owner is no superuser, and so under the policies itself (docs/deploy.md)."""
    trial = owner.transaction()
    await trial.start()
    await owner.execute(
        "create role plain_owner nologin; grant ct_app to plain_owner;"
        " alter function thread_hearers(integer, uuid, timestamptz) owner to plain_owner;"
        " set local role ct_relay; set local app.schools = '{7}'"
    )
    ask = "select thread_hearers($1, $2, $3) as account_id"
    heard = await owner.fetch(ask, cast.school.id, thread_id, clock())
    elsewhere = await owner.fetch(ask, cast.other.id, thread_id, clock())
    scope = await owner.fetchval("select current_setting('app.schools')")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await owner.fetch("select text from thread_message")
    await trial.rollback()
    assert [row["account_id"] for row in heard] == [cast["homeroom_teacher"].account_id]
    assert (elsewhere, scope) == ([], "{7}")


async def test_nobody_hears_whose_role_or_class_has_ended(
    owner: asyncpg.Connection, cast: Cast, clock: Clock, thread_id: UUID
) -> None:
    ask = "select count(*) from thread_hearers($1, $2, $3)"
    args = (cast.school.id, thread_id, clock())
    assert await owner.fetchval(ask, *args) == 1
    for change in (
        "update membership set ended_at = now() where role = 'homeroom_teacher'",
        "update membership set valid_from = '2026-10-01', valid_until = '2026-11-01'"
        " where role = 'homeroom_teacher'",
        "update school_class set ended_at = now()",
        "update enrolment set to_day = '2026-11-01'",
        "update staff set ended_at = now()",
    ):
        trial = owner.transaction()
        await trial.start()
        await owner.execute(change)
        assert await owner.fetchval(ask, *args) == 0, change
        await trial.rollback()
