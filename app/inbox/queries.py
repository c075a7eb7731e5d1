"""Reading and acknowledging the inbox.

What is about a child whom a custody block keeps from the account is left out everywhere, also
what was told before the block: it acts on the next request (DESIGN 5).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from app import db
from app.inbox.model import AckState, InboxItem, News, Standing


async def items_before(
    conn: db.Conn, *, account_id: UUID, before_seq: int | None, limit: int
) -> list[InboxItem]:
    """The newest items, or those before `before_seq`, newest first."""
    return await db.many(
        conn,
        InboxItem,
        """
        select i.id, i.seq, i.kind, i.school_id, i.student_id, i.title, i.body, i.data,
               i.created_at, i.read_at
          from inbox_item i
         where i.account_id = $1 and ($2::bigint is null or i.seq < $2)
           and not exists (
               select from guardianship g
                where g.school_id = i.school_id and g.student_id = i.student_id
                  and i.account_id in (g.account_id, g.pending_account_id)
                  and g.custody_blocked_at is not null)
         order by i.seq desc limit $3
        """,
        account_id,
        before_seq,
        limit,
    )


async def last_seq(conn: db.Conn, *, account_id: UUID) -> int:
    """The `seq` of the account's newest item, 0 before the first."""
    found: int | None = await db.value(
        conn, "select last_seq from inbox_head where account_id = $1", account_id
    )
    return found or 0


async def items_after(
    conn: db.Conn, *, account_id: UUID, after_seq: int, limit: int
) -> list[InboxItem]:
    """The items after `after_seq`, oldest first."""
    return await db.many(
        conn,
        InboxItem,
        """
        select i.id, i.seq, i.kind, i.school_id, i.student_id, i.title, i.body, i.data,
               i.created_at, i.read_at
          from inbox_item i
         where i.account_id = $1 and i.seq > $2
           and not exists (
               select from guardianship g
                where g.school_id = i.school_id and g.student_id = i.student_id
                  and i.account_id in (g.account_id, g.pending_account_id)
                  and g.custody_blocked_at is not null)
         order by i.seq limit $3
        """,
        account_id,
        after_seq,
        limit,
    )


async def news(
    conn: db.Conn, *, account_ids: Sequence[UUID], after_seqs: Sequence[int], limit_each: int
) -> list[News]:
    """The items of several accounts, each after its own `seq`, oldest first."""
    found = await db.rows(
        conn,
        """
        select q.account_id, i.id, i.seq, i.kind, i.school_id, i.student_id, i.title, i.body,
               i.data, i.created_at, i.read_at
          from unnest($1::uuid[], $2::bigint[]) as q (account_id, after_seq)
         cross join lateral (
               select n.id, n.seq, n.kind, n.school_id, n.student_id, n.title, n.body, n.data,
                      n.created_at, n.read_at
                 from inbox_item n
                where n.account_id = q.account_id and n.seq > q.after_seq
                  and not exists (
                      select from guardianship g
                       where g.school_id = n.school_id and g.student_id = n.student_id
                         and n.account_id in (g.account_id, g.pending_account_id)
                         and g.custody_blocked_at is not null)
                order by n.seq limit $3) i
         order by q.account_id, i.seq
        """,
        account_ids,
        after_seqs,
        limit_each,
    )
    return [
        News(account_id=row["account_id"], item=msgspec.convert(row, InboxItem)) for row in found
    ]


async def acknowledge(
    conn: db.Conn,
    *,
    account_id: UUID,
    item_id: UUID,
    device_id: UUID,
    state: AckState,
    now: datetime,
) -> InboxItem | None:
    """Note that the item arrived or was read, for the account and for this device's push.

    The first time stands. None: no such item of the account. It is looked for in every month's
    partition: its id does not tell the school's day under which it is kept.
    """
    return await db.one(
        conn,
        InboxItem,
        """
        with item as (
            update inbox_item i
               set delivered_at = coalesce(i.delivered_at, $5),
                   read_at = case $4 when 'read' then coalesce(i.read_at, $5) else i.read_at end
             where i.account_id = $1 and i.id = $2
               and not exists (
                   select from guardianship g
                    where g.school_id = i.school_id and g.student_id = i.student_id
                      and i.account_id in (g.account_id, g.pending_account_id)
                      and g.custody_blocked_at is not null)
            returning i.account_id, i.day, i.id, i.seq, i.kind, i.school_id, i.student_id,
                      i.title, i.body, i.data, i.created_at, i.read_at),
        pushed as (
            update delivery d set state = $4, settled_at = coalesce(d.settled_at, $5)
              from item
             where d.account_id = item.account_id and d.day = item.day and d.inbox_id = item.id
               and d.device_id = $3
               and (d.state in ('queued', 'sent') or d.state = 'delivered' and $4 = 'read'))
        select id, seq, kind, school_id, student_id, title, body, data, created_at, read_at
          from item
        """,
        account_id,
        item_id,
        device_id,
        state,
        now,
    )


async def standings(
    conn: db.Conn, *, session_ids: Sequence[UUID], account_ids: Sequence[UUID], now: datetime
) -> list[Standing]:
    """How these sessions stand, in their order; unknown ones are not live."""
    return await db.many(
        conn,
        Standing,
        """
        select exists (
                   select from session s
                     join account a on a.id = s.account_id
                     join device d on d.id = s.device_id
                    where s.id = q.session_id and s.account_id = q.account_id
                      and s.revoked_at is null and s.expires_at > $3
                      and a.disabled_at is null and d.revoked_at is null) as is_live,
               (select concat_ws(' ', count(*), count(*) filter (where g.can_see),
                       count(g.custody_blocked_at), max(g.custody_blocked_at))
                  from guardianship g
                 where g.account_id = q.account_id and g.ended_at is null)
               || coalesce((
                   select string_agg(concat_ws(' ', '', m.role, m.school_id, m.org_unit_id), ','
                                     order by m.role, m.school_id, m.org_unit_id)
                     from membership m
                    where m.account_id = q.account_id and m.ended_at is null
                      and (m.valid_from is null or m.valid_from <= $3)
                      and (m.valid_until is null or m.valid_until > $3)), '') as rights,
               coalesce((select h.last_seq from inbox_head h
                          where h.account_id = q.account_id), 0) as last_seq
          from unnest($1::uuid[], $2::uuid[]) with ordinality as q (session_id, account_id, n)
         order by q.n
        """,
        session_ids,
        account_ids,
        now,
    )
