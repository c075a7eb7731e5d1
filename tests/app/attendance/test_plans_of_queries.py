"""The look-ups of a scan go by key from the first scan on.

A plan made while a table is empty is kept while it fills, so it must be a good one by then.
"""

import inspect
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.attendance import queries

SCHOOLS, IDS = [1, 2], [UUID(int=1), UUID(int=2)]


async def plan_of(owner: asyncpg.Connection, query: Callable[..., Any], *args: Any) -> str:
    """How the server would run the statement of `query`, in the roles and modes of a scan."""
    sql = inspect.getsource(query).split('"""')[3]
    async with owner.transaction():
        await owner.execute(
            "set local role ct_app; set local enable_seqscan = off; set local app.schools = '{1,2}'"
        )
        rows = await owner.fetch("explain " + sql, *args)
    return "\n".join(row[0] for row in rows)


async def test_a_receipt_is_found_by_its_key_in_an_empty_table(owner: asyncpg.Connection) -> None:
    plan = await plan_of(owner, queries.receipts, SCHOOLS, IDS)
    assert "scan_receipt_pkey" in plan
    assert "event_id = q.event_id" in plan.partition("Index Cond")[2].partition("\n")[0]


@pytest.mark.parametrize("table", ["scan_event", "scan_refusal"])
async def test_a_persons_day_is_found_by_the_person_in_an_empty_table(
    owner: asyncpg.Connection, table: str
) -> None:
    today = await owner.fetchval("select current_date")
    plan = await plan_of(owner, queries.history, SCHOOLS, IDS, [today, today], today, today)
    conditions = [
        line
        for scan in plan.split(f"Index Scan using {table}")[1:]
        for line in scan.splitlines()
        if "Index Cond" in line
    ][:1]
    assert conditions
    assert "person_id" in conditions[0]
    assert "day = " in conditions[0]


async def test_a_persons_day_opens_the_partitions_of_its_month_alone(
    owner: asyncpg.Connection,
) -> None:
    today = await owner.fetchval("select current_date")
    plan = await plan_of(owner, queries.history, SCHOOLS, IDS, [today, today], today, today)
    opened = set(re.findall(r"(?:scan_event|scan_refusal|attendance_correction)_\d{6}", plan))
    assert {name.rpartition("_")[2] for name in opened} == {f"{today:%Y%m}"}
    assert (
        await owner.fetchval("select count(*) from pg_class where relname ~ '^scan_event_.{6}$'")
        > 1
    )


async def test_the_schools_of_a_transaction_are_read_once_a_statement(
    owner: asyncpg.Connection,
) -> None:
    today = await owner.fetchval("select current_date")
    for query, args in (
        (queries.receipts, (SCHOOLS, IDS)),
        (queries.history, (SCHOOLS, IDS, [today, today], today, today)),
    ):
        plan = await plan_of(owner, query, *args)
        assert "school_id = ANY" in plan
        # A cast there is one for each row.
        assert "::integer[]" not in plan
