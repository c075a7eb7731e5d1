"""The data layer: a pool, transactions that say whose rows they may see, and typed rows.

Row level security is the second wall (DESIGN 2.3): each transaction states, by `SET LOCAL`, the
schools and the account it works for. Unset means no row.
"""

import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

Conn = asyncpg.Connection | PoolConnectionProxy
Pool = asyncpg.Pool
T = TypeVar("T")

UniqueViolation = asyncpg.UniqueViolationError
ForeignKeyViolation = asyncpg.ForeignKeyViolationError
CheckViolation = asyncpg.CheckViolationError
PostgresError = asyncpg.PostgresError
LockNotAvailable = asyncpg.LockNotAvailableError
ExclusionViolation = asyncpg.ExclusionViolationError
InterfaceError = asyncpg.InterfaceError

APP_ROLE = "ct_app"
RELAY_ROLE = "ct_relay"
WORKER_ROLE = "ct_worker"


async def connect(dsn: str, *, role: str | None = None) -> asyncpg.Connection:
    """One connection, with our codecs and, if given, under `role`."""
    connection = await asyncpg.connect(dsn, server_settings=_server_settings(role))
    await _set_codecs(connection)
    return connection


async def create_pool(
    dsn: str,
    *,
    role: str,
    size: int = 10,
    command_s: float = 30,
    plans_once: bool = False,
) -> Pool:
    """A pool whose connections work under `role`, which owns nothing; `command_s` a statement.

    The reset query after each use is left out (it costs one round trip, STACK.md): the only
    session state we ever set is `SET LOCAL`, which ends with its transaction. `plans_once`: each
    statement is planned once a connection, whatever its values; for few statements, run often,
    each by its keys alone.
    """
    settings = _server_settings(role)
    if plans_once:
        settings["plan_cache_mode"] = "force_generic_plan"
    return await asyncpg.create_pool(
        dsn,
        min_size=min(2, size),
        max_size=size,
        init=_set_codecs,
        reset=_no_reset,
        server_settings=settings,
        command_timeout=command_s,
        timeout=10,
    )


async def _no_reset(_conn: object) -> None:
    return None


def _server_settings(role: str | None) -> dict[str, str]:
    settings = {"application_name": "cong-truong", "timezone": "UTC"}
    if role:
        settings["role"] = role
    return settings


async def _set_codecs(conn: asyncpg.Connection) -> None:
    await conn.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )


@asynccontextmanager
async def transaction(
    pool: Pool, *, schools: Iterable[int] = (), accounts: Iterable[UUID] = ()
) -> AsyncIterator[Conn]:
    """One transaction that sees the rows of exactly these schools and accounts."""
    async with pool.acquire() as conn, conn.transaction():
        await scope(conn, schools=schools, accounts=accounts)
        yield conn


@asynccontextmanager
async def scoped(conn: Conn, *, schools: Iterable[int]) -> AsyncIterator[None]:
    """A transaction that begins and states its schools in one round trip, for the hot path.

    Without sequential scans: on the first morning of a month the partitions are empty, and a plan
    made for an empty table would be kept while it fills.
    """
    await conn.execute("begin; set local enable_seqscan = off; " + scope_sql(schools=schools))
    try:
        yield
    except BaseException:
        # A server that is gone has rolled back already.
        with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await conn.execute("rollback")
        raise
    await conn.execute("commit")


async def scope(conn: Conn, *, schools: Iterable[int] = (), accounts: Iterable[UUID] = ()) -> None:
    """State, within the current transaction, whose rows it may see; it replaces what was stated.

    Literals, not `set_config()`: cheaper, and the only form that Citus propagates. Integers and
    UUIDs cannot carry SQL.
    """
    await conn.execute(scope_sql(schools=schools, accounts=accounts))


def scope_sql(*, schools: Iterable[int] = (), accounts: Iterable[UUID] = ()) -> str:
    """The `SET LOCAL` statements of `scope`, for a caller that sends them with its `begin`."""
    ids = ",".join(str(int(school)) for school in sorted(set(schools)))
    people = ",".join(str(UUID(str(account))) for account in accounts)
    return f"set local app.schools = '{{{ids}}}'; set local app.account = '{{{people}}}'"


async def one(conn: Conn, kind: type[T], sql: str, *args: Any) -> T | None:
    """The single row as `kind`, or None. A drift between SQL and Struct fails here."""
    row = await conn.fetchrow(sql, *args)
    return None if row is None else msgspec.convert(dict(row), kind)


async def many(conn: Conn, kind: type[T], sql: str, *args: Any) -> list[T]:
    """All rows as `kind`."""
    return convert(await conn.fetch(sql, *args), kind)


def convert(rows: Iterable[asyncpg.Record], kind: type[T]) -> list[T]:
    """Raw records as `kind`. By way of dicts: from records it costs four times as much."""
    return msgspec.convert([*map(dict, rows)], list[kind])  # type: ignore[valid-type]


async def value(conn: Conn, sql: str, *args: Any) -> Any:
    """The first column of the first row, or None."""
    return await conn.fetchval(sql, *args)


async def rows(conn: Conn, sql: str, *args: Any) -> Sequence[asyncpg.Record]:
    """Raw records, for the few hot paths that read columns by name at once."""
    return await conn.fetch(sql, *args)


def is_away(error: BaseException) -> bool:
    """Whether the server refused, dropped or is shutting down: worth trying again, not a bug.

    SQLSTATE classes 08 (connection), 53 (resources), 57 (operator), and what asyncpg says itself:
    of a connection on which a dying server's last words were read while nobody had asked, too. A
    group is, if each of its errors is.
    """
    if isinstance(error, BaseExceptionGroup):
        return all(is_away(each) for each in error.exceptions)
    if isinstance(error, asyncpg.PostgresError):
        return str(error.sqlstate or "")[:2] in ("08", "53", "57")
    return isinstance(
        error, OSError | TimeoutError | asyncpg.InterfaceError | asyncpg.InternalClientError
    )


def is_lost_race(error: Exception) -> bool:
    """Whether the transaction was undone for another's sake: nothing is done, again may be well.

    SQLSTATE class 40: a deadlock or a failed serialization.
    """
    return isinstance(error, asyncpg.PostgresError) and str(error.sqlstate or "")[:2] == "40"


def lacks_partition(error: Exception) -> bool:
    """Whether a row found no partition for its day: a check violation that names no constraint."""
    return isinstance(error, CheckViolation) and error.constraint_name is None


async def run(conn: Conn, sql: str, *args: Any) -> int:
    """Execute and say how many rows were touched."""
    status: str = await conn.execute(sql, *args)
    last = status.rsplit(" ", 1)[-1]
    return int(last) if last.isdigit() else 0
