"""A family hears of a pupil's day once a kind; what is added takes the message's place.

It is pushed again an hour after it was, at the earliest; what is about health goes at once, and
what only takes something back goes to the inbox alone.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.attendance.outbox import News, insert_news
from app.contact_book.daily.model import NewsKind
from app.ids import new_id
from app.schools.common import school_day

PUSHED_EACH: Final = timedelta(hours=1)
# What is written about a day further back is in the book, and no news.
TOLD_BACK: Final = timedelta(days=7)
_NOTHING: Final[Mapping[NewsKind, Collection[UUID]]] = {}


class _Told(Struct, frozen=True, kw_only=True):
    student_id: UUID
    kind: NewsKind
    event_id: UUID
    told_day: date
    push_at: datetime


class _Piece(Struct, frozen=True, kw_only=True):
    """A message that is going out, and what is remembered of it."""

    told: _Told
    params: dict[str, object]


class _Day(Struct, frozen=True, kw_only=True):
    """What stands about a pupil on a day."""

    student_id: UUID
    student: str
    praise: int
    needs_work: int
    neutral: int
    health: int
    homework: list[str]
    lessons: list[str]
    care: bool


async def tell(
    conn: db.Conn,
    *,
    school_id: int,
    class_id: UUID,
    day: date,
    kind: NewsKind,
    student_ids: Collection[UUID],
    at_once: Collection[UUID],
    link: Mapping[str, str],
    actor: UUID,
    now: datetime,
    taken_back: Collection[UUID] = (),
    also: Mapping[NewsKind, Collection[UUID]] = _NOTHING,
) -> None:
    """Put down what these pupils' families are told; the class is locked.

    `at_once`: pupils of whom something about health was said. `link`: what the message leads to.
    What came with a class's day is put right in that day's message. `taken_back`: pupils of whom
    nothing new is said, so that the message is put right and no phone rings again. Where a pupil's
    day was told in two messages, the other says it anew, too, in the inbox alone: the day's always,
    and those of the kinds in `also` for the pupils there.
    """
    if not student_ids or not is_told(day, today=school_day(now)):
        return
    told = await _told(conn, school_id=school_id, day=day, student_ids=student_ids)
    # Of whom nothing was told there is nothing to put right.
    student_ids = [
        each
        for each in student_ids
        if each not in taken_back or (each, kind) in told or (each, "daily_book") in told
    ]
    pieces: list[_Piece] = []
    for each in await _days(
        conn, school_id=school_id, class_id=class_id, day=day, student_ids=student_ids
    ):
        of_pupil = {key[1]: row for key, row in told.items() if key[0] == each.student_id}
        before = of_pupil.pop(kind, None) or of_pupil.pop("daily_book", None)
        is_quiet = each.student_id in taken_back
        is_now = each.student_id in at_once
        pieces.append(_piece(each, day, before, kind, now=now, at_once=is_now, is_quiet=is_quiet))
        said_by = {"daily_book", *(k for k, ids in also.items() if each.student_id in ids)}
        pieces += [
            _piece(each, day, row, kind, now=now, at_once=False, is_quiet=True)
            for other, row in of_pupil.items()
            if other in said_by
        ]
    news = [
        News(
            kind=each.told.kind,
            day=each.told.told_day,
            event_id=each.told.event_id,
            student_id=each.told.student_id,
            actor_account_id=actor,
            params=each.params
            | (dict(link) if each.told.kind == kind else {"class_id": str(class_id)}),
        )
        for each in pieces
    ]
    await insert_news(conn, school_id=school_id, news=news)
    await _remember(conn, school_id=school_id, day=day, heard=[each.told for each in pieces])


def is_told(day: date, *, today: date) -> bool:
    """Whether families hear of what is written of this day: of the last 7 and no day before."""
    return day >= today - TOLD_BACK


def _piece(
    each: _Day,
    day: date,
    before: _Told | None,
    kind: NewsKind,
    *,
    now: datetime,
    at_once: bool,
    is_quiet: bool,
) -> _Piece:
    """One message of a pupil's day, in the place of `before` if there is one.

    `is_quiet`: nothing new is said by it, and unless its push is still to come no phone rings.
    """
    as_kind = before.kind if before else kind
    is_quiet = is_quiet and before is not None and before.push_at <= now
    push_at = _push_at(before, at_once or is_quiet, now)
    params = _params(each, day, as_kind, before, push_at, now)
    return _Piece(
        told=_Told(
            student_id=each.student_id,
            kind=as_kind,
            event_id=new_id(),
            told_day=before.told_day if before else day,
            push_at=before.push_at if before and is_quiet else push_at,
        ),
        params=params | ({"is_quiet": True} if is_quiet else {}),
    )


def _push_at(before: _Told | None, is_at_once: bool, now: datetime) -> datetime:
    """When it may be pushed: a push that is still to come is not put off again."""
    if before is None or is_at_once:
        return now
    if before.push_at > now:
        return before.push_at
    return max(now, before.push_at + PUSHED_EACH)


def _params(
    each: _Day, day: date, kind: NewsKind, before: _Told | None, push_at: datetime, now: datetime
) -> dict[str, object]:
    params: dict[str, Any] = {"student": each.student, "day": day.isoformat()}
    if kind != "homework":
        params |= {
            name: getattr(each, name)
            for name in ("praise", "needs_work", "neutral", "health")
            if getattr(each, name)
        }
    if kind != "remark":
        params["homework"] = each.homework
    if kind == "daily_book":
        params |= {"lessons": each.lessons, "care": each.care}
    if before is not None:
        params["replaces"] = str(before.event_id)
    if push_at > now:
        params["push_at"] = push_at.isoformat()
    return params


async def _told(
    conn: db.Conn, *, school_id: int, day: date, student_ids: Collection[UUID]
) -> dict[tuple[UUID, NewsKind], _Told]:
    rows = await db.many(
        conn,
        _Told,
        """
        select student_id, kind, event_id, told_day, push_at
          from book_news where school_id = $1 and student_id = any($2) and day = $3
         order by student_id, kind
        """,
        school_id,
        list(student_ids),
        day,
    )
    return {(row.student_id, row.kind): row for row in rows}


async def _days(
    conn: db.Conn, *, school_id: int, class_id: UUID, day: date, student_ids: Collection[UUID]
) -> list[_Day]:
    return await db.many(
        conn,
        _Day,
        """
        select s.id as student_id, s.name as student,
               coalesce(r.praise, 0) as praise, coalesce(r.needs_work, 0) as needs_work,
               coalesce(r.neutral, 0) as neutral, coalesce(r.health, 0) as health,
               array(select distinct h.subject from homework h
                      where h.school_id = $1 and h.class_id = $2 and h.set_day = $3
                        and h.withdrawn_at is null order by 1) as homework,
               array(select distinct l.subject from lesson l
                      where l.school_id = $1 and l.class_id = $2 and l.day = $3
                        and l.withdrawn_at is null order by 1) as lessons,
               exists (select from care_entry e
                        where e.school_id = $1 and e.student_id = s.id and e.day = $3) as care
          from student s
          left join (
               select student_id,
                      count(*) filter (where about <> 'health' and kind = 'praise') as praise,
                      count(*) filter (where about <> 'health' and kind = 'needs_work')
                        as needs_work,
                      count(*) filter (where about <> 'health' and kind = 'neutral') as neutral,
                      count(*) filter (where about = 'health') as health
                 from remark
                where school_id = $1 and student_id = any($4) and day = $3
                  and withdrawn_at is null
                group by student_id) r on r.student_id = s.id
         where s.school_id = $1 and s.id = any($4)
         order by s.id
        """,
        school_id,
        class_id,
        day,
        list(student_ids),
    )


async def forget_old(conn: db.Conn, *, before: date, limit: int) -> int:
    """Throw away what is about days before, up to `limit`; how many. For the worker's role."""
    return await db.run(
        conn,
        """
        with old as (
            select school_id, student_id, day, kind from book_news where day < $1 limit $2)
        delete from book_news b using old
         where b.school_id = old.school_id and b.student_id = old.student_id and b.day = old.day
           and b.kind = old.kind
        """,
        before,
        limit,
    )


async def _remember(
    conn: db.Conn,
    *,
    school_id: int,
    day: date,
    heard: Sequence[_Told],
) -> None:
    await db.run(
        conn,
        """
        insert into book_news (school_id, student_id, day, kind, event_id, told_day, push_at)
        select $1, q.student_id, $2, q.kind, q.event_id, q.told_day, q.push_at
          from unnest($3::text[], $4::uuid[], $5::uuid[], $6::date[], $7::timestamptz[])
               as q (kind, student_id, event_id, told_day, push_at)
            on conflict (school_id, student_id, day, kind) do update
               set event_id = excluded.event_id, push_at = excluded.push_at
        """,
        school_id,
        day,
        [each.kind for each in heard],
        [each.student_id for each in heard],
        [each.event_id for each in heard],
        [each.told_day for each in heard],
        [each.push_at for each in heard],
    )
