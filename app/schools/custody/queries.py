"""SQL over custody blocks, the decisions behind them, and their papers."""

from datetime import datetime
from uuid import UUID

from app import db
from app.schools.custody.model import CustodyDocument, CustodyEvent, StoredDocument


async def account_ids_of_link(
    conn: db.Conn, *, school_id: int, student_id: UUID, guardian_id: UUID
) -> list[UUID | None]:
    """The account of a guardianship, live or ended; empty: there never was such a one."""
    rows = await db.rows(
        conn,
        """
        select coalesce(account_id, pending_account_id) as account_id from guardianship
         where school_id = $1 and student_id = $2 and guardian_id = $3
        """,
        school_id,
        student_id,
        guardian_id,
    )
    return [row["account_id"] for row in rows]


async def set_custody_block(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    account_id: UUID | None,
    guardian_id: UUID,
    reason: str | None,
    now: datetime,
) -> None:
    """Block (or with `reason` None, unblock) this guardian and whoever shares the account."""
    await db.run(
        conn,
        """
        update guardianship
           set custody_blocked_at = case when $5::text is null then null
                                         else coalesce(custody_blocked_at, $6::timestamptz) end,
               custody_reason = $5
         where school_id = $1 and student_id = $2
           and (guardian_id = $3 or $4 in (account_id, pending_account_id))
        """,
        school_id,
        student_id,
        guardian_id,
        account_id,
        reason,
        now,
    )


async def insert_event(
    conn: db.Conn,
    *,
    school_id: int,
    event_id: UUID,
    student_id: UUID,
    guardian_id: UUID,
    action: str,
    reason: str | None,
    document_id: UUID | None,
    decided_by: UUID,
    now: datetime,
) -> None:
    """Who blocked or lifted, when, and on what grounds; never changed."""
    await db.run(
        conn,
        """
        insert into custody_event (school_id, id, student_id, guardian_id, action, reason,
                                   document_id, decided_by, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        school_id,
        event_id,
        student_id,
        guardian_id,
        action,
        reason,
        document_id,
        decided_by,
        now,
    )


async def events(
    conn: db.Conn, *, school_id: int, student_id: UUID, guardian_id: UUID
) -> list[CustodyEvent]:
    """The decisions about a guardian and a pupil, the newest first."""
    return await db.many(
        conn,
        CustodyEvent,
        """
        select id, action, reason, document_id, decided_by, created_at from custody_event
         where school_id = $1 and student_id = $2 and guardian_id = $3
         order by created_at desc, id desc
        """,
        school_id,
        student_id,
        guardian_id,
    )


async def insert_document(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    guardian_id: UUID,
    document: CustodyDocument,
    storage_key: str,
) -> None:
    await db.run(
        conn,
        """
        insert into custody_document (school_id, id, student_id, guardian_id, media_type,
                                      size_bytes, storage_key, uploaded_by, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        school_id,
        document.id,
        student_id,
        guardian_id,
        document.media_type,
        document.size_bytes,
        storage_key,
        document.uploaded_by,
        document.created_at,
    )


async def documents(
    conn: db.Conn, *, school_id: int, student_id: UUID, guardian_id: UUID
) -> list[CustodyDocument]:
    """The papers on file about a guardian and a pupil, the newest first."""
    return await db.many(
        conn,
        CustodyDocument,
        """
        select id, media_type, size_bytes, uploaded_by, created_at from custody_document
         where school_id = $1 and student_id = $2 and guardian_id = $3
         order by created_at desc, id desc
        """,
        school_id,
        student_id,
        guardian_id,
    )


async def stored_document(
    conn: db.Conn, *, school_id: int, student_id: UUID, guardian_id: UUID, document_id: UUID
) -> StoredDocument | None:
    """Where one paper about this guardian and pupil lies."""
    return await db.one(
        conn,
        StoredDocument,
        """
        select id, media_type, storage_key from custody_document
         where school_id = $1 and student_id = $2 and guardian_id = $3 and id = $4
        """,
        school_id,
        student_id,
        guardian_id,
        document_id,
    )


async def log_read(
    conn: db.Conn,
    *,
    school_id: int,
    log_id: UUID,
    account_id: UUID,
    student_id: UUID,
    document_id: UUID,
    now: datetime,
) -> None:
    """Note who looked at a paper."""
    await db.run(
        conn,
        """
        insert into access_log (school_id, id, account_id, action, student_id, object_id,
                                created_at)
        values ($1, $2, $3, 'custody_document_read', $4, $5, $6)
        """,
        school_id,
        log_id,
        account_id,
        student_id,
        document_id,
        now,
    )
