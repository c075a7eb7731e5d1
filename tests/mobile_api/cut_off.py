"""A school at the cut-off, as tests want it: pupils, scanners that beat, runs and what they say."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from app import db
from app.attendance.absence.model import Due
from app.attendance.absence.ticker import Summary, run_due
from app.attendance.queries import lock_people
from app.ids import new_id
from mobile_api.resources import Resources
from tests.conftest import HANOI
from tests.gate import Gate
from tests.world import EVERY_DAY, Person, School, Student, World

CUT_OFF = datetime(2026, 11, 16, 7, 30, tzinfo=HANOI)
ALERT = CUT_OFF + timedelta(minutes=15)
DAY = "2026-11-16"


async def beat(gate: Gate, *, pending: int = 0, closed: bool = False) -> None:
    """The gate's phone says that it lives."""
    answer = await gate.api.put(
        f"/v1/attendance/scanners/{gate.who.device_id}",
        json={
            "station_id": str(gate.station_id),
            "pending": pending,
            "oldest_at": gate.clock.now.isoformat() if pending else None,
            "closed": closed,
        },
        headers=gate.who.headers,
    )
    assert answer.status_code == 200, answer.text


async def class_of(world: World, school: School, count: int) -> list[Student]:
    """Pupils of 6A1."""
    return [await world.student(school, f"Em Số {n:02}") for n in range(count)]


async def come(gate: Gate, pupils: Sequence[Student]) -> None:
    """All of them are scanned in now."""
    results = await gate.results(*[gate.scan(pupil.token) for pupil in pupils])
    assert {result["outcome"] for result in results} <= {"ok", "late"}, results


async def morning(gate: Gate, pupils: Sequence[Student], *, but: int = 1) -> None:
    """All but the first few come, and the scanner beats; the clock stands at the alert."""
    gate.clock.now = CUT_OFF - timedelta(minutes=30)
    await beat(gate)
    if pupils[but:]:
        await come(gate, pupils[but:])
    gate.clock.now = ALERT
    await beat(gate)


async def excuse(owner: asyncpg.Connection, pupil: Student, part: str) -> None:
    """Leave for the day, approved long ago."""
    await owner.execute(
        "insert into leave_request (school_id, id, person_kind, person_id, from_day, to_day, part,"
        " exit_at, reason_sealed, state, covers_to, requested_by, requested_as, created_at,"
        " decided_by, decided_at) values ($1, $2, 'student', $3, $4, $4, $5, $6, 'x', 'approved',"
        " $4, $2, 'guardian', $7, $2, $7)",
        pupil.school_id,
        new_id(),
        pupil.id,
        CUT_OFF.date(),
        part,
        time(10) if part == "early_exit" else None,
        CUT_OFF - timedelta(days=1),
    )


async def shift(owner: asyncpg.Connection, school: School, starts_at: time, ends_at: time) -> UUID:
    """One more shift, late after five minutes, with its cut-off after half an hour."""
    shift_id = new_id()
    await owner.execute(
        "insert into shift (school_id, id, name, starts_at, ends_at, late_after, cut_off, weekdays)"
        " values ($1, $2, 'Ca khác', $3, $4, $5, $6, $7)",
        school.id,
        shift_id,
        starts_at,
        ends_at,
        starts_at.replace(minute=starts_at.minute + 5),
        starts_at.replace(minute=starts_at.minute + 30),
        EVERY_DAY,
    )
    return shift_id


async def run_now(resources: Resources, **more: Any) -> Summary:
    return await run_due(resources.pool, now=resources.clock(), **more)


async def held_morning(
    gate: Gate, pupils: Sequence[Student], resources: Resources, *, but: int
) -> None:
    """So many of the school are missing that the run waits for the principal."""
    await morning(gate, pupils, but=but)
    (run,) = (await run_now(resources)).runs
    assert (run.told, run.held > 0) == (0, True)


def due_of(school: School) -> Due:
    """The run of the morning, as the ticker finds it."""
    return Due(school_id=school.id, plan_version=0, day=CUT_OFF.date(), shift_id=school.morning_id)


async def until_it_waits(owner: asyncpg.Connection, running: asyncio.Task[Any]) -> None:
    """For the lock that somebody else holds."""
    waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
    while not await owner.fetchval(waiting):
        assert not running.done(), "it did not ask for the lock"


@contextlib.asynccontextmanager
async def run_that_waits(
    pupil: Student, resources: Resources, owner: asyncpg.Connection
) -> AsyncIterator[tuple[asyncio.Task[Summary], db.Conn]]:
    """A run that asks for the pupil's lock, held as by a scan until the block ends."""
    async with db.transaction(resources.pool, schools=[pupil.school_id]) as conn:
        await lock_people(conn, school_id=pupil.school_id, person_ids=[pupil.id])
        running = asyncio.create_task(run_now(resources))
        await until_it_waits(owner, running)
        yield running, conn


async def close_school(owner: asyncpg.Connection, school: School) -> None:
    """For the day, in the calendar."""
    await owner.execute(
        "insert into calendar_day (school_id, day, kind, name) values ($1, $2, 'closure', '')",
        school.id,
        CUT_OFF.date(),
    )


async def told(owner: asyncpg.Connection, kind: str = "absence") -> list[UUID]:
    """The pupils (of `absence_held`: the principals' accounts) in the outbox, as often as told."""
    who = "account_id" if kind == "absence_held" else "student_id"
    rows = await owner.fetch(f"select {who} as who from outbox where kind = $1", kind)
    return [row["who"] for row in rows]


async def cases(owner: asyncpg.Connection) -> dict[UUID, list[str]]:
    rows = await owner.fetch("select student_id, doubts from absence_case")
    return {row["student_id"]: row["doubts"] for row in rows}


async def states(owner: asyncpg.Connection) -> dict[UUID, str]:
    rows = await owner.fetch("select person_id, state from attendance_day")
    return {row["person_id"]: row["state"] for row in rows}


async def send_decision(
    api: httpx.AsyncClient,
    school: School,
    who: Person,
    decision: str,
    student_ids: list[UUID] | None = None,
) -> httpx.Response:
    return await api.post(
        f"/v1/schools/{school.id}/absences/{DAY}/decisions",
        json={
            "decision": decision,
            "shift_id": str(school.morning_id),
            "student_ids": None if student_ids is None else [str(each) for each in student_ids],
        },
        headers=who.headers,
    )


async def decide(
    api: httpx.AsyncClient,
    school: School,
    who: Person,
    decision: str,
    student_ids: list[UUID] | None = None,
) -> dict[str, Any]:
    answer = await send_decision(api, school, who, decision, student_ids)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
