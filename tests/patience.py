"""How long a test waits, and for what: on a machine that may do ten other things at once."""

import asyncio
from pathlib import Path
from time import monotonic
from typing import Final

import asyncpg
import psutil

# For what is to come true: it costs nothing where it does.
PATIENCE_S: Final = 30.0


class Stopwatch:
    """How long something took us: without the time in which we stood in line for a processor.

    A promise of two seconds is the product's and not that of the machine. Linux says how long each
    process stood in line; elsewhere nothing is taken off.
    """

    def __init__(self) -> None:
        self._began, self._stood_before = monotonic(), _stood_in_line_s()

    @property
    def stood_in_line_s(self) -> float:
        return max(0.0, _stood_in_line_s() - self._stood_before)

    @property
    def took_s(self) -> float:
        return monotonic() - self._began - self.stood_in_line_s


def _stood_in_line_s() -> float:
    """By this process and all below it, such as PostgreSQL's."""
    me = psutil.Process()
    total_ns = 0
    for process in (me, *me.children(recursive=True)):
        try:
            total_ns += int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[1])
        except (OSError, IndexError):  # it has just ended, or this is no Linux
            continue
    return total_ns / 1e9


async def until_waiting(conn: asyncpg.Connection, count: int = 1) -> None:
    """Until so many connections to this database wait for a lock.

    Raises:
        TimeoutError: so many never did.
    """
    async with asyncio.timeout(PATIENCE_S):
        while await conn.fetchval(_WAITING) < count:  # noqa: ASYNC110 - PostgreSQL tells nobody
            await asyncio.sleep(0.01)


# Not by pg_stat_activity: in a transaction it shows what it showed first.
_WAITING: Final = """
    select count(*) from pg_locks w
     where not w.granted and exists (
           select from pg_locks h join pg_database d on d.oid = h.database
            where h.pid = w.pid and d.datname = current_database())
"""
