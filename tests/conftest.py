"""Real PostgreSQL and Valkey for every test: one pair of servers a test process."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import argon2
import asyncpg
import httpx
import msgspec
import pytest
from litestar import Litestar
from redis.asyncio import Redis

from app import db
from app.attendance.desk import ScanDesk
from app.crypto import Vault
from app.identity.passwords import PasswordHasher
from app.identity.tokens import AccessTokens
from app.limits import Limiter
from app.settings import Settings
from app.storage import open_storage
from mobile_api.resources import Resources
from mobile_api.server import create_app
from mobile_api.streams import StreamHub
from scripts.migrate import migrate
from scripts.servers.postgres import EmbeddedPostgres
from scripts.servers.valkey import EmbeddedValkey
from tests.world import World

MASTER_KEY = "1:" + "11" * 32
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
_TEMPLATE = "ct_template"


class Clock:
    """The time as a test wants it; a Monday morning at the gate unless it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 16, 6, 52, tzinfo=HANOI)

    def __call__(self) -> datetime:
        return self.now.astimezone(UTC)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path_factory.mktemp("pg"), durable=False)
    with server:
        yield server


@pytest.fixture(scope="session")
def valkey() -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(None) as server:
        yield server


@pytest.fixture(scope="session")
def database(postgres: EmbeddedPostgres) -> str:
    """The URL of a migrated database; its rows are deleted before each test."""
    create_database(postgres, _TEMPLATE)
    migrate(postgres.dsn(_TEMPLATE))
    asyncio.run(_cover_test_days(postgres.dsn(_TEMPLATE)))
    create_database(postgres, "ct_test", template=_TEMPLATE)
    return postgres.dsn("ct_test")


async def _cover_test_days(dsn: str) -> None:
    """Partitions for the days at which the tests' clock stands, whatever today is."""
    conn = await asyncpg.connect(dsn)
    await conn.execute("select ensure_partitions('2026-09-01', '2026-12-31')")
    await conn.execute("create table scan_location_test partition of scan_location default")
    await conn.close()


def create_database(postgres: EmbeddedPostgres, name: str, *, template: str | None = None) -> None:
    async def create() -> None:
        conn = await asyncpg.connect(postgres.dsn("postgres"))
        await conn.execute(f"create database {name} template {template or 'template0'}")
        await conn.close()

    asyncio.run(create())


_FULL_TABLES = """
    select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname <> 'schema_migrations' order by 1
"""


class Sweeper:
    """Empties what is not empty, over a connection that stays: a new one has 137 tables to learn.

    On a loop of its own, since a connection belongs to the loop that made it; not in another's run.
    """

    def __init__(self, database: str) -> None:
        self._database = database
        self._loop = asyncio.new_event_loop()
        self._conn: asyncpg.Connection | None = None
        self._tables: list[str] = []
        self._full: Any = None

    def sweep(self) -> None:
        try:
            self._loop.run_until_complete(self._sweep())
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            # A test has ended all connections.
            if self._conn is not None:
                self._conn.terminate()
            self._conn = None
            self._loop.run_until_complete(self._sweep())

    def close(self) -> None:
        if self._conn is not None:
            self._loop.run_until_complete(self._conn.close())
        self._loop.close()

    async def _sweep(self) -> None:
        conn = self._conn
        if conn is None:
            conn, self._tables = await db.connect(self._database), []
            self._conn = conn
        tables = [row[0] for row in await conn.fetch(_FULL_TABLES)]
        if tables != self._tables:
            looks = (f"select '{table}' where exists (select from {table})" for table in tables)
            self._full = await conn.prepare(" union all ".join(looks))
            self._tables = tables
        await _delete_from(conn, [row[0] for row in await self._full.fetch()])


@pytest.fixture(scope="session")
def sweepers() -> Iterator[dict[str, Sweeper]]:
    """By the database, of which some tests have one of their own."""
    made: dict[str, Sweeper] = {}
    yield made
    for sweeper in made.values():
        sweeper.close()


@pytest.fixture
def swept(database: str, sweepers: dict[str, Sweeper]) -> None:
    """The database is empty."""
    if database not in sweepers:
        sweepers[database] = Sweeper(database)
    sweepers[database].sweep()


@pytest.fixture
async def owner(database: str, swept: None) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection to an empty database, to arrange and to look."""
    conn = await db.connect(database)
    yield conn
    await conn.close()


async def delete_rows(conn: asyncpg.Connection) -> None:
    """Empty every table."""
    await _delete_from(conn, [row[0] for row in await conn.fetch(_FULL_TABLES)])


async def _delete_from(conn: asyncpg.Connection, tables: list[str]) -> None:
    deletes = "; ".join(f"delete from {table}" for table in tables)
    await conn.execute(f"begin; set local session_replication_role = replica; {deletes}; commit")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(database: str, valkey: EmbeddedValkey, tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path, database_url=database, redis_url=valkey.url, master_key=MASTER_KEY
    )


@pytest.fixture
async def resources(
    owner: asyncpg.Connection, settings: Settings, clock: Clock
) -> AsyncIterator[Resources]:
    async with open_test_resources(settings, clock) as opened:
        await opened.redis.flushall()
        yield opened


@contextlib.asynccontextmanager
async def open_test_resources(settings: Settings, clock: Clock) -> AsyncIterator[Resources]:
    vault = Vault(settings.key_ring)
    pool = await db.create_pool(settings.require_database_url(), role=db.APP_ROLE, size=10)
    redis: Redis = Redis.from_url(settings.require_redis_url())
    # Real argon2id, made cheap: the tests check what is done with it, not its strength.
    hasher = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    resources = Resources(
        settings=settings,
        pool=pool,
        redis=redis,
        vault=vault,
        tokens=AccessTokens(vault),
        passwords=PasswordHasher(hasher=hasher),
        limiter=Limiter(redis),
        desk=ScanDesk(pool, vault.ring, clock),
        streams=StreamHub(pool, settings.require_redis_url(), clock),
        storage=open_storage(settings),
        clock=clock,
    )
    yield resources
    await resources.streams.close()
    resources.passwords.close()
    await redis.aclose()
    await pool.close()


@functools.cache
def _routes(settings: Settings, number: int) -> Litestar:
    return create_app(settings=settings)


def app_on(resources: Resources, *, number: int = 0) -> Litestar:
    """The app on these resources; of those with one number only the latest stands.

    Its routes are made once a test process: that takes longer than most tests do.
    """
    app = _routes(msgspec.structs.replace(resources.settings, data_dir=Path()), number)
    app.state.resources = resources
    return app


@pytest.fixture
def app(resources: Resources) -> Litestar:
    return app_on(resources)


@pytest.fixture
async def api(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client that runs requests truly concurrently."""
    transport = httpx.ASGITransport(app=cast(Any, app))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
def world(owner: asyncpg.Connection, resources: Resources) -> World:
    return World(owner, resources)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


__all__ = [
    "MASTER_KEY",
    "UUID",
    "Clock",
    "app_on",
    "bearer",
    "create_database",
    "open_test_resources",
]
