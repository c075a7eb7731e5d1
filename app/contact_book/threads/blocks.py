"""A guardian's writing in a thread: stopped by the school, lifted by the principal."""

from datetime import datetime
from uuid import UUID

from app import audit, db
from app.contact_book.model import text_of
from app.contact_book.threads import messages
from app.contact_book.threads.model import (
    MessageRow,
    NoSuchBlock,
    NotToBeStopped,
    ThreadBlock,
    ThreadRow,
)
from app.ids import new_id

_SELECT = """
    select b.id, b.thread_id, t.student_id, s.name as student_name,
           coalesce((select min(g.name) from guardianship link
                       join guardian g on g.school_id = link.school_id and g.id = link.guardian_id
                      where link.school_id = b.school_id and link.student_id = t.student_id
                        and link.account_id = b.account_id), '') as guardian_name,
           b.reason, (select min(f.name) from staff f
                       where f.school_id = b.school_id and f.account_id = b.set_by) as set_by,
           b.set_at, b.lifted_at, b.lift_reason
      from thread_block b
      join thread t on t.school_id = b.school_id and t.id = b.thread_id
      join student s on s.school_id = t.school_id and s.id = t.student_id
"""


async def of_thread(conn: db.Conn, *, school_id: int, thread_id: UUID) -> list[ThreadBlock]:
    """Who may write no more in it, the latest first."""
    return await db.many(
        conn,
        ThreadBlock,
        _SELECT
        + """
         where b.school_id = $1 and b.thread_id = $2 and b.lifted_at is null
         order by b.id desc
        """,
        school_id,
        thread_id,
    )


async def of_school(
    conn: db.Conn, *, school_id: int, is_live: bool | None, before: UUID | None, limit: int
) -> list[ThreadBlock]:
    """The newest first; `is_live` None: those that were lifted, too."""
    return await db.many(
        conn,
        ThreadBlock,
        _SELECT
        + """
         where b.school_id = $1 and ($2::boolean is null or (b.lifted_at is null) = $2)
           and ($3::uuid is null or b.id < $3)
         order by b.id desc limit $4
        """,
        school_id,
        is_live,
        before,
        limit,
    )


async def stop(
    conn: db.Conn,
    *,
    row: ThreadRow,
    message: MessageRow,
    reason: str,
    set_by: UUID,
    now: datetime,
) -> None:
    """Let the author of a message write no more in the thread. Who is stopped already, stays so.

    Ask first whether the caller is of the school's side or the principal.

    Raises:
        NotToBeStopped: the author wrote for the school.
    """
    if message.author_kind != "guardian":
        raise NotToBeStopped
    # As whoever writes: what is being said at this moment is said, the next is not.
    await messages.lock_thread(conn, school_id=row.school_id, thread_id=row.id)
    made = await db.run(
        conn,
        """
        insert into thread_block (school_id, id, thread_id, account_id, reason, set_by, set_at)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing
        """,
        row.school_id,
        new_id(),
        row.id,
        message.author_account_id,
        text_of(reason),
        set_by,
        now,
    )
    if made:
        await audit.record(
            conn,
            school_id=row.school_id,
            kind="writing_stopped",
            subject_id=row.student_id,
            actor_account_id=set_by,
            detail={"thread": str(row.id), "message": str(message.id)},
            now=now,
        )


async def lift(
    conn: db.Conn,
    *,
    row: ThreadRow,
    block_id: UUID,
    reason: str,
    lifted_by: UUID,
    now: datetime,
) -> None:
    """Let the guardian write again; for a principal of the school.

    Raises:
        NoSuchBlock: none of this thread, or lifted before.
    """
    done = await db.run(
        conn,
        """
        update thread_block set lifted_by = $4, lifted_at = $5, lift_reason = $6
         where school_id = $1 and id = $2 and thread_id = $3 and lifted_at is null
        """,
        row.school_id,
        block_id,
        row.id,
        lifted_by,
        now,
        text_of(reason),
    )
    if not done:
        raise NoSuchBlock
    await audit.record(
        conn,
        school_id=row.school_id,
        kind="writing_allowed",
        subject_id=row.student_id,
        actor_account_id=lifted_by,
        detail={"thread": str(row.id), "block": str(block_id)},
        now=now,
    )
