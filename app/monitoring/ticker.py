"""The worker's look each minute: whose day has moved since it was counted for the department."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from app import db
from app.attendance.plans import Plans
from app.monitoring import rollup

COUNT_S: Final = 60.0

_log = structlog.get_logger(__name__)


class RollUpTicker:
    """Counts each minute for as long as the process lives."""

    def __init__(self, pool: db.Pool, *, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._clock = clock
        self._plans = Plans()

    async def keep_counting(self) -> None:
        """For ever. A PostgreSQL that is away is waited for."""
        while True:
            await self.count()
            await asyncio.sleep(COUNT_S)

    async def count(self) -> None:
        """Once; what goes wrong is said and tried again in a minute."""
        try:
            await rollup.refresh(self._pool, now=self._clock(), plans=self._plans)
        except Exception as error:
            if db.is_away(error):
                _log.warning("rollup.postgres_away", error=type(error).__name__)
            else:
                _log.exception("rollup.bug")
