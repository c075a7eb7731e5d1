"""What the worker asks each few seconds, and once a shift, goes by index from the first day on.

A plan made while a month's partition is empty is kept while it fills: it must be a good one then.
"""

import inspect
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.attendance.absence import lists, queries
from app.attendance.leave import queries as leave
from app.monitoring import queries as board
from app.monitoring import rollup

DAY, NOW = date(2026, 11, 16), datetime(2026, 11, 16, 0, 45, tzinfo=UTC)
ONE = UUID(int=1)
BEATS = (datetime.combine(DAY, time(), UTC), NOW, NOW - timedelta(days=7), NOW - timedelta(days=30))

STATEMENTS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (queries.due, ([1, 2], DAY, NOW)),
    (queries.in_use, ([1, 2], DAY)),
    (queries.pupils_of_shift, (1, DAY, ONE, [ONE], [ONE], NOW, None)),
    (queries.scanners, (1, *BEATS)),
    (queries.campuses_of, (1, [ONE])),
    (queries.refused_codes, (1, DAY, ["geo_outside"])),
    (queries.suspects, (1, DAY)),
    (queries.held_cases, (1, DAY, ONE, None)),
    (queries.cases_of, (1, DAY, ONE, [ONE])),
    (queries.put_decision, (1, DAY, ONE, "drop", ONE, NOW, [ONE], [ONE])),
    (queries.principals, (1, NOW)),
    (leave.approved_leave, (1, None, DAY, DAY)),
    (lists.runs_of_day, (1, DAY)),
    (lists.cases_of_day, (1, DAY, None, False, None, None, None, None, 51)),
    (lists._missing, (1, DAY, [ONE], [ONE], [ONE], [ONE], None, None, None, 51)),
    (board.stood, (1, DAY)),
    (board.waiting, (1, DAY)),
    (board.on_leave, (1, DAY, [ONE])),
    (rollup.moved, ([1, 2], DAY, NOW, timedelta(seconds=10), 7)),
    (rollup.stored, ([1, 2], DAY)),
]


@pytest.mark.parametrize(("query", "args"), STATEMENTS)
async def test_a_statement_goes_by_index_in_empty_tables(
    owner: asyncpg.Connection, query: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    sql = inspect.getsource(query).split('"""')[3 if (query.__doc__ or "") else 1]
    async with owner.transaction():
        await owner.execute(
            "set local role ct_app; set local enable_seqscan = off; set local app.schools = '{1,2}'"
        )
        plan = "\n".join(row[0] for row in await owner.fetch("explain " + sql, *args))
    read = re.findall(r"Seq Scan on (\w+)", plan)
    assert read == [], plan
    assert "Index" in plan


async def test_the_plan_that_is_kept_for_all_schools_looks_each_pupil_up(
    owner: asyncpg.Connection,
) -> None:
    """Not by comparing each with each, as it would for the few that it expects."""
    sql = inspect.getsource(queries.pupils_of_shift).split('"""')[3]
    async with owner.transaction():
        await owner.execute(
            "set local role ct_app; set local enable_seqscan = off; set local app.schools = '{1}';"
            "set local plan_cache_mode = force_generic_plan;"
            "prepare pupils (int, date, uuid, uuid[], uuid[], timestamptz, uuid[]) as " + sql
        )
        rows = await owner.fetch(
            f"explain execute pupils (1, '{DAY}', '{ONE}', '{{{ONE}}}', '{{}}', '{NOW}', null)"
        )
        await owner.execute("deallocate pupils")
    plan = "\n".join(row[0] for row in rows)
    assert "Seq Scan" not in plan
    limited = [part.partition("Index Cond")[0] for part in plan.split("Limit")[1:]]
    for table in ("student", "attendance_day_202611"):
        assert any(f" on {table} " in part for part in limited), plan
