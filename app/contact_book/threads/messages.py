"""SQL over messages: one more under the thread's lock, edits, what was taken back, its news."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.threads.model import MessageEdit, MessageRow


class ThreadHead(Struct, frozen=True, kw_only=True):
    """What is needed to write into a locked thread, and what either side was told last of it."""

    school_id: int
    id: UUID
    student_id: UUID
    student_name: str
    only_account_id: UUID | None
    last_seq: int
    family_told: UUID | None
    family_told_day: date | None
    staff_told: UUID | None
    staff_told_day: date | None


async def lock_thread(conn: db.Conn, *, school_id: int, thread_id: UUID) -> ThreadHead | None:
    """The thread; who writes into it waits for the end of the transaction."""
    return await db.one(
        conn,
        ThreadHead,
        """
        select t.school_id, t.id, t.student_id, s.name as student_name, t.only_account_id,
               t.last_seq, t.family_told, t.family_told_day, t.staff_told, t.staff_told_day
          from thread t join student s on s.school_id = t.school_id and s.id = t.student_id
         where t.school_id = $1 and t.id = $2 for no key update of t
        """,
        school_id,
        thread_id,
    )


_SELECT = """
    select school_id, thread_id, seq, id, author_account_id, author_kind, author_name, is_stand_in,
           text, sent_at, edited_at, taken_back_at
      from thread_message
"""


async def message(conn: db.Conn, *, school_id: int, message_id: UUID) -> MessageRow | None:
    """The message of that id, in whatever thread of the school."""
    return await db.one(
        conn, MessageRow, _SELECT + " where school_id = $1 and id = $2", school_id, message_id
    )


async def messages(
    conn: db.Conn,
    *,
    school_id: int,
    thread_id: UUID,
    until: datetime | None,
    before: int | None,
    limit: int,
) -> list[MessageRow]:
    """The newest first, those before the `seq`; `until`: what was said before that."""
    return await db.many(
        conn,
        MessageRow,
        _SELECT
        + """
         where school_id = $1 and thread_id = $2 and ($3::int is null or seq < $3)
           and ($4::timestamptz is null or sent_at < $4)
         order by seq desc limit $5
        """,
        school_id,
        thread_id,
        before,
        until,
        limit,
    )


async def insert_message(conn: db.Conn, row: MessageRow, *, search_key: str) -> None:
    """One more at the end of a thread that is locked.

    Raises:
        UniqueViolation: the id is another message's of the school.
    """
    await conn.execute(
        """
        with said as (
            insert into thread_message (school_id, thread_id, seq, id, author_account_id,
                   author_kind, author_name, is_stand_in, text, search_key, sent_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11))
        update thread set last_seq = $3, last_at = $11 where school_id = $1 and id = $2
        """,
        row.school_id,
        row.thread_id,
        row.seq,
        row.id,
        row.author_account_id,
        row.author_kind,
        row.author_name,
        row.is_stand_in,
        row.text,
        search_key,
        row.sent_at,
    )


async def edit(
    conn: db.Conn, row: MessageRow, *, text: str, search_key: str, now: datetime
) -> None:
    """Another text; what it was before is kept."""
    await conn.execute(
        """
        with kept as (
            insert into thread_edit (school_id, message_id, nth, text, edited_at)
            select school_id, id,
                   1 + (select count(*) from thread_edit e
                         where e.school_id = $1 and e.message_id = $2), text, $5
              from thread_message where school_id = $1 and id = $2)
        update thread_message set text = $3, search_key = $4, edited_at = $5
         where school_id = $1 and id = $2
        """,
        row.school_id,
        row.id,
        text,
        search_key,
        now,
    )


async def take_back(conn: db.Conn, row: MessageRow, *, now: datetime) -> None:
    """Nobody of the thread is shown it any more; the row stays, with what it said."""
    await conn.execute(
        """
        update thread_message set taken_back_at = $3, search_key = ''
         where school_id = $1 and id = $2 and taken_back_at is null
        """,
        row.school_id,
        row.id,
        now,
    )


async def edits(
    conn: db.Conn, *, school_id: int, message_ids: Sequence[UUID]
) -> dict[UUID, list[MessageEdit]]:
    """What each message said before, the first first; who has none is not among the keys."""
    rows = await db.rows(
        conn,
        """
        select message_id, nth, text, edited_at from thread_edit
         where school_id = $1 and message_id = any($2) order by message_id, nth
        """,
        school_id,
        list(message_ids),
    )
    found: dict[UUID, list[MessageEdit]] = {}
    for row in rows:
        made = MessageEdit(nth=row["nth"], text=row["text"], edited_at=row["edited_at"])
        found.setdefault(row["message_id"], []).append(made)
    return found


async def has_unread(conn: db.Conn, *, head: ThreadHead, told: UUID, side: str) -> bool:
    """Whether somebody of the side has not read the message that its last news was about."""
    return bool(
        await db.value(
            conn,
            """
            select not exists (
                select from thread_read r join thread_message m
                    on m.school_id = r.school_id and m.thread_id = r.thread_id
                 where r.school_id = $1 and r.thread_id = $2 and r.side = $4 and m.id = $3
                   and r.seq >= m.seq)
            """,
            head.school_id,
            head.id,
            told,
            side,
        )
    )


async def hurry_news(
    conn: db.Conn, *, head: ThreadHead, told: UUID, side: str, wait_s: float
) -> bool:
    """Whether news to that side waits untold: it will do for one more message, and comes no later.

    One that a relay is just telling is none. Until the end of the transaction no relay tells it.
    """
    found = await db.value(
        conn,
        """
        with pending as (
            select school_id, id from outbox
             where school_id = $1 and event_id = $2 and kind = 'message' and dead_at is null
               and params ->> 'to' = $3
               for no key update skip locked)
        update outbox o set due_at = least(o.due_at, now() + $4 * interval '1 second')
          from pending p where o.school_id = p.school_id and o.id = p.id
        returning 1
        """,
        head.school_id,
        told,
        side,
        wait_s,
    )
    return found is not None


async def insert_news(
    conn: db.Conn,
    *,
    head: ThreadHead,
    to_staff: bool,
    message_id: UUID,
    day: date,
    actor_account_id: UUID,
    account_id: UUID | None,
    wait_s: float,
    params: dict[str, Any],
    outbox_id: UUID,
) -> None:
    """News to one side, due in a while; the thread remembers it, so that the next replaces it."""
    await conn.execute(
        """
        with news as (
            insert into outbox (school_id, id, kind, day, event_id, student_id, actor_account_id,
                   account_id, params, due_at)
            values ($1, $2, 'message', $3, $4, $5, $6, $7, $8, now() + $9 * interval '1 second'))
        update thread
           set staff_told = case when $11 then $4 else staff_told end,
               staff_told_day = case when $11 then $3 else staff_told_day end,
               family_told = case when $11 then family_told else $4 end,
               family_told_day = case when $11 then family_told_day else $3 end
         where school_id = $1 and id = $10
        """,
        head.school_id,
        outbox_id,
        day,
        message_id,
        head.student_id,
        actor_account_id,
        account_id,
        params,
        wait_s,
        head.id,
        to_staff,
    )
