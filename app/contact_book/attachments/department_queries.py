"""SQL over the department's files: global rows, as the announcement that they go with."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.attachments.model import Attachment
from app.contact_book.attachments.queries import Used


class SealedFile(Struct, frozen=True, kw_only=True):
    """A file of the department's that is there, and what it is sealed under.

    `announcement_id` None: it was not sent with anything. `is_withdrawn`: its announcement was.
    """

    # Before `bytes`, which is a number here.
    wrapped_key: bytes
    id: UUID
    uploaded_by: UUID
    kind: str
    name: str
    bytes: int
    pages: int | None
    width: int | None
    height: int | None
    object_key: str
    created_at: datetime
    announcement_id: UUID | None
    is_withdrawn: bool


async def lock_uploads(conn: db.Conn, *, account_id: UUID) -> None:
    """One upload of an account after the other is counted, until the end of the transaction."""
    await db.value(
        conn,
        """
        select pg_advisory_xact_lock(
            hashtextextended('department attachments ' || $1::uuid::text, 0))
        """,
        account_id,
    )


async def used_since(conn: db.Conn, *, account_id: UUID, since: datetime) -> Used:
    """What an account has sent in since then, removed or not."""
    found = await db.one(
        conn,
        Used,
        """
        select count(*)::int as files, coalesce(sum(bytes), 0)::bigint as bytes,
               min(created_at) as oldest
          from department_attachment where uploaded_by = $1 and created_at > $2
        """,
        account_id,
        since,
    )
    return found or Used(files=0, bytes=0, oldest=None)


async def insert(conn: db.Conn, *, row: Attachment, wrapped_key: bytes) -> None:
    """Put down a file that lies in the storage; it is bound to nothing yet."""
    await db.run(
        conn,
        """
        insert into department_attachment (id, uploaded_by, kind, name, bytes, pages, width, height,
                                           object_key, wrapped_key, created_at, unbound_since)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
        """,
        row.id,
        row.uploaded_by,
        row.kind,
        row.name,
        row.bytes,
        row.pages,
        row.width,
        row.height,
        row.object_key,
        wrapped_key,
        row.created_at,
    )


async def sealed_file(conn: db.Conn, *, attachment_id: UUID) -> SealedFile | None:
    """One file that is there."""
    return await db.one(
        conn,
        SealedFile,
        """
        select f.id, f.uploaded_by, f.kind, f.name, f.bytes, f.pages, f.width, f.height,
               f.object_key, f.created_at, f.announcement_id, f.wrapped_key,
               d.withdrawn_at is not null as is_withdrawn
          from department_attachment f
          left join department_announcement d on d.id = f.announcement_id
         where f.id = $1 and f.removed_at is null
        """,
        attachment_id,
    )


async def locked(conn: db.Conn, *, ids: Collection[UUID]) -> list[Attachment]:
    """These files, locked in the order of their ids; what is removed is not among them."""
    return await db.many(
        conn,
        Attachment,
        """
        select 0 as school_id, id, uploaded_by, kind, name, bytes, pages, width, height, object_key,
               created_at,
               case when announcement_id is not null then 'announcement' end as bound_kind,
               announcement_id as bound_id
          from department_attachment
         where id = any($1::uuid[]) and removed_at is null order by id for update
        """,
        list(ids),
    )


async def bound_to(
    conn: db.Conn, *, announcement_ids: Collection[UUID], school_id: int, with_withdrawn: bool
) -> list[Attachment]:
    """What goes with these, in its order, as files that are asked for through this school."""
    return await db.many(
        conn,
        Attachment,
        """
        select $2::int as school_id, f.id, f.uploaded_by, f.kind, f.name, f.bytes, f.pages, f.width,
               f.height, f.object_key, f.created_at, 'announcement' as bound_kind,
               f.announcement_id as bound_id
          from department_attachment f join department_announcement d on d.id = f.announcement_id
         where f.announcement_id = any($1::uuid[]) and f.removed_at is null
           and ($3 or d.withdrawn_at is null)
         order by f.announcement_id, f.position, f.id
        """,
        list(announcement_ids),
        school_id,
        with_withdrawn,
    )


async def set_bound(conn: db.Conn, *, ids: Sequence[UUID], announcement_id: UUID) -> None:
    """Bind these, in this order."""
    await db.run(
        conn,
        """
        update department_attachment f
           set announcement_id = $2, unbound_since = null, position = q.nth
          from unnest($1::uuid[]) with ordinality as q (id, nth)
         where f.id = q.id and f.removed_at is null
        """,
        list(ids),
        announcement_id,
    )


async def set_unbound(
    conn: db.Conn, *, announcement_id: UUID, keep: Collection[UUID], now: datetime
) -> None:
    """Unbind what goes with this, but for `keep`."""
    await db.run(
        conn,
        """
        update department_attachment
           set announcement_id = null, unbound_since = $3, position = 0
         where announcement_id = $1 and not id = any($2::uuid[])
        """,
        announcement_id,
        list(keep),
        now,
    )


async def set_removed(
    conn: db.Conn, *, attachment_id: UUID, account_id: UUID, now: datetime
) -> str | None:
    """Remove an account's own file that is bound to nothing; its key in the storage."""
    key: str | None = await db.value(
        conn,
        """
        update department_attachment set removed_at = $3
         where id = $1 and uploaded_by = $2 and announcement_id is null and removed_at is null
        returning object_key
        """,
        attachment_id,
        account_id,
        now,
    )
    return key


async def discard(conn: db.Conn, *, keys: Collection[str], due_in_s: float) -> None:
    """List objects that nobody points at, to be deleted then."""
    await db.run(
        conn,
        """
        insert into department_discarded_object (key, due_at)
        select key, now() + $2 * interval '1 second' from unnest($1::text[]) as key order by key
        on conflict (key) do update set due_at = excluded.due_at
        """,
        list(keys),
        due_in_s,
    )


async def keep(conn: db.Conn, *, keys: Collection[str]) -> None:
    """These objects are pointed at from this commit on."""
    await db.run(
        conn, "delete from department_discarded_object where key = any($1::text[])", list(keys)
    )
