"""The relay and what the workers owe to schools, on demand."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from app import db
from mobile_api.resources import Resources
from notifications.relay import Relay
from tests.conftest import Clock

DoDue = Callable[..., Awaitable[int]]


class Workers:
    """`due`: a capability's loop over its errands. `later`: so long from now they are done."""

    def __init__(
        self, finder: db.Pool, resources: Resources, relay: Relay, due: DoDue, later: timedelta
    ) -> None:
        self.finder, self.resources, self.relay = finder, resources, relay
        self._due, self._later = due, later

    async def work(self, *, later: timedelta | None = None) -> int:
        """Do every errand that is due by then, and tell all; how many errands."""
        now = self.resources.clock() + (self._later if later is None else later)
        done = await self._due(self.finder, self.resources.pool, now=now)
        while await self.relay.relay_due():
            pass
        return done


@asynccontextmanager
async def open_workers(
    database: str,
    resources: Resources,
    clock: Clock,
    due: DoDue,
    *,
    later: timedelta = timedelta(),
) -> AsyncIterator[Workers]:
    finder = await db.create_pool(database, role=db.WORKER_ROLE, size=2)
    telling = await db.create_pool(database, role=db.RELAY_ROLE, size=2)
    yield Workers(finder, resources, Relay(telling, clock=clock), due, later)
    await telling.close()
    await finder.close()
