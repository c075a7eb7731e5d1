"""Migrations over a socket and over TCP, twice, at once, and with what goes wrong in words."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from scripts import migrate as module
from scripts.migrate import MigrationFailed, migrate
from scripts.servers import EmbeddedPostgres
from tests.scripts.processes import free_port


@pytest.fixture
def server(data: Path) -> Iterator[EmbeddedPostgres]:
    port = str(free_port())
    settings = {"listen_addresses": "127.0.0.1", "port": port}
    with EmbeddedPostgres(data, durable=False, settings=settings) as postgres:
        yield postgres


def applied(dsn: str) -> list[str]:
    async def ask() -> list[str]:
        conn = await asyncpg.connect(dsn)
        rows = await conn.fetch("select version from schema_migrations order by version")
        await conn.close()
        return [row["version"] for row in rows]

    return asyncio.run(ask())


def numbers() -> list[str]:
    return sorted(file.name.split("_")[0] for file in module.MIGRATIONS.glob("*.sql"))


def tcp(server: EmbeddedPostgres, *, password: str = "geheim") -> str:
    port = re.search(r"port=(\d+)", server.dsn("postgres"))
    assert port
    return f"postgresql://postgres:{password}@127.0.0.1:{port[1]}/postgres"


def test_every_migration_is_applied_once_over_the_socket(server: EmbeddedPostgres) -> None:
    for _ in range(2):
        migrate(server.dsn("postgres"))
    assert applied(server.dsn("postgres")) == numbers()


def test_a_server_without_tls_is_migrated_as_asyncpg_would_talk_to_it(
    server: EmbeddedPostgres,
) -> None:
    migrate(tcp(server))
    assert applied(tcp(server)) == numbers()


def test_four_migrating_at_once_take_turns(server: EmbeddedPostgres) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [server.dsn("postgres")] * 4))
    assert applied(server.dsn("postgres")) == numbers()


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("postgresql://u:geheim@127.0.0.1:1/x", "connection refused"),
        ("postgresql://u:ge%ZZheim@127.0.0.1/x", "invalid URL"),
        ("postgresql://u@/x?host=/nowhere", "no such file"),
    ],
)
def test_what_fails_is_said_without_the_password(address: str, reason: str) -> None:
    with pytest.raises(MigrationFailed, match=reason) as caught:
        migrate(address)
    assert "heim" not in str(caught.value)


def test_a_migration_that_fails_is_named_and_leaves_nothing(
    server: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = "-- migrate:up\ncreate table half (id int);\nselect absurd;\n-- migrate:down\n"
    (tmp_path / "0001_broken.sql").write_text(broken)
    monkeypatch.setattr(module, "MIGRATIONS", tmp_path)
    with pytest.raises(MigrationFailed, match='column "absurd" does not exist'):
        migrate(server.dsn("postgres"))
    assert applied(server.dsn("postgres")) == []
