"""The queue of reviews and the month of staff are read by index, whatever else was scanned."""

import inspect
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.attendance.hours import queries as hours
from app.attendance.reviews import queries as reviews

SCHOOL, LAST = 7, date(2026, 11, 27)
FIRST = LAST - timedelta(days=45)
NOW = datetime(2026, 11, 27, 5, tzinfo=UTC)
SOMEBODY = UUID(int=5)


@pytest.fixture
async def province(owner: asyncpg.Connection) -> asyncpg.Connection:
    """Three schools of 200 people, two months of four scans a day, one in forty uncertain."""
    await owner.execute(
        """
        insert into scan_event (school_id, day, id, person_kind, person_id, direction, outcome,
               source, device_id, station_id, scanned_by, occurred_at, scanned_at, received_at,
               clock, verdict)
        select school, day, gen_random_uuid(),
               case when person < 10 then 'staff' else 'student' end,
               ('00000000-0000-0000-0000-' || lpad(to_hex(person), 12, '0'))::uuid,
               case nth % 2 when 0 then 'in' else 'out' end,
               case when (person + nth + day::date - '2026-10-01'::date) % 40 = 0
                    then 'pending_review' else 'ok' end,
               'card', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(),
               day + nth * interval '2 hours', day + nth * interval '2 hours',
               day + nth * interval '2 hours', 'mono', 'no_fix'
          from generate_series(6, 8) as school, generate_series(1, 200) as person,
               generate_series(1, 4) as nth,
               generate_series('2026-10-01'::timestamp, '2026-11-27', '2 days') as day
        """
    )
    await owner.execute("analyze scan_event")
    return owner


async def plan_of(owner: asyncpg.Connection, query: Callable[..., Any], *args: Any) -> str:
    """How the server runs the statement of `query` as the application."""
    sql = inspect.getsource(query).split('"""')[3]
    async with owner.transaction():
        await owner.execute(f"set local role ct_app; set local app.schools = '{{{SCHOOL}}}'")
        rows = await owner.fetch("explain " + sql, *args)
    return "\n".join(row[0] for row in rows)


def scans_of(plan: str, table: str) -> set[str]:
    """The ways in which a table's partitions are read."""
    pattern = rf"(\w+ Scan|\w+ \w+ Scan)(?: Backward)?(?: using (\w+))? on {table}_\d+"
    return {f"{how} {index}" for how, index in re.findall(pattern, plan)}


def waiting_args(**asked: Any) -> list[Any]:
    top = [LAST + timedelta(days=1), NOW, UUID(int=0)]
    names = ("reason", "person_id", "device_id", "person_kind")
    return [SCHOOL, FIRST, LAST, *top, *(asked.get(name) for name in names), 51]


async def test_the_queue_is_read_from_its_own_index_in_order(province: asyncpg.Connection) -> None:
    plan = await plan_of(province, reviews.waiting, *waiting_args())
    found = scans_of(plan, "scan_event")
    assert found
    assert all("to_review" in each or "school_id_day_occurred_at" in each for each in found), plan
    # Read in its order: a page costs a page, however many wait.
    assert "Sort Key: e.day" not in plan, plan
    assert "Seq Scan on scan_event" not in plan


@pytest.mark.parametrize("asked", [{"person_id": SOMEBODY}, {"device_id": SOMEBODY}])
async def test_filters_read_no_table_from_end_to_end(
    province: asyncpg.Connection, asked: dict[str, Any]
) -> None:
    plan = await plan_of(province, reviews.waiting, *waiting_args(**asked))
    assert "Seq Scan on scan_event" not in plan, plan


@pytest.mark.parametrize(
    ("query", "args"),
    [
        (reviews.tallies, [SCHOOL, FIRST, LAST]),
        (reviews.obvious_groups, [SCHOOL, FIRST, LAST, 200, 100, 5, 120, 20, SOMEBODY]),
        (reviews.standing, [SCHOOL, [SOMEBODY], FIRST, LAST]),
        (reviews.told_outside_shifts, [SCHOOL, [SOMEBODY], [LAST], [SOMEBODY]]),
        (reviews.scans_beside, [SCHOOL, [SOMEBODY], [LAST], LAST, LAST]),
    ],
)
async def test_counts_and_decisions_read_what_waits_alone(
    province: asyncpg.Connection, query: Callable[..., Any], args: list[Any]
) -> None:
    plan = await plan_of(province, query, *args)
    assert "Seq Scan on scan_event" not in plan, plan
    assert scans_of(plan, "scan_event") | set(re.findall(r"Bitmap Index Scan", plan)), plan


async def test_a_month_of_staff_is_read_by_person(province: asyncpg.Connection) -> None:
    args = [SCHOOL, [UUID(int=n) for n in range(1, 10)], date(2026, 11, 1), date(2026, 11, 30)]
    plan = await plan_of(province, hours.scans_that_count, *args)
    assert "Seq Scan on scan_event" not in plan, plan
    assert "Seq Scan on scan_refusal" not in plan or "scan_refusal_202611" in plan
    conditions = re.findall(r"scan_event_2026\d\d.*\n\s+Index Cond: (.*)", plan)
    assert conditions, plan
    assert all("person_id" in each and "day" in each for each in conditions)
    # Of one month's partition.
    assert set(re.findall(r"scan_event_(\d{6})", plan)) == {"202611"}
