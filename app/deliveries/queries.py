"""SQL over the counts of deliveries and over dead letters, of the schools in scope."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.deliveries.model import DeadCount, DeadLetter, Failed, SchoolStage, Stage, Texts

_MOST_FAILED: Final = 20
_REASONS: Final = 100


async def stages(
    conn: db.Conn, *, school_ids: Sequence[int], first: date, last: date
) -> list[Stage]:
    """The schools' counts of these days together, by kind and channel."""
    return await db.many(
        conn,
        Stage,
        """
        select kind, channel,
               coalesce(sum(n) filter (where state <> 'unneeded'), 0)::bigint as due,
               coalesce(sum(n) filter (where state in ('sent', 'delivered', 'read')), 0)::bigint
                   as sent,
               coalesce(sum(n) filter (where state in ('delivered', 'read')), 0)::bigint
                   as delivered,
               coalesce(sum(n) filter (where state = 'read'), 0)::bigint as read,
               coalesce(sum(n) filter (where state = 'queued'), 0)::bigint as waiting,
               coalesce(sum(n) filter (where state in ('failed', 'dead')), 0)::bigint as failed,
               coalesce(sum(n) filter (where state = 'unneeded'), 0)::bigint as unneeded
          from delivery_count
         where school_id = any($1) and day between $2 and $3
         group by kind, channel order by kind, channel
        """,
        school_ids,
        first,
        last,
    )


async def failures(
    conn: db.Conn, *, school_ids: Sequence[int], first: date, last: date
) -> list[Failed]:
    """Why, the most frequent first."""
    return await db.many(
        conn,
        Failed,
        """
        select kind, channel, reason, sum(n)::bigint as n from delivery_count
         where school_id = any($1) and day between $2 and $3 and state in ('failed', 'dead')
         group by kind, channel, reason order by n desc, kind, channel, reason limit $4
        """,
        school_ids,
        first,
        last,
        _REASONS,
    )


async def most_failed(
    conn: db.Conn, *, school_ids: Sequence[int], first: date, last: date
) -> list[SchoolStage]:
    """The schools where the most pushes and texts failed."""
    return await db.many(
        conn,
        SchoolStage,
        """
        select c.school_id, s.name, c.due, c.sent, c.delivered, c.read, c.failed
          from (select school_id,
                       coalesce(sum(n) filter (where state <> 'unneeded'), 0)::bigint as due,
                       coalesce(sum(n) filter (where state in ('sent', 'delivered', 'read')), 0)
                           ::bigint as sent,
                       coalesce(sum(n) filter (where state in ('delivered', 'read')), 0)::bigint
                           as delivered,
                       coalesce(sum(n) filter (where state = 'read'), 0)::bigint as read,
                       sum(n) filter (where state in ('failed', 'dead'))::bigint as failed
                  from delivery_count
                 where school_id = any($1) and day between $2 and $3 and channel <> 'inbox'
                 group by school_id) c
          join school s on s.id = c.school_id
         where c.failed > 0
         order by c.failed desc, c.school_id limit $4
        """,
        school_ids,
        first,
        last,
        _MOST_FAILED,
    )


async def texts(conn: db.Conn, *, school_ids: Sequence[int], first: date, last: date) -> Texts:
    found = await db.one(
        conn,
        Texts,
        """
        select coalesce(sum(taken), 0)::bigint as taken,
               coalesce(sum(refused), 0)::bigint as refused
          from sms_usage where school_id = any($1) and day between $2 and $3
        """,
        school_ids,
        first,
        last,
    )
    return found or Texts(taken=0, refused=0)


async def counted_at(
    conn: db.Conn, *, school_ids: Sequence[int], first: date, last: date
) -> datetime | None:
    found: datetime | None = await db.value(
        conn,
        """
        select max(counted_at) from delivery_count
         where school_id = any($1) and day between $2 and $3
        """,
        school_ids,
        first,
        last,
    )
    return found


async def dead_counts(conn: db.Conn, *, school_ids: Sequence[int]) -> list[DeadCount]:
    """The most frequent first."""
    return await db.many(
        conn,
        DeadCount,
        """
        select source, kind, reason, count(*) as n, min(dead_at) as oldest_at
          from (select 'delivery' as source, school_id, id, kind, channel, reason, day, dead_at
                  from dead_letter where school_id = any($1)
                 union all
                select 'news', school_id, id, kind, null, coalesce(dead_reason, ''), day, dead_at
                  from outbox where school_id = any($1) and dead_at is not null) d
         group by source, kind, reason order by n desc, source, kind, reason limit $2
        """,
        school_ids,
        _REASONS,
    )


async def dead_letters(
    conn: db.Conn, *, school_ids: Sequence[int], before: UUID | None, limit: int
) -> list[DeadLetter]:
    """The newest first: ids are by time."""
    return await db.many(
        conn,
        DeadLetter,
        """
        select id, source, school_id, kind, channel, reason, day, dead_at
          from (select 'delivery' as source, school_id, id, kind, channel, reason, day, dead_at
                  from dead_letter where school_id = any($1)
                 union all
                select 'news', school_id, id, kind, null, coalesce(dead_reason, ''), day, dead_at
                  from outbox where school_id = any($1) and dead_at is not null) d
         where $2::uuid is null or id < $2
         order by id desc limit $3
        """,
        school_ids,
        before,
        limit,
    )


class Again(Struct, frozen=True, kw_only=True):
    """Deliveries of a school: queued again, and those that stay in the inbox."""

    school_id: int
    queued: int
    too_late: int


class NewsAgain(Struct, frozen=True, kw_only=True):
    """A fact that the relay takes up again."""

    school_id: int
    kind: str
    created_at: datetime


async def replay_deliveries(
    conn: db.Conn, *, reason: str | None, ids: Sequence[UUID] | None
) -> list[Again]:
    """Queue dead deliveries of the schools in scope again; all, of a reason, or these."""
    return await db.many(
        conn,
        Again,
        """
        select of_school as school_id, queued, too_late from replay_dead_letters($1, $2)
         order by of_school
        """,
        reason,
        ids,
    )


async def replay_news(
    conn: db.Conn, *, school_ids: Sequence[int], reason: str | None, ids: Sequence[UUID] | None
) -> list[NewsAgain]:
    """Give dead outbox rows to the relay again."""
    return await db.many(
        conn,
        NewsAgain,
        """
        update outbox set dead_at = null, dead_reason = null, attempts = 0, due_at = now()
         where school_id = any($1) and dead_at is not null
           and ($2::text is null or dead_reason = $2) and ($3::uuid[] is null or id = any($3))
        returning school_id, kind, created_at
        """,
        school_ids,
        reason,
        ids,
    )
