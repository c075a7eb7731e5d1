"""Runs jobs in the worker process: one transaction each, a heartbeat beside it.

The effect and the job's end are committed together, on the condition that the lease is still ours.
So a worker that was killed, or thought dead, has done all or nothing.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

import structlog
from redis.asyncio import Redis

from app import db
from app.crypto import SchoolBox, Undecryptable, Vault
from app.errors import AppError
from app.ids import new_id
from app.jobs import bell, inputs, queries
from app.jobs.model import (
    Bug,
    Claimed,
    InputLost,
    JobState,
    NoLongerAllowed,
    Step,
    Task,
    TooLate,
    Waiting,
    Work,
    WorkerDied,
    failure_of,
    role_for,
)
from app.schools.common import school_box
from app.storage import NoSuchObject, Storage, StorageAway
from app.tasks import end

LEASE_S: Final = 20.0
MAX_DEATHS: Final = 3
AT_ONCE: Final = 2
# Of the pool: a job's own and its heartbeat's, one to take jobs, and one for others' use.
CONNECTIONS: Final = 2 * AT_ONCE + 2
_SWEEP_S: Final = 1.0
_AGAIN_S: Final = 2.0
_MAX_AGE_S: Final = 3600.0
# How often the account hears of it, and at the latest how often the row says that we live.
_TICK_S: Final = 0.3
_BEATS_A_LEASE: Final = 5

_log = structlog.get_logger(__name__)


class _LeaseLost(Exception):
    """Somebody else has taken the job over: what we did must not be committed."""


class _Running:
    """A job that this process works on."""

    def __init__(self, claimed: Claimed) -> None:
        self.claimed = claimed
        self.done = 0
        self.total = claimed.total

    async def progress(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        await asyncio.sleep(0)

    def step(self, state: JobState) -> Step:
        claimed = self.claimed
        return Step(
            job_id=claimed.id,
            school_id=claimed.school_id,
            kind=claimed.kind,
            state=state,
            done=self.total if state == "done" else self.done,
            total=self.total,
        )


class JobRunner:
    """Takes due jobs and does them, `AT_ONCE` at a time.

    `finder` is a pool in the worker's role, which sees of all schools which jobs are due; `pool`
    is one in the app's role, for the work itself, of `CONNECTIONS`.
    """

    def __init__(
        self,
        *,
        finder: db.Pool,
        pool: db.Pool,
        redis: Redis,
        storage: Storage,
        vault: Vault,
        works: Mapping[str, Work],
        lease_s: float = LEASE_S,
    ) -> None:
        self._finder = finder
        self.pool = pool
        self._redis = redis
        self._storage = storage
        self._vault = vault
        self._works = works
        self._lease_s = lease_s
        self._rung = asyncio.Event()
        self._running: dict[asyncio.Task[None], _Running] = {}

    def wake(self) -> None:
        """There may be a job."""
        self._rung.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; then what runs is undone and handed back for another worker."""
        stopping = asyncio.ensure_future(stop.wait())
        is_away = False
        try:
            while not stop.is_set():
                try:
                    await self._take_due()
                    is_away = False
                except Exception as error:
                    if not db.is_away(error):
                        _log.exception("jobs.bug", error=type(error).__name__)
                    elif not is_away:
                        _log.warning("jobs.postgres_away", error=type(error).__name__)
                    is_away = True
                await self._sleep(stopping)
        finally:
            await end([stopping, *self._running])

    async def _sleep(self, stopping: asyncio.Future[Any]) -> None:
        ringing = asyncio.ensure_future(self._rung.wait())
        await asyncio.wait(
            {stopping, ringing}, timeout=_SWEEP_S, return_when=asyncio.FIRST_COMPLETED
        )
        await end([ringing])
        self._rung.clear()

    async def _take_due(self) -> None:
        free = AT_ONCE - len(self._running)
        if free <= 0:
            return
        async with self._finder.acquire() as conn:
            found = await queries.waiting(conn, lease_s=self._lease_s, limit=free)
        for each in found:
            if each.is_over:
                await self._delete_input(each.school_id, each.id)
            elif claimed := await self._claim(each):
                running = _Running(claimed)
                task = asyncio.create_task(self._do(running))
                self._running[task] = running
                task.add_done_callback(self._is_done)

    def _is_done(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        error = None if task.cancelled() else task.exception()
        if error is not None:  # not even the failure could be written: the lease ends by itself
            _log.warning("jobs.not_ended", error=type(error).__name__)
        self.wake()

    async def _claim(self, each: Waiting) -> Claimed | None:
        async with db.transaction(self.pool, schools=[each.school_id]) as conn:
            return await queries.claim(
                conn,
                school_id=each.school_id,
                job_id=each.id,
                runner=new_id(),
                kinds=list(self._works),
                lease_s=self._lease_s,
            )

    async def _do(self, running: _Running) -> None:
        """Do a job to one of its ends; what is nobody's fault is done again."""
        claimed = running.claimed
        ids = {"job_id": str(claimed.id), "school_id": claimed.school_id, "kind": claimed.kind}
        ticking = asyncio.create_task(self._tick(running))
        try:
            await self._attempt(running, ticking)
            _log.info("jobs.done", **ids)
        except _LeaseLost:
            _log.warning("jobs.lease_lost", **ids)
        except asyncio.CancelledError:
            await end([ticking])
            await asyncio.shield(self._hand_back(running, due_in_s=0.0))
            _log.info("jobs.handed_back", **ids)
            raise
        except Exception as error:
            await end([ticking])
            if _is_passing(error):
                _log.warning("jobs.put_off", error=type(error).__name__, **ids)
                await self._hand_back(running, due_in_s=_AGAIN_S)
            else:
                await self._fail(running, error, ids)
        finally:
            await end([ticking])
        await self._delete_input(claimed.school_id, claimed.id)

    async def _attempt(self, running: _Running, ticking: asyncio.Task[None]) -> None:
        claimed = running.claimed
        if claimed.attempts > MAX_DEATHS:
            raise WorkerDied(
                ("Hãy chia tệp nhỏ hơn, hoặc báo chúng tôi.", "Split the file, or tell us.")
            )
        task = await self._task(claimed)
        async with db.transaction(self.pool, schools=[claimed.school_id]) as conn:
            result = await self._works[claimed.kind](conn, task, running.progress)
            # Before the row is ours until the commit: the heartbeat would wait for it.
            await end([ticking])
            if not await queries.finish(
                conn, claimed=claimed, result=result, failure=None, total=running.total
            ):
                raise _LeaseLost
        await self._tell(running, "done")

    async def _task(self, claimed: Claimed) -> Task:
        """What the work needs, if it may still be done.

        Raises:
            TooLate: nobody waits for it any more.
            NoLongerAllowed: who handed it in has not the role for it any more.
            InputLost: the file is not in the storage.
        """
        async with db.transaction(self.pool, schools=[claimed.school_id]) as conn:
            if await queries.age_s(conn, claimed=claimed) > _MAX_AGE_S:
                raise TooLate(("Hãy gửi lại tệp.", "Send the file again."))
            if not await queries.holds_role(
                conn,
                school_id=claimed.school_id,
                account_id=claimed.created_by,
                role=role_for(claimed.kind),
            ):
                raise NoLongerAllowed
            box = await school_box(conn, vault=self._vault, school_id=claimed.school_id)
        return Task(
            school_id=claimed.school_id,
            job_id=claimed.id,
            account_id=claimed.created_by,
            params=claimed.params,
            data=await self._data(claimed, box),
        )

    async def _data(self, claimed: Claimed, box: SchoolBox) -> bytes:
        if claimed.input_key is None:
            return b""
        try:
            return await inputs.get(self._storage, box, key=claimed.input_key, job_id=claimed.id)
        except (NoSuchObject, Undecryptable):
            raise InputLost(("Hãy gửi lại tệp.", "Send the file again.")) from None

    async def _tick(self, running: _Running) -> None:
        """While the job runs: tell how far it is, and that we live."""
        said, ticks = (-1, -1), 0
        ticks_a_beat = max(1, int(self._lease_s / _BEATS_A_LEASE / _TICK_S))
        while True:
            now = (running.done, running.total)
            if now != said or ticks % ticks_a_beat == 0:
                await self._beat(running)
            if now != said:
                await self._tell(running, "running")
            said, ticks = now, ticks + 1
            await asyncio.sleep(_TICK_S)

    async def _beat(self, running: _Running) -> None:
        claimed = running.claimed
        try:
            async with db.transaction(self.pool, schools=[claimed.school_id]) as conn:
                await queries.beat(conn, claimed=claimed, done=running.done, total=running.total)
        except Exception as error:
            # The job's own transaction finds out, and says so.
            if not db.is_away(error):
                _log.exception("jobs.bug", error=type(error).__name__)

    async def _tell(self, running: _Running, state: JobState) -> None:
        account_id = running.claimed.created_by
        await bell.tell(self._redis, account_id=account_id, step=running.step(state))

    async def _fail(self, running: _Running, error: Exception, ids: dict[str, Any]) -> None:
        """End the job with the reason; what is not told in words is a bug."""
        if isinstance(error, AppError):
            _log.warning("jobs.failed", reason=error.slug(), **ids)
            failure = failure_of(error)
        else:
            _log.exception("jobs.bug", error=type(error).__name__, exc_info=error, **ids)
            failure = failure_of(Bug())
        claimed = running.claimed
        async with db.transaction(self.pool, schools=[claimed.school_id]) as conn:
            await queries.finish(
                conn, claimed=claimed, result=None, failure=failure, total=running.total
            )
        await self._tell(running, "failed")

    async def _hand_back(self, running: _Running, *, due_in_s: float) -> None:
        # With PostgreSQL away the lease ends by itself.
        claimed = running.claimed
        with suppress(db.PostgresError, db.InterfaceError, OSError, TimeoutError):
            async with db.transaction(self.pool, schools=[claimed.school_id]) as conn:
                await queries.hand_back(conn, claimed=claimed, due_in_s=due_in_s)

    async def _delete_input(self, school_id: int, job_id: UUID) -> None:
        """Delete the file of a job, if it is over; what fails is tried again after a minute."""
        try:
            async with db.transaction(self.pool, schools=[school_id]) as conn:
                key = await queries.input_of_ended(conn, school_id=school_id, job_id=job_id)
            if key is None:
                return
            await self._storage.delete(key)
            async with db.transaction(self.pool, schools=[school_id]) as conn:
                await queries.forget_input(conn, school_id=school_id, job_id=job_id)
        except Exception as error:
            _log.warning("jobs.input_not_deleted", job_id=str(job_id), error=type(error).__name__)


def _is_passing(error: Exception) -> bool:
    """Nobody's fault: PostgreSQL or the storage is away, a deadlock, a lock that was not given."""
    is_refused = isinstance(error, StorageAway | db.LockNotAvailable)
    return is_refused or db.is_away(error) or db.is_lost_race(error)
