"""The boards that are watched through this process: each school is counted once for all watchers.

No bell: what happens at a gate is seen by asking each second where the school's day stands
(docs/decisions/0032).
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Final
from uuid import UUID

from prometheus_client import Counter, Gauge

from app import db
from app.attendance.plan import Plan, school_day
from app.attendance.queries import plan as plan_of_school
from app.monitoring import queries, service
from app.monitoring.model import Board, Mark
from app.tasks import end
from mobile_api.event_streams import EventStream, TooManyStreams, event_of, for_ever, tend

MAX_PER_ACCOUNT: Final = 5
MAX_STREAMS: Final = 2_000
PING_S: Final = 15.0
_LOOK_S: Final = 1.0
# A scan that was received first may be committed last: a change is followed by one more count.
_SETTLE_S: Final = 2.0
# What no mark tells: time, which makes phones silent, and pupils who change their class.
_AGAIN_S: Final = 15.0
_AT_ONCE: Final = 20
_CHECKED_AT_ONCE: Final = 50
# Changes that wait for a slow client; then the board as a whole is shorter.
_MAX_WAITING: Final = 10

_OPEN: Final = Gauge("ct_board_streams_open", "Open streams of schools' boards of this process")
_COUNTED: Final = Counter("ct_boards_counted_total", "Boards counted for streams")
_ENDED: Final = Counter("ct_board_streams_ended_total", "Boards' streams that we ended", ["why"])


class BoardStream(EventStream):
    """One principal's view of a school's day."""

    def __init__(
        self, *, account_id: UUID, session_id: UUID, school_id: int, expires_at: float
    ) -> None:
        super().__init__(account_id=account_id, session_id=session_id, expires_at=expires_at)
        self.school_id = school_id

    def give(self, change: bytes, board: bytes) -> None:
        """Write a change; a client that is far behind gets the whole board instead."""
        if len(self._waiting) < _MAX_WAITING:
            self.write(change)
        else:
            self._waiting.clear()
            self.write(board)


class _Watched:
    """A school that somebody watches: how it stood when it was last counted."""

    def __init__(self) -> None:
        self.streams: list[BoardStream] = []
        self.plan: Plan | None = None
        self.mark: Mark | None = None
        self.board: Board | None = None
        self.event = b""
        self.count_at = 0.0

    def take(self, board: Board) -> None:
        """The school was counted again: tell what has changed."""
        change = board if self.board is None else service.change(self.board, board)
        self.board = board
        self.event = event_of("board", board)
        if change is None:
            return
        event = self.event if change is board else event_of("change", change)
        for stream in self.streams:
            stream.give(event, self.event)


class BoardHub:
    """All streams of boards of the process. It starts to work with the first of them."""

    def __init__(
        self, pool: db.Pool, clock: Callable[[], datetime], *, ping_s: float = PING_S
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._ping_s = ping_s
        self._schools: dict[int, _Watched] = {}
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def open(
        self, *, account_id: UUID, session_id: UUID, school_id: int, expires_at: float
    ) -> BoardStream:
        """A stream of the school's board: the whole of it first, then its changes.

        `expires_at` is Unix time. An account's sixth stream ends its oldest.

        Raises:
            TooManyStreams: the process is full.
        """
        streams = self._all()
        if len(streams) >= MAX_STREAMS:
            raise TooManyStreams
        mine = [stream for stream in streams if stream.account_id == account_id]
        for oldest in mine[: len(mine) + 1 - MAX_PER_ACCOUNT]:
            self._end(oldest, why="too_many")
        stream = BoardStream(
            account_id=account_id,
            session_id=session_id,
            school_id=school_id,
            expires_at=expires_at,
        )
        watched = self._schools.setdefault(school_id, _Watched())
        watched.streams.append(stream)
        if watched.board is None:
            self._wake.set()
        else:
            stream.write(watched.event)
        _OPEN.inc()
        if not self._tasks:
            works = (self._look, self._check, self._tend)
            self._tasks = [asyncio.create_task(for_ever(work)) for work in works]
        return stream

    def leave(self, stream: BoardStream) -> None:
        """Forget a stream whose client is gone."""
        stream.end()
        watched = self._schools.get(stream.school_id)
        if watched is None or stream not in watched.streams:
            return
        watched.streams.remove(stream)
        if not watched.streams:
            del self._schools[stream.school_id]
        _OPEN.dec()

    def end_all(self) -> None:
        """End every stream: the process is to stop, and would wait for them."""
        for stream in self._all():
            self._end(stream, why="stopping")

    async def close(self) -> None:
        """End every stream and all work."""
        self.end_all()
        await end(self._tasks)
        self._tasks.clear()

    def _all(self) -> list[BoardStream]:
        return [stream for watched in self._schools.values() for stream in watched.streams]

    def _end(self, stream: BoardStream, *, why: str) -> None:
        _ENDED.labels(why).inc()
        self.leave(stream)

    async def _look(self) -> None:
        """Each second, and as soon as a school is watched: which days have moved, and how far."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_S):
                await self._wake.wait()
        is_woken = self._wake.is_set()
        self._wake.clear()
        schools = [
            school_id
            for school_id, watched in self._schools.items()
            if watched.board is None or not is_woken
        ]
        for first in range(0, len(schools), _AT_ONCE):
            await self._look_at(schools[first : first + _AT_ONCE])

    async def _look_at(self, school_ids: list[int]) -> None:
        now = self._clock()
        async with db.transaction(self._pool, schools=school_ids) as conn:
            await queries.without_table_scans(conn)
            marks = await queries.marks(conn, school_ids=school_ids, day=school_day(now))
            for mark in marks:
                watched = self._schools.get(mark.school_id)
                if watched is not None and self._is_due(watched, mark):
                    watched.take(await self._count(conn, watched, mark, now))

    def _is_due(self, watched: _Watched, mark: Mark) -> bool:
        has_moved = mark != watched.mark
        if not has_moved and monotonic() < watched.count_at:
            return False
        watched.count_at = monotonic() + (_SETTLE_S if has_moved else _AGAIN_S)
        return True

    async def _count(self, conn: db.Conn, watched: _Watched, mark: Mark, now: datetime) -> Board:
        if watched.plan is None or watched.plan.version != mark.plan_version:
            watched.plan = await plan_of_school(conn, school_id=mark.school_id)
        board = await service.board(conn, plan=watched.plan, now=now)
        # Only now: a count that failed is made again.
        watched.mark = mark
        _COUNTED.inc()
        return board

    async def _check(self) -> None:
        """Each second: whose session is over, and who leads the school no more."""
        await asyncio.sleep(_LOOK_S)
        streams = self._all()
        for first in range(0, len(streams), _CHECKED_AT_ONCE):
            some = streams[first : first + _CHECKED_AT_ONCE]
            async with db.transaction(self._pool) as conn:
                standings = await queries.watching(
                    conn,
                    session_ids=[stream.session_id for stream in some],
                    account_ids=[stream.account_id for stream in some],
                    school_ids=[stream.school_id for stream in some],
                    now=self._clock(),
                )
            for stream, standing in zip(some, standings, strict=True):
                if not standing.is_live:
                    self._end(stream, why="session_over")
                elif not standing.is_principal:
                    self._end(stream, why="rights_changed")

    async def _tend(self) -> None:
        """Pings for the silent, and the end of those whose access token is over."""
        await asyncio.sleep(min(_LOOK_S, self._ping_s))
        tend(
            self._all(),
            now=self._clock(),
            ping_s=self._ping_s,
            end=partial(self._end, why="token_over"),
        )
