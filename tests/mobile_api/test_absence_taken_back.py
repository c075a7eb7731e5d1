"""A scan undone or rejected after the cut-off leaves nobody missing whom nobody knows of."""

import asyncio
from datetime import time, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from app import db
from app.attendance.rebuild import rebuild
from mobile_api.resources import Resources
from tests.gate import Gate, minutes
from tests.mobile_api.cut_off import (
    ALERT,
    CUT_OFF,
    beat,
    cases,
    class_of,
    come,
    decide,
    excuse,
    held_morning,
    morning,
    run_now,
    run_that_waits,
    shift,
    states,
    told,
)
from tests.mobile_api.office import Office, no_fix
from tests.world import Person, School, Student, World

SECONDS = timedelta(seconds=1)


@pytest.fixture
async def pupils(world: World, school: School) -> list[Student]:
    return await class_of(world, school, 14)


@pytest.fixture
def office(api: httpx.AsyncClient, school: School, principal: Person) -> Office:
    return Office(api, school, principal)


async def undo(gate: Gate, event_id: str) -> httpx.Response:
    return await gate.api.post(f"/v1/attendance/scans/{event_id}/undo", headers=gate.who.headers)


async def scanned(gate: Gate, pupil: Student) -> str:
    """A moment before the run; the event's id."""
    scan = gate.scan(pupil.token)
    await gate.results(scan)
    return str(scan["event_id"])


async def ran_with_a_mistake(
    gate: Gate, pupils: list[Student], resources: Resources, *, but: int = 1
) -> str:
    """Somebody was taken for the first pupil just before the run, which misses `but` - 1."""
    await morning(gate, pupils, but=but)
    gate.clock.now = ALERT - 20 * SECONDS
    event_id = await scanned(gate, pupils[0])
    gate.clock.now = ALERT
    (run,) = (await run_now(resources)).runs
    assert run.missing == but - 1
    gate.clock.now = ALERT + 20 * SECONDS
    return event_id


async def decisions(owner: asyncpg.Connection) -> list[Any]:
    rows = await owner.fetch("select decision, told_at is not null from absence_case")
    return [tuple(row) for row in rows]


