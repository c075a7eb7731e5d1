"""SQL over attachments: sent in, bound, unbound, swept."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.attachments.model import Attachment, BoundKind


class Used(Struct, frozen=True, kw_only=True):
    """What an account has sent in, and when the oldest of it was."""

    files: int
    bytes: int
    oldest: datetime | None


async def lock_uploads(conn: db.Conn, *, school_id: int, account_id: UUID) -> None:
    """One upload of an account after the other is counted, until the end of the transaction."""
    await db.value(
        conn,
        "select pg_advisory_xact_lock(hashtextextended('attachments ' || $1::uuid::text, $2))",
        account_id,
        school_id,
    )


async def used_since(conn: db.Conn, *, school_id: int, account_id: UUID, since: datetime) -> Used:
    """What an account has sent in since then, removed or not."""
    found = await db.one(
        conn,
        Used,
        """
        select count(*)::int as files, coalesce(sum(bytes), 0)::bigint as bytes,
               min(created_at) as oldest
          from attachment
         where school_id = $1 and uploaded_by = $2 and created_at > $3
        """,
        school_id,
        account_id,
        since,
    )
    return found or Used(files=0, bytes=0, oldest=None)


async def insert(conn: db.Conn, *, row: Attachment) -> None:
    """Put down a file that lies in the storage; it is bound to nothing yet."""
    await db.run(
        conn,
        """
        insert into attachment (school_id, id, uploaded_by, kind, name, bytes, pages, width, height,
                                object_key, created_at, unbound_since)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
        """,
        row.school_id,
        row.id,
        row.uploaded_by,
        row.kind,
        row.name,
        row.bytes,
        row.pages,
        row.width,
        row.height,
        row.object_key,
        row.created_at,
    )


async def locked(conn: db.Conn, *, school_id: int, ids: Collection[UUID]) -> list[Attachment]:
    """These files, locked in the order of their ids; what is removed is not among them."""
    return await db.many(
        conn,
        Attachment,
        """
        select school_id, id, uploaded_by, kind, name, bytes, pages, width, height, object_key,
               created_at, bound_kind, bound_id
          from attachment
         where school_id = $1 and id = any($2::uuid[]) and removed_at is null
         order by id for update
        """,
        school_id,
        list(ids),
    )


async def attachment(conn: db.Conn, *, school_id: int, attachment_id: UUID) -> Attachment | None:
    """One file that is there."""
    return await db.one(
        conn,
        Attachment,
        """
        select school_id, id, uploaded_by, kind, name, bytes, pages, width, height, object_key,
               created_at, bound_kind, bound_id
          from attachment where school_id = $1 and id = $2 and removed_at is null
        """,
        school_id,
        attachment_id,
    )


async def bound_to(
    conn: db.Conn, *, school_id: int, kind: BoundKind, ref_ids: Collection[UUID]
) -> list[Attachment]:
    """What is bound to these, in the order in which it was bound."""
    return await db.many(
        conn,
        Attachment,
        """
        select school_id, id, uploaded_by, kind, name, bytes, pages, width, height, object_key,
               created_at, bound_kind, bound_id
          from attachment
         where school_id = $1 and bound_kind = $2 and bound_id = any($3::uuid[])
           and removed_at is null
         order by bound_id, position, id
        """,
        school_id,
        kind,
        list(ref_ids),
    )


async def set_bound(
    conn: db.Conn,
    *,
    school_id: int,
    ids: Sequence[UUID],
    kind: BoundKind,
    ref_id: UUID,
    after: int,
) -> None:
    """Bind these, in this order, behind `after` others."""
    await db.run(
        conn,
        """
        update attachment a
           set bound_kind = $3, bound_id = $4, unbound_since = null, position = q.nth + $5
          from unnest($2::uuid[]) with ordinality as q (id, nth)
         where a.school_id = $1 and a.id = q.id and a.removed_at is null
        """,
        school_id,
        list(ids),
        kind,
        ref_id,
        after,
    )


async def set_unbound(
    conn: db.Conn,
    *,
    school_id: int,
    kind: BoundKind,
    ref_id: UUID,
    keep: Collection[UUID],
    now: datetime,
) -> None:
    """Unbind what is bound to this, but for `keep`."""
    await db.run(
        conn,
        """
        update attachment
           set bound_kind = null, bound_id = null, unbound_since = $5, position = 0
         where school_id = $1 and bound_kind = $2 and bound_id = $3 and not id = any($4::uuid[])
        """,
        school_id,
        kind,
        ref_id,
        list(keep),
        now,
    )


async def set_removed(
    conn: db.Conn, *, school_id: int, attachment_id: UUID, account_id: UUID, now: datetime
) -> str | None:
    """Remove an account's own file that is bound to nothing; its key in the storage."""
    key: str | None = await db.value(
        conn,
        """
        update attachment set removed_at = $4
         where school_id = $1 and id = $2 and uploaded_by = $3 and bound_kind is null
           and removed_at is null
        returning object_key
        """,
        school_id,
        attachment_id,
        account_id,
        now,
    )
    return key
