"""The relay's statements: out of the outbox, into the inboxes."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from app import db
from app.identity.alerts import AlertChoice
from app.kinds import NEWS
from notifications.compose import replaced_event
from notifications.model import (
    Failure,
    Item,
    OutboxRow,
    Push,
    Recipient,
    Shown,
    Way,
    Written,
)

_FOR_LEADERS = [name for name, kind in NEWS.items() if kind.is_for_leaders]
_REACHES_DEPARTMENT = [name for name, kind in NEWS.items() if kind.reaches_department]


async def claim_due(conn: db.Conn, *, limit: int) -> list[OutboxRow]:
    """The due rows that no other relay holds, locked until the transaction ends."""
    return await db.many(
        conn,
        OutboxRow,
        """
        select school_id, id, kind, day, event_id, student_id, actor_account_id, account_id,
               params, attempts,
               (extract(epoch from now() - created_at) * 1000)::bigint as age_ms
          from outbox
         where dead_at is null and due_at <= now()
         order by due_at, id limit $1 for update skip locked
        """,
        limit,
    )


async def claim_one(conn: db.Conn, *, school_id: int, outbox_id: UUID) -> list[OutboxRow]:
    """This row, if it is still there and no other relay holds it."""
    return await db.many(
        conn,
        OutboxRow,
        """
        select school_id, id, kind, day, event_id, student_id, actor_account_id, account_id,
               params, attempts,
               (extract(epoch from now() - created_at) * 1000)::bigint as age_ms
          from outbox
         where school_id = $1 and id = $2 and dead_at is null for update skip locked
        """,
        school_id,
        outbox_id,
    )


async def recipients(conn: db.Conn, rows: Sequence[OutboxRow]) -> list[Recipient]:
    """Who of the guardians is told of each row, as the rights are at this moment.

    A custody block belongs to the pair of account and pupil, whichever of the school's guardian
    rows it was set on, and outlives the guardianship. Who was a guardian until the pupil moved to
    another school is told of the days until then.
    """
    return await db.many(
        conn,
        Recipient,
        """
        select distinct q.outbox_id, g.account_id, a.locale
          from unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::date[])
               as q (outbox_id, school_id, student_id, actor_id, day)
          join guardianship g on g.school_id = q.school_id and g.student_id = q.student_id
          join account a on a.id = g.account_id
         where (g.ended_at is null or q.day <= g.told_until) and g.is_told and g.can_see
           and a.disabled_at is null
           and g.account_id is distinct from q.actor_id
           and not exists (
               select from guardianship b
                where b.school_id = g.school_id and b.student_id = g.student_id
                  and g.account_id in (b.account_id, b.pending_account_id)
                  and b.custody_blocked_at is not null)
        """,
        *_columns(rows, "id", "school_id", "student_id", "actor_account_id", "day"),
    )


async def addressees(conn: db.Conn, rows: Sequence[OutboxRow], *, now: datetime) -> list[Recipient]:
    """The accounts that the rows are for, if they may know of the pupil at this moment.

    As a guardian who may see the child, as the pupil, or as who leads the class or the school. What
    is about the school as such, or a member of its staff, is for its people and its families, or
    for its principals alone, or also for the department, as its kind says.
    """
    return await db.many(
        conn,
        Recipient,
        """
        select q.outbox_id, a.id as account_id, a.locale
          from unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[], $5::uuid[])
               as q (outbox_id, school_id, student_id, actor_id, account_id)
          join outbox o on o.school_id = q.school_id and o.id = q.outbox_id
          join account a on a.id = q.account_id
         where a.disabled_at is null and a.id is distinct from q.actor_id
           and not exists (
               select from guardianship b
                where b.school_id = q.school_id and b.student_id = q.student_id
                  and a.id in (b.account_id, b.pending_account_id)
                  and b.custody_blocked_at is not null)
           and case when q.student_id is not null then
               exists (
                   select from guardianship g
                    where g.school_id = q.school_id and g.student_id = q.student_id
                      and g.account_id = a.id and g.ended_at is null and g.can_see)
                 or (a.paper_at is null and may_hear_of(a.id, q.school_id, q.student_id, $6))
               else case when o.kind = any($7) then
                   a.paper_at is null and leads_school(a.id, q.school_id, $6)
                 else may_hear_of_school(a.id, q.school_id, $6) end
                 or (o.kind = any($8) and a.paper_at is null
                     and leads_department(a.id, q.school_id)) end
        """,
        *_columns(rows, "id", "school_id", "student_id", "actor_account_id", "account_id"),
        now,
        _FOR_LEADERS,
        _REACHES_DEPARTMENT,
    )


async def ways(conn: db.Conn, *, account_ids: Sequence[UUID]) -> list[Way]:
    """The devices on which these accounts are pushed to."""
    return await db.many(
        conn,
        Way,
        """
        select account_id, device_id, kind as channel from push_token
         where account_id = any($1) and disabled_at is null
         order by account_id, device_id, kind
        """,
        account_ids,
    )


async def switched_off(
    conn: db.Conn, *, account_ids: Sequence[UUID], kinds: Sequence[str]
) -> dict[UUID, frozenset[str]]:
    """Of these kinds, those that an account wants no push of."""
    found = await db.rows(
        conn,
        """
        select account_id, array_agg(kind) as kinds from notification_preference
         where account_id = any($1) and kind = any($2) and channel = 'push' and not is_enabled
         group by account_id
        """,
        account_ids,
        kinds,
    )
    return {row["account_id"]: frozenset(row["kinds"]) for row in found}


async def alert_choices(conn: db.Conn, *, account_ids: Sequence[UUID]) -> dict[UUID, AlertChoice]:
    """The quiet hours and digests of those who have chosen any."""
    found = await db.rows(
        conn,
        """
        select account_id, quiet_from, quiet_until, urgent_breaks_quiet, digest_hour
          from alert_choice where account_id = any($1)
        """,
        account_ids,
    )
    return {row["account_id"]: msgspec.convert(dict(row), AlertChoice) for row in found}


async def waiting(conn: db.Conn, rows: Sequence[OutboxRow]) -> frozenset[UUID]:
    """The rows whose replaced message, or what replaces it before them, has not left the outbox.

    Told first, they would not be the last. Only older rows are waited for (ids are by time), so
    that no two wait for each other.
    """
    replacing = [row for row in rows if replaced_event(row)]
    found = await db.rows(
        conn,
        """
        select q.id from unnest($1::int[], $2::uuid[], $3::uuid[]) as q (school_id, id, replaces)
         where exists (
               select from outbox o
                where o.school_id = q.school_id
                  and (o.event_id = q.replaces or o.params ->> 'replaces' = q.replaces::text)
                  and o.dead_at is null and o.id < q.id and o.id <> all($4::uuid[]))
        """,
        *_columns(replacing, "school_id", "id"),
        [replaced_event(row) for row in replacing],
        [row.id for row in rows],
    )
    return frozenset(row["id"] for row in found)


async def shown(
    conn: db.Conn,
    *,
    account_ids: Sequence[UUID],
    event_ids: Sequence[UUID],
    days: Sequence[date],
) -> list[Shown]:
    """What stands now where each of these accounts was told of each of these events.

    That is the news of it, or the newest of those that have taken its place since.
    """
    return await db.many(
        conn,
        Shown,
        """
        with named as (
            select distinct on (account_id, event_id) account_id, day, event_id, id,
                   coalesce(screen_id, id) as screen_id
              from inbox_item
             where account_id = any($1) and day = any($3) and event_id = any($2)
             order by account_id, event_id, seq desc)
        select named.account_id, named.event_id, coalesce(latest.id, named.id) as id,
               named.screen_id
          from named left join lateral (
               select i.id from inbox_item i
                where i.account_id = named.account_id and i.day = named.day
                  and i.screen_id = named.screen_id
                order by i.seq desc limit 1) latest on true
        """,
        account_ids,
        event_ids,
        days,
    )


async def write(
    conn: db.Conn, *, items: Sequence[Item], pushes: Sequence[Push], done: Sequence[OutboxRow]
) -> Written:
    """Write inbox items with their `seq`, then deliveries, and take the rows out of the outbox.

    The heads are locked in the order of the accounts, so that relays do not deadlock; they are
    held to the commit, so that an account's items become visible in the order of `seq`. What an
    account has been told already is left out, and so are its deliveries.
    """
    found = await db.one(
        conn,
        Written,
        _WRITE,
        *_columns(
            items, "account_id", "day", "id", "event_id", "kind", "school_id", "student_id",
            "title", "body", "data", "text_version", "screen_id", "digest_id",
        ),
        *_columns(
            pushes, "account_id", "day", "id", "inbox_id", "screen_id", "device_id", "channel",
            "kind", "bucket", "due_at", "ttl_s", "item_id", "school_id", "is_urgent",
        ),
        *_columns(done, "school_id", "id"),
    )  # fmt: skip
    return found or Written(items_written=0, deliveries=0, buckets=[])


async def put_off(conn: db.Conn, rows: Sequence[OutboxRow], *, wait_s: float) -> None:
    """Come again to these rows in a while; it counts as no attempt."""
    await db.run(
        conn,
        """
        update outbox o set due_at = now() + $3 * interval '1 second'
          from unnest($1::int[], $2::uuid[]) as q (school_id, id)
         where o.school_id = q.school_id and o.id = q.id
        """,
        *_columns(rows, "school_id", "id"),
        wait_s,
    )


async def set_aside(conn: db.Conn, failures: Sequence[Failure]) -> None:
    """Count the failed attempt; a row with a `dead_reason` is not tried again."""
    await db.run(
        conn,
        """
        update outbox o set attempts = q.attempts, dead_reason = q.dead_reason,
               due_at = now() + q.wait_s * interval '1 second',
               dead_at = case when q.dead_reason is not null then now() end
          from unnest($1::int[], $2::uuid[], $3::smallint[], $4::float8[], $5::text[])
               as q (school_id, id, attempts, wait_s, dead_reason)
         where o.school_id = q.school_id and o.id = q.id
        """,
        *_columns(failures, "school_id", "id", "attempts", "wait_s", "dead_reason"),
    )


async def due_buckets(conn: db.Conn, *, buckets: int) -> list[int]:
    """The buckets that hold a delivery which is due."""
    found = await db.rows(
        conn,
        """
        select b from generate_series(0, $1 - 1) as b
         where exists (select from delivery
                        where state = 'queued' and bucket = b and due_at <= now())
        """,
        buckets,
    )
    return [row["b"] for row in found]


def _columns(rows: Sequence[Any], *names: str) -> list[list[Any]]:
    """One array a column, as `unnest` wants them."""
    return [[getattr(row, name) for row in rows] for name in names]


_WRITE = """
with told as materialized (
    select *, count(*) over (partition by account_id) as of_account,
           row_number() over (partition by account_id order by n) as place
      from unnest($1::uuid[], $2::date[], $3::uuid[], $4::uuid[], $5::text[], $6::int[],
           $7::uuid[], $8::text[], $9::text[], $10::jsonb[], $11::smallint[], $12::uuid[],
           $13::uuid[])
           with ordinality as t (account_id, day, id, event_id, kind, school_id, student_id, title,
           body, data, text_version, screen_id, digest_id, n)),
