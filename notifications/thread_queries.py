"""Who hears of a message on the school's side: asked when it is told, not when it was written."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app import db
from notifications.model import OutboxRow, Recipient


def thread_of(row: OutboxRow) -> UUID | None:
    """The thread whose teachers a row is for; None: it is for somebody else."""
    if row.kind != "message" or not isinstance(row.params, dict):
        return None
    named = row.params.get("thread_id")
    if row.params.get("to") != "staff" or not isinstance(named, str):
        return None
    try:
        return UUID(named)
    except ValueError:
        return None


async def hearers(
    conn: db.Conn, rows: Sequence[OutboxRow], threads: Mapping[UUID, UUID], *, now: datetime
) -> list[Recipient]:
    """Whoever sits on the school's side at this moment, stand-ins too; never who wrote.

    `threads`: by outbox id, of those rows that are for a thread's teachers.
    """
    named = [(row, threads[row.id]) for row in rows if row.id in threads]
    return await db.many(
        conn,
        Recipient,
        """
        select q.outbox_id, a.id as account_id, a.locale
          from unnest($1::uuid[], $2::int[], $3::uuid[], $4::uuid[])
               as q (outbox_id, school_id, thread_id, actor_id)
         cross join lateral thread_hearers(q.school_id, q.thread_id, $5) as hearer (account_id)
          join account a on a.id = hearer.account_id
         where a.disabled_at is null and a.paper_at is null
           and a.id is distinct from q.actor_id
        """,
        [row.id for row, _ in named],
        [row.school_id for row, _ in named],
        [thread for _, thread in named],
        [row.actor_account_id for row, _ in named],
        now,
    )
