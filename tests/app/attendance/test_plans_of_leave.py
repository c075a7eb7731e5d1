"""What the gate, the school and the workers ask of leave and closures goes by index."""

import inspect
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.attendance.closures import fanout, telling
from app.attendance.closures import queries as closures
from app.attendance.leave import queries as leave

DAY, NOW = date(2026, 11, 16), datetime(2026, 11, 16, 0, 45, tzinfo=UTC)
ONE = UUID(int=1)
NONE: list[Any] = []

STATEMENTS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (leave.approved_leave, (1, None, DAY, DAY)),
    (leave.approved_leave, (1, [ONE], DAY, DAY)),
    (leave.exit_slips, ([1], [ONE], [DAY])),
    (leave.slips_of_school, (1, DAY)),
    (leave.overlapping, (1, ONE, DAY, DAY, "day")),
    (leave.waiting_requests, (1, ONE)),
    (leave.deciders, (1, ONE, ONE, NOW)),
    (closures.closure, (ONE,)),
    (closures.closures, ([1], [1], [1], [1], None, DAY, None, 51)),
    (fanout.due_errands, (NOW, 20)),
    (telling.take, (1, ONE, "declared")),
    (telling.touched_people, (1, DAY, DAY)),
    (telling.audience, (1, NOW)),
]


async def explained(owner: asyncpg.Connection, sql: str, *args: Any, role: str = "ct_app") -> str:
    async with owner.transaction():
        await owner.execute(f"set local role {role}; set local enable_seqscan = off")
        await owner.execute("set local app.schools = '{1}'")
        return "\n".join(row[0] for row in await owner.fetch("explain " + sql, *args))


@pytest.mark.parametrize(("query", "args"), STATEMENTS)
async def test_a_statement_goes_by_index(
    owner: asyncpg.Connection, query: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    sql = inspect.getsource(query).split('"""')[3]
    role = "ct_worker" if query is fanout.due_errands else "ct_app"
    plan = await explained(owner, sql, *args, role=role)
    assert re.findall(r"Seq Scan on (\w+)", plan) == [], plan
    assert "Index" in plan


@pytest.mark.parametrize(
    ("person_id", "state", "index"),
    [(ONE, None, "leave_request_of_person"), (None, "pending", "leave_request_pending")],
)
async def test_a_list_of_requests_goes_by_the_pupil_or_by_what_waits(
    owner: asyncpg.Connection, person_id: UUID | None, state: str | None, index: str
) -> None:
    # As PostgreSQL plans the first calls: with the values, of which most say "all".
    args = ([1], NONE, NONE, NONE, [1], NONE, ONE, None, person_id, None, state, None, None, 51)
    plan = await explained(owner, leave._REQUESTS, *args)
    assert re.findall(r"Seq Scan on (\w+)", plan) == [], plan
    assert index in plan or "leave_request_pkey" in plan


async def test_what_is_looked_for_each_second_is_only_what_is_not_done(
    owner: asyncpg.Connection,
) -> None:
    sql = inspect.getsource(fanout.due_errands).split('"""')[3]
    plan = await explained(owner, sql, NOW, 20, role="ct_worker")
    assert "closure_fanout_due" in plan


async def test_leave_that_covers_a_day_is_found_by_what_it_covers(
    owner: asyncpg.Connection,
) -> None:
    sql = inspect.getsource(leave.approved_leave).split('"""')[3]
    assert "leave_request_covering" in await explained(owner, sql, 1, None, DAY, DAY)
