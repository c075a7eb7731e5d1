"""Leave and the run at the cut-off: a second before it is respected, a second after it corrects."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import httpx
import pytest

from app import db
from app.attendance.absence.model import Due
from app.attendance.absence.run import run_one
from mobile_api.resources import Resources
from notifications.relay import Relay
from tests.cast import Cast, gather
from tests.conftest import Clock
from tests.gate import Gate
from tests.mobile_api.cut_off import ALERT, CUT_OFF, beat, class_of, come, run_now, states, told
from tests.mobile_api.families import asked, decide, withdraw
from tests.notifications.news import inbox
from tests.world import World


@pytest.fixture
async def relay(database: str, clock: Clock) -> AsyncIterator[Relay]:
    pool = await db.create_pool(database, role=db.RELAY_ROLE, size=2)
    yield Relay(pool, clock=clock)
    await pool.close()


@pytest.fixture
async def cast(world: World) -> Cast:
    return await gather(world)


@pytest.fixture
async def gate(api: httpx.AsyncClient, cast: Cast, world: World, clock: Clock) -> Gate:
    """All but the pupil have come; the scanner lives at the moment of the run."""
    gate = Gate(api, clock, cast.school, cast["guard"])
    others = await class_of(world, cast.school, 9)
    clock.now = CUT_OFF - timedelta(minutes=40)
    await beat(gate)
    await come(gate, [*others, cast.neighbour])
    clock.now = ALERT
    await beat(gate)
    return gate


async def test_leave_approved_a_second_before_the_run_is_respected(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    gate: Gate,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    clock.now = ALERT - timedelta(seconds=1)
    leave = await asked(api, cast)
    await decide(api, leave, cast["homeroom_teacher"])
    clock.now = ALERT
    await run_now(resources)
    assert (await states(owner))[cast.student.id] == "absent_excused"
    assert await told(owner) == await told(owner, "correction") == []


async def test_leave_approved_a_second_after_the_run_sends_one_correction(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    gate: Gate,
    resources: Resources,
    relay: Relay,
    owner: asyncpg.Connection,
) -> None:
    leave = await asked(api, cast)
    await run_now(resources)
    assert (await states(owner))[cast.student.id] == "absent_unexcused"
    assert await told(owner) == [cast.student.id]
    await relay.relay_due()
    clock.now = ALERT + timedelta(seconds=1)
    await decide(api, leave, cast["homeroom_teacher"])
    assert (await states(owner))[cast.student.id] == "absent_excused"
    await relay.relay_due()
    items = {item["kind"]: item for item in await inbox(owner, cast["guardian"])}
    assert items.keys() == {"absence", "correction", "leave_decided"}
    assert items["correction"]["data"]["replaces"] == str(items["absence"]["id"])


async def test_a_rejection_and_what_is_only_asked_for_change_nothing(
    api: httpx.AsyncClient,
    cast: Cast,
    gate: Gate,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    leave = await asked(api, cast)
    await decide(api, leave, cast["homeroom_teacher"], "reject")
    await run_now(resources)
    assert (await states(owner))[cast.student.id] == "absent_unexcused"
    assert await told(owner) == [cast.student.id]


@pytest.mark.parametrize("attempt", range(3))
async def test_an_approval_at_the_moment_of_the_run_ends_excused_with_a_correction_if_told(
    api: httpx.AsyncClient,
    cast: Cast,
    gate: Gate,
    resources: Resources,
    owner: asyncpg.Connection,
    attempt: int,
) -> None:
    leave = await asked(api, cast)
    await asyncio.gather(
        run_now(resources), decide(api, leave, cast["homeroom_teacher"]), run_now(resources)
    )
    await run_now(resources)
    assert (await states(owner))[cast.student.id] == "absent_excused"
    alerts, corrections = await told(owner), await told(owner, "correction")
    assert len(alerts) <= 1
    assert corrections == alerts


async def test_leave_approved_while_a_run_holds_the_alert_excuses_all_the_same(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    gate: Gate,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    """The run has decided that the scanner is silent, and has not been committed yet."""
    leave = await asked(api, cast)
    clock.now += timedelta(minutes=5)
    due = Due(
        school_id=cast.school.id,
        plan_version=0,
        day=CUT_OFF.date(),
        shift_id=cast.school.morning_id,
    )
    async with db.transaction(resources.pool, schools=[cast.school.id]) as conn:
        run = await run_one(conn, due, now=clock.now)
        assert run is not None
        assert run.held == 1
        approving = asyncio.create_task(decide(api, leave, cast["homeroom_teacher"]))
        waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        while not await owner.fetchval(waiting):
            assert not approving.done(), "it did not wait for the run"
    assert (await approving).status_code == 200
    assert (await states(owner))[cast.student.id] == "absent_excused"


async def test_leave_for_days_that_are_over_excuses_them(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    gate: Gate,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    await run_now(resources)
    clock.now += timedelta(days=2)
    leave = await asked(api, cast)
    await decide(api, leave, cast["principal"])
    assert (await states(owner))[cast.student.id] == "absent_excused"
    assert await told(owner, "correction") == [cast.student.id]


async def test_leave_of_the_afternoon_does_not_excuse_the_morning(
    api: httpx.AsyncClient,
    cast: Cast,
    gate: Gate,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    for part, exit_at in (("afternoon", None), ("early_exit", "10:00")):
        leave = await asked(api, cast, part=part, exit_at=exit_at)
        await decide(api, leave, cast["homeroom_teacher"])
    await run_now(resources)
    assert await told(owner) == [cast.student.id]


async def test_who_comes_although_excused_is_present(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    gate: Gate,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    leave = await asked(api, cast)
    await decide(api, leave, cast["homeroom_teacher"])
    await run_now(resources)
    await come(gate, [cast.student])
    assert (await states(owner))[cast.student.id] == "late"
    # Taken back when its cut-off is over: the day stays what the scan says.
    assert (await withdraw(api, leave, cast["guardian"])).json()["type"] == "leave-over"


async def test_leave_taken_back_before_the_cut_off_is_missed_again(
    api: httpx.AsyncClient,
    cast: Cast,
    clock: Clock,
    gate: Gate,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    leave = await asked(api, cast)
    await decide(api, leave, cast["homeroom_teacher"])
    clock.now = CUT_OFF - timedelta(seconds=1)
    assert (await withdraw(api, leave, cast["guardian"])).status_code == 200
    clock.now = ALERT
    await run_now(resources)
    assert await told(owner) == [cast.student.id]
