"""What announcements have still to do in schools, done by the workers.

A school is one transaction: who gets it is written down, told, and the errand is done. Whoever dies
in it leaves it to the next worker; two workers do not take the same one. What it needs in memory
is one school, however many there are.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from app import db
from app.contact_book.announcements import department_reading, queries, sending
from app.contact_book.announcements.model import AnnouncementRow, Errand, Part
from app.errands import FIRST_WAIT_S, LONGEST_WAIT_S, do_errands, keep_doing, say_failed

_AT_ONCE: Final = 20


async def do_due(finder: db.Pool, pool: db.Pool, *, now: datetime) -> int:
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
            select school_id, announcement_id, news from announcement_errand
             where done_at is null and due_at <= $1 order by due_at limit $2
            """,
            now,
            _AT_ONCE,
        )


async def run_errand(conn: db.Conn, *, errand: Errand, now: datetime) -> bool:
    """Do it in the one school; False: another worker has it, or it is not to be done any more."""
    # The announcement first, as who changes it does: two orders of locking would be a deadlock.
    rows = await queries.found(
        conn,
        school_ids=[errand.school_id],
        announcement_id=errand.announcement_id,
        is_locked=True,
    )
    if not await _take(conn, errand, now):
        return False
    row = rows[0] if rows else None
    if errand.news == "published":
        told = await _publish(conn, errand, row, now)
    elif row is None:
        told = 0
    elif errand.news == "withdrawn":
        told = await _withdraw(conn, row, now)
    else:
        told = await _remind(conn, row, now)
    await _finish(conn, errand, told, now)
    return True


async def _publish(
    conn: db.Conn, errand: Errand, row: AnnouncementRow | None, now: datetime
) -> int:
    if row is not None:
        if row.state != "scheduled" or row.publish_at is None:
            return 0
        return await sending.send(conn, row=row, published_at=now, now=now)
    origin = await department_reading.by_id(conn, announcement_id=errand.announcement_id, now=now)
    if origin is None or origin.state != "published" or origin.published_at is None:
        return 0
    own = replace(
        origin,
        school_id=errand.school_id,
        org_unit_id=None,
        school_ids=None,
        state="published",
        changed_at=now,
    )
    await queries.insert(conn, row=own)
    await queries.add_audience(
        conn, school_id=errand.school_id, announcement_id=own.id, parts=[Part(kind="school")]
    )
    return await sending.send(conn, row=own, published_at=origin.published_at, now=now)


async def _withdraw(conn: db.Conn, row: AnnouncementRow, now: datetime) -> int:
    origin = await department_reading.by_id(conn, announcement_id=row.id, now=now)
    if origin is None or origin.state != "withdrawn" or row.state == "withdrawn":
        return 0
    return await sending.take_back(
        conn,
        row=row,
        reason=origin.withdrawn_reason or "",
        withdrawn_by=origin.author_account_id,
        now=now,
    )


async def _remind(conn: db.Conn, row: AnnouncementRow, now: datetime) -> int:
    if row.state != "published" or (row.answer_until is not None and now >= row.answer_until):
        return 0
    return await sending.remind(conn, row=row, actor=row.author_account_id, now=now)


async def _take(conn: db.Conn, errand: Errand, now: datetime) -> bool:
    """Hold the errand until the transaction ends.

    False: somebody else does, it is done, or it was put off after it was found due.
    """
    found = await db.value(
        conn,
        """
        select 1 from announcement_errand
         where school_id = $1 and announcement_id = $2 and news = $3 and done_at is null
           and due_at <= $4
           for update skip locked
        """,
        errand.school_id,
        errand.announcement_id,
        errand.news,
        now,
    )
    return found is not None


async def _finish(conn: db.Conn, errand: Errand, told: int, now: datetime) -> None:
    await db.run(
        conn,
        """
        update announcement_errand set done_at = $4, told = $5
         where school_id = $1 and announcement_id = $2 and news = $3
        """,
        errand.school_id,
        errand.announcement_id,
        errand.news,
        now,
        told,
    )


async def _put_off(pool: db.Pool, errand: Errand, now: datetime, why: str) -> None:
    """Come again later, each time after twice as long: one school's fault holds up no other."""
    async with db.transaction(pool, schools=[errand.school_id]) as conn:
        attempts: int | None = await db.value(
            conn,
            """
            update announcement_errand
               set attempts = least(attempts + 1, 1000),
                   due_at = $4::timestamptz + least($5::float8 * 2 ^ least(attempts, 20),
                            $6::float8) * interval '1 second'
             where school_id = $1 and announcement_id = $2 and news = $3 and done_at is null
            returning attempts
            """,
            errand.school_id,
            errand.announcement_id,
            errand.news,
            now,
            FIRST_WAIT_S,
            LONGEST_WAIT_S,
        )
    say_failed(errand, attempts=attempts or 0, why=why, announcement_id=str(errand.announcement_id))


async def keep_publishing(finder: db.Pool, pool: db.Pool, *, clock: Callable[[], datetime]) -> None:
    """Do errands for ever."""
    await keep_doing(lambda now: do_due(finder, pool, now=now), clock=clock, kind="announcement")
