"""The rules: how far back one asks, and that whoever replays is written down."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from app import audit, db
from app.deliveries import queries
from app.deliveries.model import BadDays, Funnel, Replayed
from app.deliveries.queries import NewsAgain
from app.ids import new_id
from app.kinds import NEWS

# Of one school, and of all schools of a department: the cost grows with the days.
MAX_DAYS: Final = 93
MAX_DAYS_OF_ALL: Final = 31


async def funnel(
    conn: db.Conn, *, school_ids: Collection[int], first: date, last: date, is_one_school: bool
) -> Funnel:
    """The schools' counts of these days, both inclusive.

    Raises:
        BadDays: backwards, or too many.
    """
    most = MAX_DAYS if is_one_school else MAX_DAYS_OF_ALL
    if not 0 <= (last - first).days < most:
        raise BadDays((f"Chọn từ 1 đến {most} ngày.", f"Choose 1 to {most} days."))
    schools = sorted(school_ids)
    return Funnel(
        from_day=first,
        to_day=last,
        counted_at=await queries.counted_at(conn, school_ids=schools, first=first, last=last),
        stages=await queries.stages(conn, school_ids=schools, first=first, last=last),
        failures=await queries.failures(conn, school_ids=schools, first=first, last=last),
        texts=await queries.texts(conn, school_ids=schools, first=first, last=last),
        most_failed=[]
        if is_one_school
        else await queries.most_failed(conn, school_ids=schools, first=first, last=last),
    )


async def replay(
    conn: db.Conn,
    *,
    school_ids: Collection[int],
    reason: str | None,
    ids: Sequence[UUID] | None,
    actor_account_id: UUID | None,
    now: datetime,
) -> Replayed:
    """Send again what was given up: all of these schools, which the transaction's scope must be,
    or of it what has this reason, or these ids. What is over by now comes to the inbox alone.

    An entry in each school's audit says how many, and who: None is the operator.
    """
    sent = await queries.replay_deliveries(conn, reason=reason, ids=ids)
    news = await queries.replay_news(conn, school_ids=sorted(school_ids), reason=reason, ids=ids)
    again: Counter[int] = Counter()
    late: Counter[int] = Counter()
    for each in sent:
        again[each.school_id] += each.queued
        late[each.school_id] += each.too_late
    for row in news:
        (late if _is_old(row, now) else again)[row.school_id] += 1
    replay_id = new_id()
    for school_id in sorted({*again, *late}):
        await audit.record(
            conn,
            school_id=school_id,
            kind="dead_letters_replayed",
            subject_id=replay_id,
            actor_account_id=actor_account_id,
            detail={"replayed": again[school_id], "inbox_only": late[school_id]},
            now=now,
        )
    return Replayed(replayed=again.total(), inbox_only=late.total())


def _is_old(row: NewsAgain, now: datetime) -> bool:
    """As the relay will see it (notifications/compose.py)."""
    kind = NEWS.get(row.kind)
    return kind is not None and now - row.created_at > timedelta(seconds=kind.ttl_s)
