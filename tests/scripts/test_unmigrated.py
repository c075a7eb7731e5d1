"""A part that is started before the migrations says so in one sentence."""

import asyncio
import os
import subprocess
import sys

import asyncpg
import pytest

from scripts.errors import CommandFailed
from scripts.migrate import MIGRATIONS, NotMigrated, refuse_unmigrated
from scripts.servers.postgres import EmbeddedPostgres
from scripts.servers.valkey import EmbeddedValkey
from tests.conftest import MASTER_KEY, create_database

PARTS = ["serve", "relay", "worker"]


@pytest.fixture
def migrated(postgres: EmbeddedPostgres, database: str) -> str:
    """The cluster of a migrated database: it has the roles, whatever other databases lack."""
    del database
    return postgres.dsn("ct_template")


def starting(dsn: str, valkey: EmbeddedValkey, part: str) -> subprocess.CompletedProcess[str]:
    """The part, which is to end by itself."""
    environment = os.environ | {
        "DATABASE_URL": dsn,
        "REDIS_URL": valkey.url,
        "MASTER_KEY": MASTER_KEY,
        "PORT": "0",
    }
    command = [sys.executable, "-m", "scripts.cli", part]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def execute(dsn: str, sql: str) -> None:
    async def work() -> None:
        conn = await asyncpg.connect(dsn)
        await conn.execute(sql)
        await conn.close()

    asyncio.run(work())


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize("part", PARTS)
def test_a_part_on_an_empty_database_names_the_command(
    postgres: EmbeddedPostgres, valkey: EmbeddedValkey, part: str
) -> None:
    create_database(postgres, f"empty_{part}")
    done = starting(postgres.dsn(f"empty_{part}"), valkey, part)
    assert done.returncode == 1
    assert "is not migrated" in done.stderr
    assert "cong-truong migrate" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize("part", PARTS)
def test_a_part_on_an_older_schema_names_what_is_missing(
    postgres: EmbeddedPostgres, valkey: EmbeddedValkey, part: str
) -> None:
    newest = max(file.name.split("_")[0] for file in MIGRATIONS.glob("*.sql"))
    create_database(postgres, f"older_{part}", template="ct_template")
    older = postgres.dsn(f"older_{part}")
    execute(older, f"delete from schema_migrations where version = '{newest}'")
    done = starting(older, valkey, part)
    assert done.returncode == 1
    assert f"lacks {newest}: cong-truong migrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_schema_that_is_newer_than_the_code_will_do(
    postgres: EmbeddedPostgres, migrated: str
) -> None:
    """Migrations go first, and the old processes are started again until all are new."""
    create_database(postgres, "newer", template="ct_template")
    execute(postgres.dsn("newer"), "insert into schema_migrations values ('9999')")
    refuse_unmigrated(postgres.dsn("newer"))
    refuse_unmigrated(migrated)


def test_a_database_that_is_not_there_is_said_in_words(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(CommandFailed, match="cannot be reached") as caught:
        refuse_unmigrated(postgres.dsn("nowhere"))
    assert not isinstance(caught.value, NotMigrated)
