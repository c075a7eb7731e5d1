"""Receipts are printed by the worker, once each, after the money's own transaction.

Whoever dies between the file and its row leaves both to the next: the file lies under a name that
follows from the receipt, so that it is written again and not twice.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from app import db
from app.errands import FIRST_WAIT_S, LONGEST_WAIT_S, keep_doing
from app.fees.paper import queries
from app.fees.paper.model import Paper, State
from app.fees.paper.queries import Unprinted
from app.fees.paper.sheet import receipt_pdf
from app.settings import Settings
from app.storage import Storage, open_storage

# Few: money that comes meanwhile is taken before the next.
_AT_ONCE: Final = 5
_MOST_PUT_OFF: Final = 10_000
_log = structlog.get_logger(__name__)


class Printer:
    """Prints what is due. `finder` is under the worker's role, `pool` under the app's."""

    def __init__(self, *, finder: db.Pool, pool: db.Pool, storage: Storage, base_url: str) -> None:
        self._finder = finder
        self._pool = pool
        self._storage = storage
        self._base_url = base_url
        self._failed: dict[UUID, tuple[int, datetime]] = {}

    async def print_due(self, now: datetime) -> int:
        """Print until nothing is due; how many. What fails comes again, later each time."""
        printed = 0
        while due := await self._due(now):
            done = sum([await self._print_one(each, now) for each in due])
            printed += done
            if not done:
                break
        return printed

    async def _due(self, now: datetime) -> list[Unprinted]:
        put_off = [each for each, (_, until) in self._failed.items() if until > now]
        async with self._finder.acquire() as conn:
            return await queries.unprinted(conn, put_off=put_off, limit=_AT_ONCE)

    async def _print_one(self, due: Unprinted, now: datetime) -> bool:
        try:
            done = await self._printed(due)
        except Exception as error:
            if db.is_away(error):
                raise
            self._put_off(due, now, type(error).__name__)
            return False
        self._failed.pop(due.id, None)
        return done

    async def _printed(self, due: Unprinted) -> bool:
        async with db.transaction(self._pool, schools=[due.school_id]) as conn:
            paper = await queries.paper(conn, school_id=due.school_id, receipt_id=due.id)
        if paper is None:
            return False
        made = await asyncio.to_thread(receipt_pdf, paper, base_url=self._base_url)
        key = key_of(paper, paper.state)
        await self._storage.put(key, made, content_type="application/pdf")
        async with db.transaction(self._pool, schools=[due.school_id]) as conn:
            is_noted = await queries.note_printed(conn, paper=paper, key=key)
        if is_noted and paper.state == "void":
            await self._storage.delete(key_of(paper, "live"))
        return is_noted

    def _put_off(self, due: Unprinted, now: datetime, why: str) -> None:
        attempts = self._failed.get(due.id, (0, now))[0] + 1
        wait_s = min(FIRST_WAIT_S * 2 ** (attempts - 1), LONGEST_WAIT_S)
        self._failed[due.id] = (attempts, now + timedelta(seconds=wait_s))
        if len(self._failed) > _MOST_PUT_OFF:
            del self._failed[next(iter(self._failed))]
        say = _log.warning if attempts < 5 else _log.error
        say(
            "receipts.not_printed",
            school_id=due.school_id,
            receipt_id=str(due.id),
            attempts=attempts,
            error=why,
        )


def key_of(paper: Paper, state: State) -> str:
    """Where the PDF lies; a void receipt's is another file than it was."""
    return f"schools/{paper.school_id}/receipts/{paper.id}-{state}.pdf"


async def keep_printing(
    settings: Settings, finder: db.Pool, pool: db.Pool, *, clock: Callable[[], datetime]
) -> None:
    """For ever; a PostgreSQL that is away is waited for."""
    printer = Printer(
        finder=finder, pool=pool, storage=open_storage(settings), base_url=settings.base_url
    )
    await keep_doing(printer.print_due, clock=clock, kind="receipts")
