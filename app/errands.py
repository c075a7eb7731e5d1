"""Work that is owed to each of many schools, done by the workers school by school.

A school is one transaction. Whoever dies in it leaves it to the next worker; one school's fault
holds up no other; what it needs in memory is one school, however many there are.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

import structlog

from app import db

FIRST_WAIT_S: Final = 5.0
LONGEST_WAIT_S: Final = 600.0
_POLL_S: Final = 1.0
_log = structlog.get_logger(__name__)


class Owed(Protocol):
    """What is owed to one school."""

    @property
    def school_id(self) -> int: ...


E = TypeVar("E", bound=Owed)


async def do_errands(
    pool: db.Pool,
    *,
    due: Callable[[], Awaitable[list[E]]],
    run: Callable[[db.Conn, E], Awaitable[bool]],
    put_off: Callable[[E, str], Awaitable[None]],
) -> int:
    """Do what is due until nothing is that others do not have in hand; how many were done.

    `due` names the next ones, those in others' hands among them; `run`, in the school's own scope,
    says False of these; `put_off` is told the kind of error.
    """
    done = 0
    while errands := await due():
        ran = 0
        for errand in errands:
            try:
                async with db.transaction(pool, schools=[errand.school_id]) as conn:
                    ran += await run(conn, errand)
            except Exception as error:
                if db.is_away(error):
                    raise
                await put_off(errand, type(error).__name__)
        done += ran
        if not ran:
            break
    return done


async def keep_doing(
    once: Callable[[datetime], Awaitable[int]], *, clock: Callable[[], datetime], kind: str
) -> None:
    """Do errands for ever; a PostgreSQL that is away is waited for."""
    while True:
        try:
            done = await once(clock())
            if done:
                _log.info("errands.done", kind=kind, schools=done)
        except Exception as error:
            if db.is_away(error):
                _log.warning("errands.postgres_away", kind=kind, error=type(error).__name__)
            else:
                _log.exception("errands.bug", kind=kind, error=type(error).__name__)
        await asyncio.sleep(_POLL_S)


def say_failed(errand: Owed, *, attempts: int, why: str, **ids: Any) -> None:
    """An errand came to nothing and comes again; an error from the fifth time."""
    say = _log.warning if attempts < 5 else _log.error
    say("errands.failed", school_id=errand.school_id, attempts=attempts, error=why, **ids)
