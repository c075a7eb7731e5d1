"""What a board costs: a large school's day by its indexes, and nothing for a scan."""

import inspect
from collections.abc import Callable
from datetime import date, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app import db
from app.attendance import queries as attendance_queries
from app.monitoring import queries, service
from mobile_api.resources import Resources
from tests.conftest import Clock
from tests.world import School, World

DAY = date(2026, 11, 16)
PUPILS, CLASSES, DAYS = 2_000, 50, 40
_BOARD_S = 0.1  # on a busy machine; a quiet one takes a tenth

_FILL = """
with pupil as (
    insert into student (school_id, id, name, sort_key, search_key)
    select $1, gen_random_uuid(), 'Em ' || n, 'em', 'em' from generate_series(1, $2::int) n
    returning id),
numbered as (select id, (row_number() over ()) % $3::int as n from pupil),
class as (
    insert into school_class (school_id, id, school_year, grade, name, campus_id)
    select $1, gen_random_uuid(), '2026-2027', 6, '6A' || n, $4
      from generate_series(10, 9 + $3::int) n
    returning id),
shifts as (insert into class_shift select $1, id, $5 from class),
placed as (select p.id, c.id as class_id from numbered p
             join (select id, row_number() over () - 1 as n from class) c using (n)),
enrolled as (insert into enrolment (school_id, student_id, class_id, from_day)
    select $1, id, class_id, '2026-09-05' from placed),
scanned as (
    select p.id, d::date as day,
           d + interval '23 hours 30 minutes' - interval '1 day' + random() * interval '1 hour'
               as at
      from placed p, generate_series($6::date - $7::int + 1, $6::date, '1 day') d),
days as (insert into attendance_day (school_id, day, person_id, shift_id, person_kind, state,
        arrived_at)
    select $1, day, id, $5, 'student', 'present', at from scanned)
insert into scan_event (school_id, day, id, person_kind, person_id, direction, outcome, source,
    shift_id, station_id, campus_id, scanned_by, occurred_at, scanned_at, received_at, clock)
select $1, day, gen_random_uuid(), 'student', id, dir, 'ok', 'card', $5, $8, $4, id, at, at, at,
       'mono' from scanned, unnest(array['in', 'out']) dir
"""


@pytest.fixture
async def school(world: World, owner: asyncpg.Connection) -> School:
    """Two of 2,000 pupils, with 40 days of history."""
    for _ in range(2):
        school = await world.school()
        await owner.execute(
            _FILL, school.id, PUPILS, CLASSES, school.campus_id, school.morning_id, DAY, DAYS,
            school.gate_id,
        )  # fmt: skip
    await owner.execute("analyze")
    return school


async def plan_of(owner: asyncpg.Connection, query: Callable[..., Any], *args: Any) -> str:
    """How the server would run the statement of `query` for the application's role."""
    sql = inspect.getsource(query).split('"""')[3]
    async with owner.transaction():
        await owner.execute("set local role ct_app; set local app.schools = '{101,102}'")
        await owner.execute("set local enable_seqscan = off")
        rows = await owner.fetch("explain (analyze, costs off) " + sql, *args)
    return "\n".join(row[0] for row in rows)


async def test_a_large_schools_board_is_counted_by_index_and_quickly(
    owner: asyncpg.Connection, resources: Resources, school: School, clock: Clock
) -> None:
    now = clock.now
    for query, args in (
        (queries.stood, (school.id, DAY)),
        (queries.minutes, (school.id, DAY)),
        (queries.recorded, (school.id, DAY, now - timedelta(minutes=1), now)),
        (queries.refused, (school.id, DAY)),
        (queries.enrolled, (school.id, DAY)),
        (queries.campus_arrivals, (school.id, school.gate_id, DAY)),
        (queries.marks, ([school.id], DAY)),
    ):
        plan = await plan_of(owner, query, *args)
        for large in ("scan_event", "scan_refusal", "attendance_day", "enrolment"):
            assert f"Seq Scan on {large}" not in plan, plan
        # Of this school and this day alone: not the month's 160,000 scans.
        assert " 160000 " not in plan, plan
    took, looked = [], []
    async with db.transaction(resources.pool, schools=[school.id]) as conn:
        planned = await attendance_queries.plan(conn, school_id=school.id)
        for _ in range(12):
            began = perf_counter()
            board = await service.board(conn, plan=planned, now=now)
            took.append(perf_counter() - began)
            began = perf_counter()
            await queries.marks(conn, school_ids=[school.id], day=DAY)
            looked.append(perf_counter() - began)
    assert board.totals.arrived == PUPILS
    assert sum(board.arrivals) == PUPILS
    assert board.gates[0].scans == 2 * PUPILS
    assert min(took) < _BOARD_S
    assert min(looked) < _BOARD_S / 10


async def test_a_look_at_a_day_reads_one_receipt(owner: asyncpg.Connection, school: School) -> None:
    plan = await plan_of(owner, queries.marks, [school.id], DAY)
    (scan,) = [line for line in plan.splitlines() if "Backward" in line]
    assert "received_at_idx" in scan
    assert "rows=1.00" in scan


async def test_no_scans_look_up_can_take_the_boards_index(owner: asyncpg.Connection) -> None:
    """With the table empty, when the planner would take any that costs as little."""
    today = await owner.fetchval("select current_date")
    plan = await plan_of(
        owner,
        attendance_queries.history,
        [1, 2],
        [UUID(int=1), UUID(int=2)],
        [today, today],
        today,
        today,
    )
    assert "scan_event" in plan
    assert "received_at" not in plan
