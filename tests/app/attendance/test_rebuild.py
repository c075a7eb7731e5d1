"""Days derived again from their scans: equal, or reported and repaired."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from app import db
from app.attendance.rebuild import Difference, rebuild
from app.ids import new_id
from app.settings import Settings
from mobile_api.resources import Resources
from tests.conftest import MASTER_KEY, Clock
from tests.gate import Gate, minutes
from tests.notifications.news import until
from tests.world import School, Student, World

MONDAY = date(2026, 11, 16)
Rebuild = Callable[..., Awaitable[list[Difference]]]


@pytest.fixture
async def school(world: World) -> School:
    return await world.school()


@pytest.fixture
async def pupils(world: World, school: School) -> list[Student]:
    return [await world.student(school, f"Nguyễn Văn {name}") for name in ("An", "Bình", "Chi")]


@pytest.fixture
async def gate(api: httpx.AsyncClient, clock: Clock, world: World, school: School) -> Gate:
    return Gate(api, clock, school, await world.staff(school, "guard"))


@pytest.fixture
async def morning(gate: Gate, pupils: list[Student], clock: Clock) -> None:
    """One is there, one comes late, one leaves early; today and tomorrow."""
    for _ in range(2):
        start = clock.now
        an, binh, chi = pupils
        await gate.results(gate.scan(an.token), gate.scan(chi.token), gate.scan(an.token))
        clock.now = start + minutes(20)
        await gate.results(gate.scan(binh.token))
        clock.now = start + minutes(100)
        await gate.results(gate.scan(chi.token, "out"))
        clock.now = start + timedelta(days=1)


@pytest.fixture
def again(resources: Resources, school: School) -> Rebuild:
    async def run(*, check: bool, last: date = MONDAY + timedelta(days=3)) -> list[Difference]:
        async with db.transaction(resources.pool, schools=[school.id]) as conn:
            return await rebuild(
                conn, school_id=school.id, from_day=MONDAY, to_day=last, check=check
            )

    return run


async def rows(owner: asyncpg.Connection) -> list[Any]:
    return await owner.fetch("select * from attendance_day order by day, person_id, shift_id")


pytestmark = pytest.mark.usefixtures("morning")


async def test_a_morning_rebuilt_is_the_morning_stored(
    owner: asyncpg.Connection, again: Rebuild
) -> None:
    before = await rows(owner)
    assert (
        sorted(row["state"] for row in before)
        == ["late"] * 2 + ["left_early"] * 2 + ["present"] * 2
    )
    assert await again(check=True) == []
    assert await again(check=False) == []
    assert await rows(owner) == before


@pytest.mark.parametrize(
    "spoil",
    [
        "update attendance_day set state = 'present' where state = 'late'",
        "update attendance_day set late_minutes = 3 where state = 'late'",
        "update attendance_day set arrived_at = arrived_at + interval '1 s' where state = 'late'",
        "update attendance_day set left_at = null where state = 'left_early'",
        "update attendance_day set person_kind = 'staff' where state = 'late'",
        "update attendance_day set state = 'absent_unexcused' where state = 'late'",
        "delete from attendance_day where state = 'late'",
        "insert into attendance_day (school_id, day, person_id, shift_id, person_kind, state)"
        " select school_id, day, gen_random_uuid(), shift_id, person_kind, 'present'"
        " from attendance_day where state = 'late'",
    ],
)
async def test_a_spoilt_row_is_reported_by_check_and_mended_without(
    owner: asyncpg.Connection, again: Rebuild, spoil: str
) -> None:
    good = await rows(owner)
    await owner.execute(spoil)
    spoilt = await rows(owner)

    assert [found.day for found in await again(check=True)] == [MONDAY, MONDAY + timedelta(days=1)]
    assert await rows(owner) == spoilt
    assert len(await again(check=False, last=MONDAY)) == 1
    (left,) = await again(check=True)
    assert left.day == MONDAY + timedelta(days=1)
    assert left.stored != left.derived
    assert len(await again(check=False)) == 1
    assert await rows(owner) == good


async def test_a_scan_that_was_undone_does_not_come_back(
    owner: asyncpg.Connection, again: Rebuild, gate: Gate, pupils: list[Student], clock: Clock
) -> None:
    scan = gate.scan(pupils[0].token)
    await gate.results(scan)
    answer = await gate.api.post(
        f"/v1/attendance/scans/{scan['event_id']}/undo", headers=gate.who.headers
    )
    assert answer.status_code == 200
    assert await again(check=True) == []
    # As if the undo had not reached the row.
    await owner.execute(
        "insert into attendance_day (school_id, day, person_id, shift_id, person_kind, state)"
        " values ($1, $2, $3, $4, 'student', 'present')",
        gate.school.id,
        MONDAY + timedelta(days=2),
        pupils[0].id,
        gate.school.morning_id,
    )
    (found,) = await again(check=False)
    assert (found.person_id, found.derived) == (pupils[0].id, None)
    assert await again(check=True) == []
    assert len(await rows(owner)) == 6


async def test_what_nobody_has_decided_is_no_state(
    owner: asyncpg.Connection, again: Rebuild, world: World, school: School
) -> None:
    ill = await world.student(school, "Lê Thị Dung")
    await owner.execute(
        "insert into attendance_day (school_id, day, person_id, shift_id, person_kind, state)"
        " values ($1, $2, $3, $4, 'student', 'absent_excused')",
        school.id,
        MONDAY,
        ill.id,
        school.morning_id,
    )
    (found,) = await again(check=False)
    assert (found.person_id, found.derived) == (ill.id, None)
    assert len(await rows(owner)) == 6


async def test_days_in_a_shift_that_has_ended_are_rebuilt_too(
    owner: asyncpg.Connection, again: Rebuild
) -> None:
    good = await rows(owner)
    await owner.execute("update shift set ended_at = now()")
    await owner.execute("delete from attendance_day")
    assert len(await again(check=False)) == 6
    assert await rows(owner) == good


async def test_scans_that_go_on_meanwhile_are_no_differences(
    again: Rebuild, gate: Gate, pupils: list[Student], clock: Clock
) -> None:
    clock.now = clock.now.replace(hour=6, minute=30)
    is_over = False

    async def scan() -> None:
        for number in range(40):
            clock.now += timedelta(seconds=30)
            direction = "out" if number % 2 else "in"
            await gate.results(*(gate.scan(pupil.token, direction) for pupil in pupils))

    async def check() -> int:
        checks = 0
        while not is_over:
            assert await again(check=False) == []
            checks += 1
        return checks

    checking = asyncio.create_task(check())
    await scan()
    is_over = True
    assert await checking > 3
    assert await again(check=True) == []


async def test_people_are_locked_in_the_order_in_which_batches_of_scans_lock_them(
    again: Rebuild, owner: asyncpg.Connection, school: School
) -> None:
    lock = "select pg_advisory_xact_lock(hashtextextended($1::uuid::text, $2))"
    key = "select hashtextextended($1::uuid::text, $2)"
    keys = {
        each: await owner.fetchval(key, each, school.id) for each in [new_id() for _ in range(20)]
    }
    ordered = next(
        [one, other] for one in keys for other in keys if one > other and keys[one] < keys[other]
    )
    for person_id in ordered:
        await owner.execute(
            "insert into attendance_day (school_id, day, person_id, shift_id, person_kind, state)"
            " values ($1, $2, $3, $4, 'student', 'present')",
            school.id, MONDAY, person_id, school.morning_id,
        )  # fmt: skip
    async with owner.transaction():
        await owner.execute("set local lock_timeout = '3s'")
        await owner.execute(lock, ordered[0], school.id)
        rebuilding = asyncio.ensure_future(again(check=False, last=MONDAY))
        waiting = "select exists (select from pg_locks where locktype = 'advisory' and not granted)"
        await until(lambda: owner.fetchval(waiting))
        await owner.execute(lock, ordered[1], school.id)
    assert len(await rebuilding) == 2


async def test_the_command_fails_a_check_that_finds_something_and_repairs_without_it(
    owner: asyncpg.Connection, settings: Settings, school: School
) -> None:
    good = await rows(owner)

    async def command(*args: str) -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "scripts.cli", "attendance", "rebuild", *args],
            env={
                "PATH": os.environ["PATH"],
                "DATABASE_URL": settings.require_database_url(),
                "REDIS_URL": settings.require_redis_url(),
                "MASTER_KEY": MASTER_KEY,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    await owner.execute("update attendance_day set state = 'present' where state = 'late'")
    span = ("--from", "2026-11-16", "--to", "2026-11-17")
    failed, other_school, backwards = await asyncio.gather(
        command("--check", *span),
        command("--check", "--school", "1", *span),
        command("--from", "2026-11-17", "--to", "2026-11-16"),
    )
    assert (failed.returncode, failed.stdout.splitlines()) == (
        1,
        [
            f"school {school.id}, 2026-11-16: 1 present -> late",
            f"school {school.id}, 2026-11-17: 1 present -> late",
            "2 rows differ.",
        ],
    )
    assert (other_school.returncode, other_school.stdout) == (0, "0 rows differ.\n")
    assert (backwards.returncode, backwards.stderr) == (
        1,
        "cong-truong: --from 2026-11-17 is after --to 2026-11-16.\n",
    )
    assert await rows(owner) != good
    repaired = await command("--school", str(school.id), *span)
    assert (repaired.returncode, repaired.stdout.splitlines()[-1]) == (0, "2 rows were repaired.")
    assert await rows(owner) == good
