"""Absence at the cut-off: who is told, who is held, and that it happens once."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import asyncpg
import pytest

from app.attendance.model import absence_event_id
from mobile_api.resources import Resources
from tests.conftest import HANOI
from tests.gate import Gate, minutes
from tests.mobile_api.cut_off import (
    ALERT,
    CUT_OFF,
    beat,
    cases,
    class_of,
    excuse,
    morning,
    run_now,
    shift,
    states,
    told,
)
from tests.world import School, Student, World

DAY = date(2026, 11, 16)
Arrange = Callable[..., Awaitable[Any]]


@pytest.fixture
async def pupils(world: World, school: School) -> list[Student]:
    return await class_of(world, school, 10)


async def test_who_is_missing_at_the_cut_off_is_told_of_once(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection
) -> None:
    await morning(gate, pupils)
    gate.clock.now = ALERT - timedelta(seconds=1)
    assert (await run_now(resources)).runs == []
    gate.clock.now = ALERT

    (run,) = (await run_now(resources)).runs
    again = await run_now(resources)

    assert (run.enrolled, run.missing, run.told, run.held, run.doubts) == (10, 1, 1, 0, [])
    assert again.runs == []
    assert await told(owner) == [pupils[0].id]
    assert await told(owner, "absence_held") == []
    assert (await states(owner))[pupils[0].id] == "absent_unexcused"
    row = await owner.fetchrow("select * from outbox where kind = 'absence'")
    assert row is not None
    assert row["event_id"] == absence_event_id(
        gate.school.id, DAY, pupils[0].id, gate.school.morning_id
    )
    assert row["params"]["student"] == pupils[0].name
    assert datetime.fromisoformat(row["params"]["at"]) == CUT_OFF
    assert row["actor_account_id"] is None


async def test_leave_for_the_day_or_the_morning_excuses_and_for_the_afternoon_does_not(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection, world: World
) -> None:
    pupils += [await world.student(gate.school, f"Em Thêm {n:02}") for n in range(20)]
    for pupil, part in zip(pupils, ("day", "morning", "afternoon", "early_exit"), strict=False):
        await excuse(owner, pupil, part)
    await morning(gate, pupils, but=4)

    (run,) = (await run_now(resources)).runs

    assert (run.missing, run.on_leave, run.told) == (2, 2, 2)
    assert sorted(await told(owner)) == sorted(pupil.id for pupil in pupils[2:4])
    found = await states(owner)
    assert [found[pupil.id] for pupil in pupils[:4]] == ["absent_excused"] * 2 + [
        "absent_unexcused"
    ] * 2


async def test_nobody_is_looked_for_who_is_not_due(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection, world: World
) -> None:
    """From tomorrow, until yesterday, gone this morning, in a class without a shift."""
    others = [await world.student(gate.school, f"Em Khác {n}") for n in range(4)]
    change = "update enrolment set {} where student_id = $1"
    await owner.execute(change.format("from_day = '2026-11-17'"), others[0].id)
    await owner.execute(change.format("to_day = '2026-11-15'"), others[1].id)
    await owner.execute(change.format("to_day = '2026-11-16'"), others[2].id)
    await owner.execute("update student set ended_at = $2 where id = $1", others[2].id, CUT_OFF)
    idle = await world.school_class(gate.school, "6A9")
    await owner.execute("delete from class_shift where class_id = $1", idle)
    await owner.execute(change.format(f"class_id = '{idle}'"), others[3].id)
    await morning(gate, pupils)

    (run,) = (await run_now(resources)).runs

    assert (run.enrolled, run.missing) == (10, 1)
    assert await told(owner) == [pupils[0].id]


async def test_a_pupil_who_changed_class_today_is_looked_for_in_the_new_one_alone(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection, world: World
) -> None:
    afternoon = await shift(owner, gate.school, time(13), time(17))
    moved_to = await world.school_class(gate.school, "6A2")
    await owner.execute(
        "update class_shift set shift_id = $2 where class_id = $1", moved_to, afternoon
    )
    await owner.execute(
        "update enrolment set to_day = '2026-11-15' where student_id = $1", pupils[0].id
    )
    await owner.execute(
        "insert into enrolment (school_id, student_id, class_id, from_day) values ($1, $2, $3, $4)",
        gate.school.id,
        pupils[0].id,
        moved_to,
        DAY,
    )
    await morning(gate, pupils)

    (run,) = (await run_now(resources)).runs
    assert (run.enrolled, run.missing) == (9, 0)
    gate.clock.now = datetime(2026, 11, 16, 13, 45, tzinfo=HANOI)
    (later,) = (await run_now(resources)).runs

    assert (later.shift_id, later.enrolled, later.missing) == (afternoon, 1, 1)


async def test_who_came_in_the_morning_and_has_not_left_is_not_missing_in_the_afternoon(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection, world: World
) -> None:
    """Full-day pupils stay over lunch, and nobody scans them again."""
    afternoon = await shift(owner, gate.school, time(13), time(17))
    await owner.execute(
        "insert into class_shift values ($1, $2, $3)",
        gate.school.id,
        gate.school.class_id,
        afternoon,
    )
    await morning(gate, pupils, but=0)
    await run_now(resources)
    gate.clock.now = datetime(2026, 11, 16, 11, 35, tzinfo=HANOI)
    await gate.results(gate.scan(pupils[0].token, "out"))
    gate.clock.now = datetime(2026, 11, 16, 13, 45, tzinfo=HANOI)
    await beat(gate)

    (run,) = (await run_now(resources)).runs

    assert (run.shift_id, run.enrolled, run.missing) == (afternoon, 10, 1)
    assert await told(owner) == [pupils[0].id]


async def test_leave_for_the_afternoon_excuses_who_was_not_scanned_going_home(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection
) -> None:
    afternoon = await shift(owner, gate.school, time(13), time(17))
    await owner.execute(
        "insert into class_shift values ($1, $2, $3)",
        gate.school.id,
        gate.school.class_id,
        afternoon,
    )
    await morning(gate, pupils)
    await excuse(owner, pupils[0], "afternoon")
    gate.clock.now = datetime(2026, 11, 16, 13, 45, tzinfo=HANOI)
    await beat(gate)

    await run_now(resources)

    state = await owner.fetchval(
        "select state from attendance_day where person_id = $1 and shift_id = $2",
        pupils[0].id,
        afternoon,
    )
    assert state == "absent_excused"
    assert await told(owner) == []


@pytest.mark.parametrize("kind", ["holiday", "closure"])
async def test_a_day_without_lessons_has_no_run(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection, kind: str
) -> None:
    await owner.execute(
        "insert into calendar_day (school_id, day, kind, name) values ($1, $2, $3, 'Nghỉ')",
        gate.school.id,
        DAY,
        kind,
    )
    await morning(gate, pupils, but=10)

    assert (await run_now(resources)).runs == []
    assert await cases(owner) == {}


async def test_sunday_has_a_run_only_as_a_make_up_day(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection
) -> None:
    sunday = ALERT + timedelta(days=6)
    gate.clock.now = sunday
    assert (await run_now(resources)).runs == []
    await owner.execute(
        "insert into calendar_day (school_id, day, kind, name) values ($1, $2, 'make_up', 'Bù')",
        gate.school.id,
        sunday.date(),
    )

    (run,) = (await run_now(resources)).runs

    assert (run.day, run.missing, run.doubts[0]) == (sunday.date(), 10, "no_scanner")


async def test_after_an_outage_a_shift_that_is_on_is_run_and_one_that_is_over_is_held(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection, world: World
) -> None:
    principal = await world.staff(gate.school, "principal")
    await morning(gate, pupils)
    gate.clock.now = ALERT + minutes(200)
    await beat(gate)
    assert (await run_now(resources)).runs[0].told == 1
    await owner.execute("delete from absence_run")
    await owner.execute("delete from absence_case")
    await owner.execute("delete from attendance_day where state = 'absent_unexcused'")
    await owner.execute("delete from outbox")

    gate.clock.now = datetime(2026, 11, 16, 11, 31, tzinfo=HANOI)
    await beat(gate)
    (run,) = (await run_now(resources)).runs

    assert (run.told, run.held, run.doubts) == (0, 1, ["run_late"])
    assert await told(owner) == []
    assert await told(owner, "absence_held") == [principal.account_id]


async def test_a_day_that_is_past_is_settled_without_a_word(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection, world: World
) -> None:
    await world.staff(gate.school, "principal")
    await excuse(owner, pupils[1], "day")
    await morning(gate, pupils, but=2)
    gate.clock.now = ALERT + timedelta(days=2)
    await owner.execute("delete from outbox")

    runs = (await run_now(resources, look_back=timedelta(days=7))).runs

    assert {(run.day, run.held) for run in runs} == {(DAY, 1), (DAY + timedelta(days=2), 10)}
    assert (await states(owner))[pupils[1].id] == "absent_excused"
    assert pupils[0].id not in await states(owner)
    assert await told(owner) == []
    rows = await owner.fetch("select day from outbox")
    assert {row["day"] for row in rows} == {DAY + timedelta(days=2)}


async def test_a_school_without_cards_has_not_begun(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection
) -> None:
    await owner.execute("delete from card")
    gate.clock.now = ALERT

    (run,) = (await run_now(resources)).runs

    assert (run.missing, run.doubts) == (0, ["not_begun"])
    assert await cases(owner) == {}


async def test_one_school_that_fails_does_not_stop_the_next(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection, world: World
) -> None:
    await morning(gate, pupils)
    other = await world.school()
    await world.student(other)
    await owner.execute(
        "create function fail_run() returns trigger language plpgsql as"
        f" 'begin if new.school_id = {other.id} then raise exception ''no''; end if;"
        " return new; end'"
    )
    await owner.execute(
        "create trigger fail_run before insert on absence_run for each row"
        " execute function fail_run()"
    )
    try:
        summary = await run_now(resources)
    finally:
        await owner.execute("drop function fail_run() cascade")
    assert (len(summary.runs), summary.failed) == (1, 1)
    assert (len((await run_now(resources)).runs)) == 1


async def test_each_school_is_decided_at_its_own_time(
    gate: Gate, pupils: list[Student], resources: Resources, owner: asyncpg.Connection, world: World
) -> None:
    """With hundreds of schools the last run comes a minute after the look began."""
    await morning(gate, pupils)
    await world.student(await world.school())
    times = iter([ALERT + timedelta(seconds=30 * n) for n in range(1, 10)])

    summary = await run_now(resources, clock=lambda: next(times))

    assert {run.ran_at for run in summary.runs} == {
        ALERT + timedelta(seconds=30),
        ALERT + timedelta(seconds=60),
    }