async def test_an_undone_arrival_after_the_run_is_held_for_the_principal(
    gate: Gate,
    pupils: list[Student],
    principal: Person,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    event_id = await ran_with_a_mistake(gate, pupils, resources)
    for _ in range(2):
        assert (await undo(gate, event_id)).json()["status"] is None
    assert await cases(owner) == {pupils[0].id: ["scan_taken_back"]}
    assert await told(owner, "absence_held") == [principal.account_id]
    assert await told(owner) == []
    missing = await gate.api.get(f"/v1/schools/{gate.school.id}/missing", headers=principal.headers)
    (item,) = missing.json()["items"]
    assert (item["student_id"], item["is_held"]) == (str(pupils[0].id), True)
    # The run is made once, and stands.
    assert (await run_now(resources)).runs == []
    assert await owner.fetchval("select missing from absence_run") == 0

    made = await decide(gate.api, gate.school, principal, "release")
    assert (made["decided"], made["told"]) == (1, 1)
    assert (await decide(gate.api, gate.school, principal, "release"))["decided"] == 0
    assert await told(owner) == [pupils[0].id]
    assert (await states(owner))[pupils[0].id] == "absent_unexcused"
    gate.clock.now = ALERT + minutes(5)
    await come(gate, pupils[:1])
    assert (await states(owner))[pupils[0].id] == "late"
    async with db.transaction(resources.pool, schools=[gate.school.id]) as conn:
        day = CUT_OFF.date()
        assert not await rebuild(
            conn, school_id=gate.school.id, from_day=day, to_day=day, check=True
        )


async def test_a_rejected_arrival_after_the_run_is_held_and_a_dropped_alert_stays_dropped(
    gate: Gate,
    pupils: list[Student],
    principal: Person,
    office: Office,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    gate.clock.now = CUT_OFF - minutes(20)
    first = await no_fix(gate, pupils[0])
    await morning(gate, pupils)
    await run_now(resources)
    await office.decide("reject", first)
    assert await cases(owner) == {pupils[0].id: ["scan_taken_back"]}
    await decide(gate.api, gate.school, principal, "drop")
    gate.clock.now += minutes(1)
    second = await no_fix(gate, pupils[0])
    await office.decide("reject", second)
    assert await decisions(owner) == [("drop", False)]
    assert await told(owner) == []


async def test_who_is_excused_or_seen_otherwise_is_not_missing(
    gate: Gate,
    pupils: list[Student],
    office: Office,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    gate.clock.now = CUT_OFF - minutes(20)
    events = [await no_fix(gate, pupil) for pupil in pupils[:3]]
    await excuse(owner, pupils[0], "day")
    gate.clock.now += minutes(1)
    assert await gate.outcome(pupils[1].token) == "duplicate"
    await morning(gate, pupils, but=3)
    # Before the run nothing is held: it will miss who is missing.
    await office.decide("reject", events[2])
    assert await cases(owner) == {}
    await run_now(resources)
    assert await told(owner) == [pupils[2].id]
    await office.decide("reject", *events[:2])
    assert set(await cases(owner)) == {pupils[2].id}
    assert await told(owner, "absence_held") == []


async def test_an_alert_that_was_told_is_not_held_again(
    gate: Gate,
    pupils: list[Student],
    office: Office,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    await morning(gate, pupils)
    await run_now(resources)
    gate.clock.now = ALERT + minutes(2)
    event_id = await no_fix_late(gate, pupils[0])
    await office.decide("reject", event_id)
    assert await decisions(owner) == [(None, True)]
    assert await told(owner) == [pupils[0].id]
    assert (await states(owner))[pupils[0].id] == "absent_unexcused"


async def no_fix_late(gate: Gate, pupil: Student) -> str:
    scan = gate.scan(pupil.token, location=None)
    await gate.results(scan)
    return str(scan["event_id"])


async def test_a_release_that_left_out_a_scanned_pupil_is_open_again_without_the_scan(
    gate: Gate,
    pupils: list[Student],
    principal: Person,
    office: Office,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    await held_morning(gate, pupils, resources, but=5)
    gate.clock.now = ALERT + minutes(2)
    event_id = await no_fix_late(gate, pupils[0])
    made = await decide(gate.api, gate.school, principal, "release")
    assert (made["decided"], made["told"]) == (5, 4)
    await office.decide("reject", event_id)
    assert "scan_taken_back" in (await cases(owner))[pupils[0].id]
    made = await decide(gate.api, gate.school, principal, "release")
    assert (made["decided"], made["told"]) == (1, 1)
    assert sorted(await told(owner)) == sorted(pupil.id for pupil in pupils[:5])


async def test_whom_an_earlier_shift_had_inside_is_missing_in_the_later_too(
    gate: Gate,
    pupils: list[Student],
    school: School,
    office: Office,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    """Full-day pupils, scanned in the morning alone: of one the scan was not theirs."""
    afternoon = await shift(owner, school, time(13), time(17))
    await owner.execute(
        "insert into class_shift values ($1, $2, $3)", school.id, school.class_id, afternoon
    )
    gate.clock.now = CUT_OFF - minutes(20)
    event_id = await no_fix(gate, pupils[0])
    await morning(gate, pupils)
    await run_now(resources)
    gate.clock.now = ALERT.replace(hour=13, minute=45)
    await beat(gate)
    await run_now(resources)
    assert await owner.fetchval("select count(*) from absence_run") == 2
    assert await cases(owner) == {}
    await office.decide("reject", event_id)
    assert await owner.fetchval("select count(*) from absence_case") == 2
    assert len(await told(owner, "absence_held")) == 2


async def test_an_undo_while_the_run_is_made_waits_for_it(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection
) -> None:
    """Whoever is first: told by the run, or held after it, and never neither."""
    await morning(gate, pupils, but=2)
    gate.clock.now = ALERT - 20 * SECONDS
    event_id = await scanned(gate, pupils[0])
    gate.clock.now = ALERT
    async with run_that_waits(pupils[1], resources, owner) as (running, _):
        undoing = asyncio.create_task(undo(gate, event_id))
        await until_two_wait(owner, undoing)
    assert (await running).runs[0].told == 1
    assert (await undoing).status_code == 200
    assert await cases(owner) == {pupils[0].id: ["scan_taken_back"], pupils[1].id: []}


async def until_two_wait(owner: asyncpg.Connection, task: asyncio.Task[Any]) -> None:
    waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
    while await owner.fetchval(waiting) < 2:
        assert not task.done(), "it did not ask for the lock"


async def test_a_release_and_a_rejection_at_once_lose_nobody(
    gate: Gate,
    pupils: list[Student],
    principal: Person,
    office: Office,
    resources: Resources,
    owner: asyncpg.Connection,
) -> None:
    """The release tells of the pupil, or leaves an alert that waits; and nobody is told twice."""
    await held_morning(gate, pupils, resources, but=6)
    gate.clock.now = ALERT + minutes(2)
    events = [await no_fix_late(gate, pupil) for pupil in pupils[:4]]
    await asyncio.gather(
        decide(gate.api, gate.school, principal, "release"),
        *[office.decide("reject", event_id) for event_id in events],
    )
    rows = await owner.fetch("select student_id, decision, told_at from absence_case")
    assert len(rows) == 6
    for row in rows:
        is_told = row["told_at"] is not None
        assert is_told == (row["decision"] == "release"), "neither told nor waiting"
        assert (await told(owner)).count(row["student_id"]) == is_told
    await decide(gate.api, gate.school, principal, "release")
    assert sorted(await told(owner)) == sorted(pupil.id for pupil in pupils[:6])
