"""A connection that dies, or whose process does, at a chosen statement."""

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

    @property
    def as_conn(self) -> db.Conn:
        """For who takes a connection; it has what our code uses of one."""
        return cast(db.Conn, self)


LOST = (Died, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError,
        asyncpg.InterfaceError, ConnectionError)  # fmt: skip
"""What one's own code sees of it."""
