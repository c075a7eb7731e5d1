"""A connection for a command; what keeps it from opening is said in words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from app import db
from app.settings import Settings
from scripts.errors import CommandFailed


@asynccontextmanager
async def connection(
    settings: Settings, *, role: str | None = None
) -> AsyncIterator[asyncpg.Connection]:
    """One connection to the settings' database, under `role` or as its owner.

    Raises:
        CommandFailed: it is not there, or has no tables yet. Never shows the address, which may
            hold a password.
    """
    try:
        conn = await db.connect(settings.require_database_url(), role=role)
    except (OSError, db.PostgresError, db.InterfaceError) as error:
        raise CommandFailed(f"the database cannot be reached ({type(error).__name__}).") from None
    try:
        if not await db.value(conn, "select to_regclass('public.account') is not null"):
            raise CommandFailed("the database has no tables yet: cong-truong migrate.")
        yield conn
    finally:
        await conn.close()
