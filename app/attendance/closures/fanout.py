"""Everybody hears of a closure once, school by school; done by the workers.

A school is one transaction: its days are settled, its people's messages written, and the errand
done. Whoever dies in it leaves it to the next worker; two workers do not take the same one.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from app import audit, db
from app.attendance.absence.queries import wait_for_runs
from app.attendance.closures import queries, telling
from app.attendance.closures.model import ClosureRow, Errand, FanoutNews
from app.attendance.plan import school_day
from app.attendance.settling import Cause, settle
from app.errands import FIRST_WAIT_S, LONGEST_WAIT_S, do_errands, keep_doing, say_failed

_AT_ONCE: Final = 20


async def fan_out_due(finder: db.Pool, pool: db.Pool, *, now: datetime) -> int:
    """Do the errands that are due; how many were done.

    `finder` works under the worker's role, which sees only that there is an errand; `pool` under
    the app's, in the scope of the one school.
    """
    return await do_errands(
        pool,
        due=lambda: due_errands(finder, now=now),
        run=lambda conn, errand: run_errand(conn, errand=errand, now=now),
        put_off=lambda errand, why: _put_off(pool, errand, now, why),
    )


async def due_errands(finder: db.Pool, *, now: datetime) -> list[Errand]:
    """The next errands of all schools; those that somebody else has in hand among them."""
    async with finder.acquire() as conn:
        return await db.many(
            conn,
            Errand,
            """
            select school_id, closure_id, news from closure_fanout
             where done_at is null and due_at <= $1 order by due_at limit $2
            """,
            now,
            _AT_ONCE,
        )


async def run_errand(conn: db.Conn, *, errand: Errand, now: datetime) -> bool:
    """Settle and tell one school; False: another worker has it, or has done it."""
    if not await telling.take(conn, errand=errand):
        return False
    row = await queries.closure(conn, closure_id=errand.closure_id)
    if row is None:
        raise LookupError("an errand of no closure")
    first, last = _days(row, errand.news)
    told = 0
    if first <= last:
        await _settle(conn, errand, row, first, min(last, school_day(now)), now)
        news = await telling.days_to_tell(
            conn, school_id=errand.school_id, row=row, first=first, last=last, news=errand.news
        )
        if news is not None:
            told = await telling.tell(conn, errand=errand, row=row, days=news, now=now)
    await audit.record(
        conn,
        school_id=errand.school_id,
        kind=f"closure_{errand.news}",
        subject_id=row.id,
        actor_account_id=_actor(row, errand.news),
        detail={
            "from_day": row.from_day.isoformat(),
            "closed_to": row.closed_to.isoformat(),
            "closure": row.kind,
            "told": told,
        },
        now=now,
    )
    await telling.finish(conn, errand=errand, told=told, now=now)
    return True


def _days(row: ClosureRow, news: FanoutNews) -> tuple[date, date]:
    """The days that this is about: closed ones, or those that are open again."""
    if news == "declared":
        return row.from_day, row.closed_to
    return max(row.from_day, row.closed_to + timedelta(days=1)), row.to_day


def _actor(row: ClosureRow, news: FanoutNews) -> UUID:
    return row.ended_by if news == "ended" and row.ended_by is not None else row.created_by


async def _settle(
    conn: db.Conn, errand: Errand, row: ClosureRow, first: date, last: date, now: datetime
) -> None:
    """Days that have begun: absences vanish with the closure, and come back with its end."""
    if first > last:
        return
    # A run that was being decided when the closure came writes its cases first: they are seen here.
    await wait_for_runs(conn, school_id=errand.school_id, day=last)
    cause = Cause(
        kind="closure",
        event_id=uuid5(row.id, f"{errand.school_id} {errand.news} {row.closed_to}"),
        actor_account_id=_actor(row, errand.news),
    )
    touched = await telling.touched_people(conn, school_id=errand.school_id, first=first, last=last)
    for person_kind, person_ids in touched.items():
        await settle(
            conn,
            school_id=errand.school_id,
            person_kind=person_kind,
            person_ids=person_ids,
            first=first,
            last=last,
            cause=cause,
            now=now,
        )


async def _put_off(pool: db.Pool, errand: Errand, now: datetime, why: str) -> None:
    """Come again later: one school's fault holds up no other."""
    async with db.transaction(pool, schools=[errand.school_id]) as conn:
        attempts = await telling.put_off(
            conn, errand=errand, now=now, first_s=FIRST_WAIT_S, longest_s=LONGEST_WAIT_S
        )
    say_failed(errand, attempts=attempts, why=why, closure_id=str(errand.closure_id))


async def keep_fanning_out(
    finder: db.Pool, pool: db.Pool, *, clock: Callable[[], datetime]
) -> None:
    """Do errands for ever."""
    await keep_doing(lambda now: fan_out_due(finder, pool, now=now), clock=clock, kind="closure")
