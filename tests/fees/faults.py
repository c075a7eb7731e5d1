"""A connection that dies, or whose process does, at a chosen statement."""

import asyncio
from typing import Any, cast

import asyncpg

from app import db


class Died(Exception):
    """The process ended here."""


class Failing:
    """Passes statements on until the `at`-th (from 0), which never comes to anything.

    With a `killer` the server ends the connection there, as it does when a process is gone.
    """

    def __init__(
        self, conn: db.Conn, *, at: int | None, killer: asyncpg.Connection | None = None
    ) -> None:
        self._conn, self._at, self._killer = conn, at, killer
        self.sent = 0

    async def _next(self) -> None:
        if self.sent == self._at:
            if self._killer is None:
                raise Died
            pid = self._conn.get_server_pid()
            await self._killer.execute("select pg_terminate_backend($1, 10000)", pid)
        self.sent += 1

    async def execute(self, *args: Any) -> Any:
        await self._next()
        return await self._conn.execute(*args)

    async def fetch(self, *args: Any) -> Any:
        await self._next()
        return await self._conn.fetch(*args)

    async def fetchrow(self, *args: Any) -> Any:
        await self._next()
        return await self._conn.fetchrow(*args)

    async def fetchval(self, *args: Any) -> Any:
        await self._next()
        return await self._conn.fetchval(*args)

    def transaction(self) -> Any:
        """A step within the step."""
        return self._conn.transaction()

    @property
    def as_conn(self) -> db.Conn:
        """For who takes a connection; it has what our code uses of one."""
        return cast(db.Conn, self)


LOST = (Died, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError,
        asyncpg.InterfaceError, ConnectionError)  # fmt: skip
"""What one's own code sees of it."""


class Stops(Failing):
    """Waits before the first statement that holds some text, until it `goes_on`."""

    def __init__(self, conn: db.Conn, *, before: str) -> None:
        super().__init__(conn, at=None)
        self._before = before
        self.is_there, self.goes_on = asyncio.Event(), asyncio.Event()

    async def _look(self, sql: str) -> None:
        if self._before in sql and not self.is_there.is_set():
            self.is_there.set()
            await self.goes_on.wait()

    async def execute(self, *args: Any) -> Any:
        await self._look(args[0])
        return await super().execute(*args)

    async def fetch(self, *args: Any) -> Any:
        await self._look(args[0])
        return await super().fetch(*args)

    async def fetchrow(self, *args: Any) -> Any:
        await self._look(args[0])
        return await super().fetchrow(*args)

    async def fetchval(self, *args: Any) -> Any:
        await self._look(args[0])
        return await super().fetchval(*args)
