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
from app.attendance.leave import people
from app.attendance.leave import queries as leave
from tests.world import World

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
    (people.deciders, (1, ONE, ONE, NOW)),
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


_YEAR = """
insert into school (id, org_unit_id, name, level) select n, 1, 'Trường', 'primary'
  from generate_series(1, 2) n;
insert into leave_request (school_id, id, person_kind, person_id, from_day, to_day, part,
    reason_sealed, state, covers_to, requested_by, requested_as, created_at, decided_by, decided_at)
select s, gen_random_uuid(), 'student', gen_random_uuid(), d, d, 'day', '-',
       case when n % 100 > 0 then 'approved' else 'pending' end,
       case when n % 100 > 0 then d end, gen_random_uuid(), 'guardian', d,
       case when n % 100 > 0 then gen_random_uuid() end, case when n % 100 > 0 then d end
  from generate_series(1, 2) s, generate_series(1, 3000) n,
       lateral (select date '2026-11-17' - n / 15 as d) x;
analyze leave_request
"""


async def test_a_year_of_leave_is_read_by_what_is_asked_of_it(
    world: World, owner: asyncpg.Connection
) -> None:
    await world.org_unit(unit_id=1)
    await owner.execute(_YEAR)
    sql = inspect.getsource(leave.approved_leave).split('"""')[3]
    assert "leave_request_covering" in await explained(owner, sql, 1, None, DAY, DAY)
    assert "leave_request_of_person" in await explained(owner, sql, 1, [ONE], DAY, DAY)
    for person_id, state, index in (
        (ONE, None, "leave_request_of_person"),
        (None, "pending", "leave_request_pending"),
    ):
        # As a principal asks: the whole school, narrowed by a pupil or by what waits.
        args = (
            [1],
            NONE,
            NONE,
            NONE,
            [1],
            NONE,
            ONE,
            None,
            person_id,
            None,
            state,
            None,
            None,
            51,
            NONE,
            None,
        )
        assert index in await explained(owner, leave._REQUESTS, *args)


async def test_what_is_looked_for_each_second_is_only_what_is_not_done(
    owner: asyncpg.Connection,
) -> None:
    sql = inspect.getsource(fanout.due_errands).split('"""')[3]
    plan = await explained(owner, sql, NOW, 20, role="ct_worker")
    assert "closure_fanout_due" in plan
