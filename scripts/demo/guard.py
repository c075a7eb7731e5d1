"""Keeps demo accounts, whose password is public, out of real deployments."""

import asyncio

from app import db
from app.settings import Settings
from scripts.demo.database import connection
from scripts.errors import CommandFailed


class DemoDatabase(CommandFailed):
    """The database holds demo accounts, and DEMO is not set."""


def refuse_demo_database(settings: Settings) -> None:
    """Refuse to serve demo accounts by accident.

    Raises:
        DemoDatabase: they are there, and `settings.demo` is not set.
        CommandFailed: the database cannot be asked.
    """
    if settings.demo:
        return
    has_demo = asyncio.run(_has_demo_accounts(settings))
    if has_demo:
        raise DemoDatabase(
            "this database holds demo accounts, whose password everybody knows. Serve it with "
            "DEMO=1 as a demo, or give DATABASE_URL another database."
        )


async def _has_demo_accounts(settings: Settings) -> bool:
    async with connection(settings) as conn:
        return bool(await db.value(conn, "select exists (select from account where is_demo)"))
