"""The worker's look each few seconds: which cut-offs are past and not decided.

No bell and no queue: PostgreSQL alone says what is due, so nothing is lost with Valkey, and who
dies leaves what was in hand to the next look, of this worker or another.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

import structlog
from msgspec import Struct

from app import db
from app.attendance.absence import queries
from app.attendance.absence.model import Due, Run
from app.attendance.absence.run import Moved, place_of, run_one
from app.attendance.plan import school_day
from app.attendance.plans import Plans
from app.schools.org.queries import live_schools

LOOK_S: Final = 5.0
# So far back a day that nobody decided is settled, silently.
LOOK_BACK: Final = timedelta(days=7)
_AT_ONCE: Final = 2
_TRIES: Final = 5
CONNECTIONS: Final = _AT_ONCE + 1

_log = structlog.get_logger(__name__)


class Summary(Struct, frozen=True, kw_only=True):
    """What a look decided. `failed` runs are tried again at the next."""

    runs: list[Run]
    failed: int


async def run_due(
    pool: db.Pool,
    *,
    now: datetime,
    look_back: timedelta = timedelta(0),
    plans: Plans | None = None,
    school_ids: Sequence[int] | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Summary:
    """Decide every cut-off that is due at `now`; with `look_back`, those of days before, silently.

    `clock`: read anew for each run, since the last of many comes a minute after the first; without
    it all of them are of `now`. Safe at any time, twice, and beside others. A school that fails
    does not stop the next.

    Raises:
        whatever says that PostgreSQL is away: what is committed stands, the rest is due still.
    """
    plans = plans or Plans()
    schools = list(school_ids) if school_ids is not None else await _schools(pool)
    found = await _due(pool, schools, plans, now=now, look_back=look_back)
    waiting = iter(found)
    runs: list[Run] = []
    failed = 0

    async def work() -> None:
        nonlocal failed
        for due in waiting:
            try:
                run = await _run(pool, due, plans, clock=clock or (lambda: now))
            except Exception as error:
                if db.is_away(error):
                    raise
                failed += 1
                _log.exception("absence.run_failed", school_id=due.school_id, day=str(due.day))
            else:
                if run is not None:
                    runs.append(run)

    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(work())
    return Summary(runs=runs, failed=failed)


async def _schools(pool: db.Pool) -> list[int]:
    async with db.transaction(pool) as conn:
        return await live_schools(conn)


async def _due(
    pool: db.Pool, schools: Sequence[int], plans: Plans, *, now: datetime, look_back: timedelta
) -> list[Due]:
    today = school_day(now)
    async with db.transaction(pool, schools=schools) as conn:
        await conn.execute("set local enable_seqscan = off")
        found = await queries.due(conn, school_ids=schools, day=today, now=now)
        for day in _days_before(today, look_back):
            used = await queries.in_use(conn, school_ids=schools, day=day)
            found += await queries.due(conn, school_ids=sorted(used), day=day, now=now)
        return [due for due in found if await _is_held(conn, due, plans)]


def _days_before(today: date, look_back: timedelta) -> Iterable[date]:
    return (today - timedelta(days=n) for n in range(look_back.days, 0, -1))


async def _is_held(conn: db.Conn, due: Due, plans: Plans) -> bool:
    plan = await plans.of(conn, school_id=due.school_id, version=due.plan_version)
    return place_of(plan, due.day, due.shift_id) is not None


async def _run(
    pool: db.Pool, due: Due, plans: Plans, *, clock: Callable[[], datetime]
) -> Run | None:
    """One transaction; again at once when the school moved meanwhile, or a deadlock undid it."""
    for _ in range(_TRIES):
        try:
            async with db.transaction(pool, schools=[due.school_id]) as conn:
                # Plans made for a month's empty partitions must not be kept while they fill.
                await conn.execute("set local enable_seqscan = off")
                plan = await plans.of(
                    conn,
                    school_id=due.school_id,
                    version=await queries.plan_version(conn, school_id=due.school_id),
                )
                return await run_one(conn, due, plan=plan, now=clock())
        except Exception as error:
            if not isinstance(error, Moved) and not db.is_lost_race(error):
                raise
    return None


class AbsenceTicker:
    """Looks each few seconds for as long as the process lives."""

    def __init__(self, pool: db.Pool, *, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._clock = clock
        self._plans = Plans()
        self._settled: date | None = None
        self._is_away = False

    async def keep_looking(self) -> None:
        """For ever. A PostgreSQL that is away is waited for."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """One look; what goes wrong is said and tried again at the next."""
        try:
            await self._look()
        except* Exception as group:
            if db.is_away(group):
                if not self._is_away:
                    _log.warning("absence.postgres_away")
                self._is_away = True
            else:
                _log.exception("absence.bug")
        else:
            if self._is_away:
                _log.info("absence.goes_on")
            self._is_away = False

    async def _look(self) -> None:
        now = self._clock()
        today = school_day(now)
        is_first = self._settled != today
        summary = await run_due(
            self._pool,
            now=now,
            look_back=LOOK_BACK if is_first else timedelta(0),
            plans=self._plans,
            clock=self._clock,
        )
        if not summary.failed:
            self._settled = today
        if summary.runs:
            _log.info(
                "absence.decided",
                runs=len(summary.runs),
                missing=sum(run.missing for run in summary.runs),
                told=sum(run.told for run in summary.runs),
                held=sum(run.held for run in summary.runs),
                failed=summary.failed,
            )
