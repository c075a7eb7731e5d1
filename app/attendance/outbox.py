"""What is to be told, put down in the transaction of its fact; the relay tells it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct

from app import db
from app.ids import new_id


async def insert_outbox(
    conn: db.Conn,
    *,
    school_id: int,
    message_id: UUID,
    kind: str,
    day: date,
    event_id: UUID,
    student_id: UUID | None,
    actor_account_id: UUID | None,
    params: dict[str, object],
    account_id: UUID | None = None,
) -> None:
    """One message for the relay, in the transaction of its fact.

    It is for the pupil's guardians; with an `account_id` for that account alone.
    """
    await conn.execute(
        """
        insert into outbox (school_id, id, kind, day, event_id, student_id, actor_account_id,
               params, account_id)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        school_id,
        message_id,
        kind,
        day,
        event_id,
        student_id,
        actor_account_id,
        params,
        account_id,
    )


class News(Struct, frozen=True, kw_only=True):
    """A message for the relay, as `insert_outbox` takes one."""

    kind: str
    day: date
    event_id: UUID
    student_id: UUID | None
    actor_account_id: UUID | None
    params: dict[str, object]
    account_id: UUID | None = None


async def insert_news(conn: db.Conn, *, school_id: int, news: Sequence[News]) -> None:
    """Many messages in one statement; told in their order."""
    if not news:
        return
    await conn.execute(
        """
        insert into outbox (school_id, id, kind, day, event_id, student_id, actor_account_id,
               params, account_id)
        select $1, q.* from unnest($2::uuid[], $3::text[], $4::date[], $5::uuid[], $6::uuid[],
               $7::uuid[], $8::jsonb[], $9::uuid[]) as q
        """,
        school_id,
        [new_id() for _ in news],
        [each.kind for each in news],
        [each.day for each in news],
        [each.event_id for each in news],
        [each.student_id for each in news],
        [each.actor_account_id for each in news],
        [each.params for each in news],
        [each.account_id for each in news],
    )
