"""Whose rows a transaction sees, and what an error of the database means."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, ValidationError

from app import db
from app.ids import new_id
from tests.world import School, World


@pytest.fixture
async def schools(world: World) -> list[School]:
    found = [await world.school() for _ in range(3)]
    for school in found:
        await world.student(school)
    return found


@pytest.fixture
async def pool(database: str, schools: list[School]) -> AsyncIterator[db.Pool]:
    pool = await db.create_pool(database, role=db.APP_ROLE, size=1)
    yield pool
    await pool.close()


async def seen(conn: db.Conn) -> set[int]:
    return {row["school_id"] for row in await db.rows(conn, "select school_id from student")}


async def test_a_transaction_sees_exactly_the_schools_it_states(
    pool: db.Pool, schools: list[School]
) -> None:
    first, second, _ = (school.id for school in schools)
    async with db.transaction(pool, schools=[first]) as conn:
        assert await seen(conn) == {first}
    async with db.transaction(pool, schools=[second, first, second]) as conn:
        assert await seen(conn) == {first, second}
    async with db.transaction(pool) as conn:
        assert await seen(conn) == set()


async def test_nothing_is_seen_on_the_same_connection_once_the_transaction_is_over(
    pool: db.Pool, schools: list[School]
) -> None:
    async with pool.acquire() as conn:
        assert await seen(conn) == set()
        async with conn.transaction():
            await db.scope(conn, schools=[schools[0].id])
            assert await seen(conn) == {schools[0].id}
        assert await seen(conn) == set()
    with pytest.raises(RuntimeError):
        async with db.transaction(pool, schools=[schools[0].id]):
            raise RuntimeError
    async with pool.acquire() as conn:
        assert await seen(conn) == set()


async def test_stating_again_replaces_and_does_not_add(
    pool: db.Pool, schools: list[School]
) -> None:
    async with db.transaction(pool, schools=[schools[0].id, schools[1].id]) as conn:
        await db.scope(conn, schools=[schools[2].id])
        assert await seen(conn) == {schools[2].id}
        await db.scope(conn)
        assert await seen(conn) == set()


async def test_of_an_account_only_its_own_rows_are_seen(pool: db.Pool, world: World) -> None:
    mine, other = (await world.account()).account_id, (await world.account()).account_id
    for account_id in (mine, other):
        await world.owner.execute(
            "insert into notification_preference (account_id, kind, channel, is_enabled)"
            " values ($1, 'announcement', 'push', false)",
            account_id,
        )
    async with db.transaction(pool, accounts=[mine]) as conn:
        assert await db.value(
            conn, "select array_agg(account_id) from notification_preference"
        ) == [mine]


@pytest.mark.parametrize(
    "schools",
    [
        ["1}'; drop table student; --"],
        ["1'; set local role postgres; --"],
        ["{1,2}"],
        [None],
        ["1 or true"],
    ],
)
def test_text_that_carries_sql_is_no_school(schools: list[Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        db.scope_sql(schools=schools)


class Liar(str):
    """A text that looks like one thing and is written as another."""

    def __str__(self) -> str:
        return "'; drop table student; --"


@pytest.mark.parametrize("account", ["'; drop table account; --", "", "{}", Liar(UUID(int=1))])
def test_text_that_carries_sql_is_no_account(account: Any) -> None:
    with pytest.raises(ValueError, match="badly formed"):
        db.scope_sql(accounts=[account])


@given(st.lists(st.integers() | st.booleans() | st.text()), st.lists(st.uuids() | st.text()))
def test_whatever_is_asked_the_statement_holds_numbers_and_ids_alone(
    schools: list[Any], accounts: list[Any]
) -> None:
    try:
        sql = db.scope_sql(schools=schools, accounts=accounts)
    except (ValueError, TypeError):
        return
    first, second = sql.split("; ")
    assert set(first.removeprefix("set local app.schools = '{").removesuffix("}'")) <= set(
        "-,0123456789"
    )
    assert set(second.removeprefix("set local app.account = '{").removesuffix("}'")) <= set(
        "-,0123456789abcdef"
    )


class Row(Struct, frozen=True, kw_only=True):
    id: UUID
    n: int


async def test_rows_come_typed_and_a_drift_fails_at_the_query(owner: asyncpg.Connection) -> None:
    row_id = new_id()
    sql = "select $1::uuid as id, n from generate_series(1, 2) as n"
    assert await db.one(owner, Row, sql, row_id) == Row(id=row_id, n=1)
    assert await db.many(owner, Row, sql, row_id) == [Row(id=row_id, n=n) for n in (1, 2)]
    assert await db.one(owner, Row, f"{sql} where false", row_id) is None
    with pytest.raises(ValidationError):
        await db.one(owner, Row, "select $1::uuid as id, 'x' as n", row_id)
    with pytest.raises(ValidationError):
        await db.many(owner, Row, "select $1::uuid as id", row_id)


async def test_run_says_how_many_rows_were_touched(world: World) -> None:
    school = await world.school()
    sql = "update school set name = 'Trường' where id = $1"
    assert await db.run(world.owner, sql, school.id) == 1
    assert await db.run(world.owner, sql, -1) == 0
    assert await db.run(world.owner, "set statement_timeout = 0") == 0


async def test_json_goes_in_and_out_as_values(owner: asyncpg.Connection) -> None:
    value = {"tên": "Án", "n": [1, None, {"x": 1.5}]}
    assert await db.value(owner, "select $1::jsonb", value) == value
    assert await db.value(owner, "select null::jsonb") is None


@pytest.mark.parametrize(
    ("error", "is_away"),
    [
        # asyncpg's words for a connection whose FATAL came in while it was idle.
        (asyncpg.InternalClientError("cannot switch to state 12"), True),
        (ConnectionRefusedError(), True),
        (FileNotFoundError(), True),
        (TimeoutError(), True),
        (asyncpg.ConnectionDoesNotExistError(), True),
        (asyncpg.CannotConnectNowError(), True),
        (asyncpg.AdminShutdownError(), True),
        (asyncpg.TooManyConnectionsError(), True),
        (asyncpg.InterfaceError("the connection is closed"), True),
        (asyncpg.UniqueViolationError(), False),
        (asyncpg.DeadlockDetectedError(), False),
        (asyncpg.UndefinedTableError(), False),
        (ValueError(), False),
    ],
)
def test_a_server_that_is_away_is_told_from_a_bug(error: Exception, is_away: bool) -> None:
    assert db.is_away(error) == is_away


async def test_a_missing_partition_is_told_from_a_bad_value(owner: asyncpg.Connection) -> None:
    await owner.execute("create temp table p (d date, n int check (n > 0)) partition by range (d)")
    with pytest.raises(asyncpg.CheckViolationError) as missing:
        await owner.execute("insert into p values ('2026-01-01', 1)")
    assert db.lacks_partition(missing.value)
    await owner.execute("create temp table q partition of p default")
    with pytest.raises(asyncpg.CheckViolationError) as bad:
        await owner.execute("insert into p values ('2026-01-01', 0)")
    assert not db.lacks_partition(bad.value)
    assert not db.lacks_partition(ValueError())
