"""Fills an empty database with the demo province: all of it, or nothing."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

import asyncpg

from app import db
from app.attendance.plan import school_day
from app.crypto import Vault
from app.identity.passwords import PasswordHasher
from app.settings import Settings
from scripts.banner import DEMO_PASSWORD
from scripts.demo.absences import end_cut_offs, write_absences
from scripts.demo.book import write_books
from scripts.demo.database import connection
from scripts.demo.fees import write_fees
from scripts.demo.history import write_history
from scripts.demo.places import SCHOOLS
from scripts.demo.structure import write_structure
from scripts.errors import CommandFailed

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is, and of how much."""

PEOPLE: Final = "Trường, lớp và người | schools and people"
HISTORY: Final = "Lịch sử điểm danh | attendance so far"
_LOCK: Final = 72_170_003
_READ_MOST: Final = ("account", "student", "enrolment", "card", "guardian", "guardianship",
                     "scan_event", "attendance_day", "announcement", "announcement_recipient",
                     "announcement_read", "remark", "homework", "lesson")  # fmt: skip


class NotADemo(CommandFailed):
    """Demo data was not asked for here."""


class NotEmpty(CommandFailed):
    """There is something in the database already."""


def seed(
    settings: Settings,
    *,
    on_progress: Progress | None = None,
    days: int = 30,
    today: date | None = None,
) -> None:
    """Write the demo province with the history of the `days` before `today` (None: by the clock).

    The same day gives the same province on every machine, but for what is sealed under its keys.

    Raises:
        NotADemo: `settings.demo` is not set.
        NotEmpty: the database holds accounts, schools or units.
        CommandFailed: the database cannot be reached.
    """
    if not settings.demo:
        raise NotADemo(
            "demo data goes only into the embedded database, or into an empty one with DEMO=1."
        )
    today = today or school_day(datetime.now(UTC))
    asyncio.run(_seed(settings, on_progress or _silently, days, today))


def _silently(_step: str, _done: int, _total: int) -> None:
    return None


async def _seed(settings: Settings, say: Progress, days: int, today: date) -> None:
    async with connection(settings) as conn:
        async with conn.transaction():
            await _require_empty(conn)
            await db.scope(conn, schools=[school.id for school in SCHOOLS])
            await _fill(conn, Vault(settings.key_ring), say, days, today)
        # The planner knows nothing of a database that was filled a moment ago.
        await conn.execute(f"analyze {', '.join(_READ_MOST)}")


async def _require_empty(conn: asyncpg.Connection) -> None:
    """Nobody else fills it at the same time: the lock is held until the transaction ends."""
    await conn.execute(f"select pg_advisory_xact_lock({_LOCK})")
    is_used = await db.value(
        conn,
        """
        select exists (select from account) or exists (select from school)
            or exists (select from org_unit)
        """,
    )
    if is_used:
        raise NotEmpty(
            "the database is not empty, and demo data goes only into an empty one. Give "
            "DATABASE_URL a new database; the embedded one begins anew without its DATA_DIR."
        )


async def _fill(
    conn: asyncpg.Connection, vault: Vault, say: Progress, days: int, today: date
) -> None:
    past = [today - timedelta(days=ago) for ago in range(days, 0, -1)]
    first_day = past[0] if past else today
    await conn.execute("select ensure_partitions($1, $2)", first_day, today + timedelta(days=62))
    say(PEOPLE, 0, 1)
    password_hash = await _hash_once()
    province = await write_structure(
        conn, vault, password_hash=password_hash, today=today, first_day=first_day
    )
    say(PEOPLE, 1, 1)
    total, done = len(past) * len(SCHOOLS), 0

    def tick() -> None:
        nonlocal done
        done += 1
        say(HISTORY, done, total)

    for school in SCHOOLS:
        await write_history(conn, province, school, past, tick=tick)
        await write_absences(conn, school_id=school.id, days=past)
        await end_cut_offs(conn, school_id=school.id, now=datetime.now(UTC))
    await write_books(conn, province, vault, days=past, today=today)
    await write_fees(conn, vault, today=today)


async def _hash_once() -> str:
    """One hash for all: a hash each would be most of the time that filling takes."""
    passwords = PasswordHasher(threads=1)
    try:
        return await passwords.hash(DEMO_PASSWORD)
    finally:
        passwords.close()