head as (
    insert into inbox_head as h (account_id, last_seq)
    select account_id, count(*) from told group by account_id order by account_id
        on conflict (account_id) do update set last_seq = h.last_seq + excluded.last_seq
    returning account_id, last_seq),
item as (
    insert into inbox_item (account_id, day, id, seq, event_id, kind, school_id, student_id, title,
        body, data, text_version, screen_id, digest_id)
    select t.account_id, t.day, t.id, head.last_seq - t.of_account + t.place, t.event_id, t.kind,
           t.school_id, t.student_id, t.title, t.body, t.data, t.text_version, t.screen_id,
           t.digest_id
      from told t join head on head.account_id = t.account_id
        on conflict (account_id, day, event_id, kind) do nothing
    returning account_id, day, id),
pushed as (
    insert into delivery (account_id, day, id, inbox_id, screen_id, device_id, channel, kind,
        bucket, due_at, expires_at, school_id, is_urgent)
    select p.account_id, p.day, p.id, p.inbox_id, p.screen_id, p.device_id, p.channel, p.kind,
           p.bucket, coalesce(p.due_at, now()),
           coalesce(p.due_at, now()) + p.ttl_s * interval '1 second', p.school_id, p.is_urgent
      from unnest($14::uuid[], $15::date[], $16::uuid[], $17::uuid[], $18::uuid[], $19::uuid[],
           $20::text[], $21::text[], $22::smallint[], $23::timestamptz[], $24::int[],
           $25::uuid[], $26::int[], $27::boolean[])
           as p (account_id, day, id, inbox_id, screen_id, device_id, channel, kind, bucket,
           due_at, ttl_s, item_id, school_id, is_urgent)
      join item on item.account_id = p.account_id and item.id = p.item_id
        -- A digest is one for many.
        on conflict (account_id, day, inbox_id, device_id, channel) do nothing
    returning bucket, due_at),
gone as (
    delete from outbox o using unnest($28::int[], $29::uuid[]) as q (school_id, id)
     where o.school_id = q.school_id and o.id = q.id)
select (select count(*) from item) as items_written,
       (select count(*) from pushed) as deliveries,
       array(select distinct bucket::int from pushed where due_at <= now() order by 1) as buckets
"""
