"""The run at the cut-off against everything that happens in the same second."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from app import db
from app.attendance.absence import decisions
from app.attendance.absence.run import run_one
from app.attendance.absence.ticker import AbsenceTicker, run_due
from app.attendance.model import absence_event_id
from app.attendance.queries import plan
from app.settings import Settings
from mobile_api.resources import Resources
from tests.gate import Gate, minutes
from tests.mobile_api.cut_off import (
    ALERT,
    CUT_OFF,
    beat,
    class_of,
    close_school,
    come,
    decide,
    due_of,
    excuse,
    held_morning,
    morning,
    run_now,
    run_that_waits,
    states,
    told,
)
from tests.world import Person, School, Student, World


@pytest.fixture
async def pupils(world: World, school: School) -> list[Student]:
    return await class_of(world, school, 14)


async def arrive(gate: Gate, pupil: Student) -> None:
    assert await gate.outcome(pupil.token) == "late"


async def test_many_workers_at_once_decide_once(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection
) -> None:
    await morning(gate, pupils, but=2)

    made = await asyncio.gather(*[run_now(resources) for _ in range(8)])

    assert sum(len(each.runs) for each in made) == 1
    assert sorted(await told(owner)) == sorted(pupil.id for pupil in pupils[:2])
    assert await owner.fetchval("select count(*) from absence_run") == 1


async def test_a_worker_that_dies_before_its_commit_leaves_all_to_the_next(
    gate: Gate,
    pupils: list[Student],
    resources: Resources,
    owner: asyncpg.Connection,
    settings: Settings,
) -> None:
    """The connection is cut when all is written, as kill -9 would, and a run waits meanwhile."""
    await morning(gate, pupils, but=2)
    dying = await db.connect(settings.require_database_url(), role=db.APP_ROLE)
    await dying.execute(f"begin; {db.scope_sql(schools=[gate.school.id])}")
    run = await run_one(dying, due_of(gate.school), now=resources.clock())
    assert run is not None
    assert run.told == 2
    assert (await run_now(resources)).runs == []
    pid = await dying.fetchval("select pg_backend_pid()")
    dying.terminate()
    gone = "select count(*) = 0 from pg_stat_activity where pid = $1"
    while not await owner.fetchval(gone, pid):
        pass
    assert await told(owner) == []

    assert (await run_now(resources)).runs[0].told == 2
    assert sorted(await told(owner)) == sorted(pupil.id for pupil in pupils[:2])


async def test_scans_that_stream_in_are_seen_or_replace_the_alert(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection
) -> None:
    """Whatever wins: nobody is told of an arrival and of an absence side by side."""
    await morning(gate, pupils, but=2)

    await asyncio.gather(
        arrive(gate, pupils[0]), run_now(resources), run_now(resources), arrive(gate, pupils[1])
    )

    assert await owner.fetchval("select count(*) from absence_run") == 1
    for pupil in pupils[:2]:
        assert (await states(owner))[pupil.id] == "late"
        await assert_one_story(owner, gate.school, pupil.id)


async def assert_one_story(owner: asyncpg.Connection, school: School, student_id: UUID) -> None:
    rows = await owner.fetch(
        "select kind, params from outbox where student_id = $1 order by id", student_id
    )
    kinds = [row["kind"] for row in rows]
    if "absence" not in kinds:
        return
    assert kinds == ["absence", "arrival_late"]
    alert = absence_event_id(school.id, CUT_OFF.date(), student_id, school.morning_id)
    assert rows[1]["params"]["replaces"] == str(alert)


async def test_a_scan_in_flight_is_waited_for_and_seen(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection
) -> None:
    """The scan has its pupil's lock: the run looks once more when it has been committed."""
    await morning(gate, pupils)
    async with run_that_waits(pupils[0], resources, owner) as (running, conn):
        await conn.execute(
            "insert into attendance_day (school_id, day, person_id, shift_id, person_kind, state)"
            " values ($1, $2, $3, $4, 'student', 'present')",
            gate.school.id,
            CUT_OFF.date(),
            pupils[0].id,
            gate.school.morning_id,
        )
    summary = await running

    assert (summary.runs[0].missing, summary.runs[0].told) == (0, 0)
    assert await told(owner) == []


