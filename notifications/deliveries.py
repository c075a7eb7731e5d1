"""The worker's statements: deliveries, tokens, and what is thrown away.

`attempts` is the number of the lease: a claim raises it, and only who holds the newest settles.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from app import db
from notifications.model import Channel, Claimed, Settlement, Told


async def claim(
    conn: db.Conn, *, bucket: int, channels: Sequence[Channel], limit: int, lease_s: float
) -> list[Claimed]:
    """Due deliveries of the bucket, ours for `lease_s`; then they are due again for anybody.

    The token is read now: it may have been given up or taken over since the news was told. So is
    the custody block: a push may have waited for hours, and so is whether it was replaced.
    """
    return await db.many(
        conn,
        Claimed,
        """
        with due as materialized (
            select account_id, day, id from delivery
             where bucket = $1 and state = 'queued' and due_at <= now() and channel = any($2)
             order by due_at limit $3 for update skip locked),
        claimed as (
            update delivery d
               set attempts = d.attempts + 1, due_at = now() + $4 * interval '1 second'
              from due
             where d.account_id = due.account_id and d.day = due.day and d.id = due.id
            returning d.account_id, d.day, d.id, d.inbox_id, d.screen_id, d.device_id, d.channel,
                      d.kind, d.attempts, d.expires_at, d.school_id, d.is_urgent)
        select c.account_id, c.day, c.id, c.inbox_id, c.screen_id, c.device_id, c.channel, c.kind,
               c.attempts, c.school_id, c.is_urgent,
               extract(epoch from c.expires_at - now())::float8 as left_s,
               exists (
                   select from inbox_item i
                     join guardianship g
                       on g.school_id = i.school_id and g.student_id = i.student_id
                      and i.account_id in (g.account_id, g.pending_account_id)
                    where i.account_id = c.account_id and i.day = c.day and i.id = c.inbox_id
                      and g.custody_blocked_at is not null) as is_blocked,
               exists (
                   select from inbox_item i
                     join inbox_item n on n.account_id = i.account_id and n.day = i.day
                      and n.screen_id = coalesce(c.screen_id, c.inbox_id) and n.seq > i.seq
                    where i.account_id = c.account_id and i.day = c.day and i.id = c.inbox_id)
                   as is_replaced,
               p.token, p.p256dh, p.auth, p.platform, a.locale, p.registered_at
          from claimed c
          left join (push_token p join account a on a.id = p.account_id and a.disabled_at is null)
                 on p.account_id = c.account_id and p.device_id = c.device_id
                and p.kind = c.channel and p.disabled_at is null
        """,
        bucket,
        channels,
        limit,
        lease_s,
    )


async def told(conn: db.Conn, claimed: Sequence[Claimed]) -> list[Told]:
    """What the inbox says of each, where it is about a pupil."""
    return await db.many(
        conn,
        Told,
        """
        select q.id as delivery_id, i.account_id, i.school_id, i.student_id, i.title, i.body
          from unnest($1::uuid[], $2::date[], $3::uuid[], $4::uuid[])
               as q (account_id, day, id, inbox_id)
          join inbox_item i
            on i.account_id = q.account_id and i.day = q.day and i.id = q.inbox_id
         where i.school_id is not null and i.student_id is not null
        """,
        *_columns(claimed, "account_id", "day", "id", "inbox_id"),
    )


async def digest_counts(conn: db.Conn, digests: Sequence[Claimed]) -> dict[UUID, int]:
    """How many news each of these digests stands for by now: unread, and not about a child whom a
    custody block keeps from the account. By delivery."""
    found = await db.rows(
        conn,
        """
        select q.id, (
               select count(*) from inbox_item i
                where i.account_id = q.account_id and i.digest_id = q.digest_id
                  and i.read_at is null
                  and not exists (
                      select from guardianship g
                       where g.school_id = i.school_id and g.student_id = i.student_id
                         and i.account_id in (g.account_id, g.pending_account_id)
                         and g.custody_blocked_at is not null))::int as news
          from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as q (account_id, id, digest_id)
        """,
        *_columns(digests, "account_id", "id", "inbox_id"),
    )
    return {row["id"]: row["news"] for row in found}


async def is_due(conn: db.Conn, *, bucket: int, channels: Sequence[Channel]) -> bool:
    """Whether the bucket holds a due delivery for one of the channels."""
    found: bool = await db.value(
        conn,
        """
        select exists (select from delivery where bucket = $1 and state = 'queued'
                          and due_at <= now() and channel = any($2))
        """,
        bucket,
        channels,
    )
    return found


async def prolong(conn: db.Conn, claimed: Sequence[Claimed], *, lease_s: float) -> None:
    """Keep what is still ours for another `lease_s`."""
    await db.run(
        conn,
        """
        update delivery d set due_at = now() + $5 * interval '1 second'
          from unnest($1::uuid[], $2::date[], $3::uuid[], $4::smallint[])
               as q (account_id, day, id, attempts)
         where d.account_id = q.account_id and d.day = q.day and d.id = q.id
           and d.state = 'queued' and d.attempts = q.attempts
        """,
        *_columns(claimed, "account_id", "day", "id", "attempts"),
        lease_s,
    )


async def settle(conn: db.Conn, settled: Sequence[Settlement]) -> int:
    """Write what became of deliveries; how many were still ours. Dead ones are shown their school.

    A client that was quicker and has acknowledged the news already keeps its `delivered`.
    """
    still_ours: int = await db.value(
        conn,
        """
        with settled as (
        update delivery d
           set state = q.state, attempts = q.new_attempts, reason = q.reason,
               provider_id = q.provider_id,
               due_at = case q.state when 'queued' then now() + q.wait_s * interval '1 second'
                        else d.due_at end,
               sent_at = case q.state when 'sent' then now() end,
               settled_at = case when q.state <> 'queued' then now() end
          from unnest($1::uuid[], $2::date[], $3::uuid[], $4::smallint[], $5::text[],
               $6::smallint[], $7::text[], $8::float8[], $9::text[])
               as q (account_id, day, id, attempts, state, new_attempts, reason, wait_s,
               provider_id)
         where d.account_id = q.account_id and d.day = q.day and d.id = q.id
           and d.state = 'queued' and d.attempts = q.attempts
        returning d.account_id, d.day, d.id, d.school_id, d.kind, d.channel, d.state, d.reason),
        dead as (
            insert into dead_letter (school_id, id, account_id, day, kind, channel, reason, dead_at)
            select school_id, id, account_id, day, kind, channel, reason, now() from settled
             where state = 'dead' and school_id is not null
                on conflict (school_id, id) do update
               set reason = excluded.reason, dead_at = excluded.dead_at)
        select count(*) from settled
        """,
        *_columns(
            settled, "account_id", "day", "id", "claimed_attempts", "state", "attempts", "reason",
            "wait_s", "provider_id",
        ),
    )  # fmt: skip
    return still_ours


async def disable_tokens(conn: db.Conn, gone: Sequence[tuple[Claimed, str]]) -> int:
    """Send no more to these tokens, unless they were registered again since they were read."""
    deliveries = [delivery for delivery, _ in gone]
    return await db.run(
        conn,
        """
        update push_token p set disabled_at = now(), disabled_reason = q.reason
          from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[],
               $6::text[]) as q (account_id, device_id, kind, token, registered_at, reason)
         where p.account_id = q.account_id and p.device_id = q.device_id and p.kind = q.kind
           and p.token = q.token and p.registered_at = q.registered_at and p.disabled_at is null
        """,
        *_columns(deliveries, "account_id", "device_id", "channel", "token", "registered_at"),
        [reason for _, reason in gone],
    )


async def keep_partitions(conn: db.Conn) -> None:
    """Partitions from a month back, for scans that arrive late, to two months ahead."""
    # Making one waits for every running scan, and every scan behind it: rather not today.
    await db.run(conn, "set local lock_timeout = '3s'")
    await db.value(conn, "select ensure_partitions(current_date - 31, current_date + 62)")


async def drop_old_locations(conn: db.Conn) -> int:
    """Throw away raw coordinates older than a week; how many days' tables went."""
    await db.run(conn, "set local lock_timeout = '3s'")
    dropped: int = await db.value(conn, "select drop_old_locations(current_date - 7)")
    return dropped


async def drop_old_news(conn: db.Conn, *, before: date) -> int:
    """Throw away the months of inboxes and deliveries before; how many tables went."""
    await db.run(conn, "set local lock_timeout = '3s'")
    dropped: int = await db.value(conn, "select drop_old_news($1)", before)
    return dropped


async def delete_old_receipts(conn: db.Conn, *, days: int, limit: int) -> int:
    """Forget answers to scans of more than `days` ago, at most `limit` of them; how many."""
    return await db.run(
        conn,
        """
        delete from scan_receipt where ctid = any (array(
            select ctid from scan_receipt
             where received_at < now() - $1 * interval '1 day'
             order by received_at limit $2))
        """,
        days,
        limit,
    )


async def delete_old_idempotency_keys(conn: db.Conn, *, days: int) -> int:
    """Forget the stored answers to requests of more than `days` ago; how many."""
    return await db.run(
        conn, "delete from idempotency_key where created_at < now() - $1 * interval '1 day'", days
    )


def _columns(rows: Sequence[Any], *names: str) -> list[list[Any]]:
    """One array a column, as `unnest` wants them."""
    return [[getattr(row, name) for row in rows] for name in names]