async def test_a_scan_received_before_the_cut_off_and_written_after_the_run_replaces_the_alert(
    gate: Gate,
    pupils: list[Student],
    principal: Person,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    """Where a school waits no minute after its cut-off."""
    await owner.execute(
        "insert into attendance_rules (school_id, alert_after_min, updated_by, updated_at)"
        " values ($1, 0, $2, now())",
        gate.school.id,
        principal.account_id,
    )
    await morning(gate, pupils)
    gate.clock.now = CUT_OFF
    await beat(gate)
    await run_now(resources)
    gate.clock.now = CUT_OFF - timedelta(seconds=1)
    await come(gate, pupils[:1])

    await assert_one_story(owner, gate.school, pupils[0].id)
    assert await told(owner) == [pupils[0].id]


async def test_a_closure_at_the_same_moment_is_respected(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection
) -> None:
    await morning(gate, pupils)
    async with run_that_waits(pupils[0], resources, owner) as (running, _):
        await close_school(owner, gate.school)

    assert (await running).runs == []
    assert await told(owner) == []


async def test_leave_that_is_approved_at_the_same_moment_is_respected(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection
) -> None:
    await morning(gate, pupils)
    async with run_that_waits(pupils[0], resources, owner) as (running, _):
        await excuse(owner, pupils[0], "day")

    (run,) = (await running).runs
    assert (run.told, run.on_leave) == (0, 1)
    assert await told(owner) == []
    assert (await states(owner))[pupils[0].id] == "absent_excused"


async def test_two_principals_at_once_release_once(
    gate: Gate,
    pupils: list[Student],
    principal: Person,
    resources: Resources,
    owner: asyncpg.Connection,
    world: World,
) -> None:
    deputy = await world.staff(gate.school, "principal", "Lê Văn Phó")
    await held_morning(gate, pupils, resources, but=5)

    made = await asyncio.gather(
        *[decide(gate.api, gate.school, who, "release") for who in (principal, deputy) * 3]
    )

    assert sum(each["decided"] for each in made) == 5
    assert sum(each["told"] for each in made) == 5
    assert sorted(await told(owner)) == sorted(pupil.id for pupil in pupils[:5])


async def test_a_release_that_began_before_a_closure_tells_nobody(
    gate: Gate,
    pupils: list[Student],
    principal: Person,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    await held_morning(gate, pupils, resources, but=5)
    async with db.transaction(resources.pool, schools=[gate.school.id]) as conn:
        before = await plan(conn, school_id=gate.school.id)
        await close_school(owner, gate.school)
        made = await decisions.decide(
            conn,
            plan=before,
            day=CUT_OFF.date(),
            shift_id=gate.school.morning_id,
            decision="release",
            student_ids=None,
            decided_by=principal.account_id,
            now=resources.clock(),
        )

    assert (made.decided, made.told) == (5, 0)
    assert {each.why for each in made.skipped} == {"closed"}
    assert await told(owner) == []


async def test_a_release_and_a_scan_at_once_tell_one_story(
    gate: Gate,
    pupils: list[Student],
    principal: Person,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    await held_morning(gate, pupils, resources, but=5)
    gate.clock.now = ALERT + minutes(5)

    await asyncio.gather(
        arrive(gate, pupils[0]),
        decide(gate.api, gate.school, principal, "release"),
        arrive(gate, pupils[1]),
    )

    for pupil in pupils[:2]:
        assert (await states(owner))[pupil.id] == "late"
        await assert_one_story(owner, gate.school, pupil.id)


async def test_the_look_survives_a_database_that_is_away(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection
) -> None:
    await morning(gate, pupils)
    ticker = AbsenceTicker(resources.pool, clock=resources.clock)
    await owner.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    while await told(owner) == []:
        await ticker.look()
    await ticker.look()

    assert await told(owner) == [pupils[0].id]


async def test_a_look_asks_for_nothing_but_postgresql(
    gate: Gate, pupils: list[Student], settings: Settings, owner: asyncpg.Connection
) -> None:
    """A pool under the app's role and a time are all that it takes: no Valkey, no queue."""
    await morning(gate, pupils)
    pool = await db.create_pool(settings.require_database_url(), role=db.APP_ROLE, size=3)
    try:
        summary = await run_due(pool, now=ALERT)
    finally:
        await pool.close()
    assert summary.runs[0].told == 1
