"""Files of the department's: one row and one object for a province, whatever schools it reaches.

A school's copy of the announcement has none of its own: who may see that copy may see the files.
Each is sealed under a key of its own, as there is no school whose key it could be.
"""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app import db
from app.contact_book.attachments import department_queries as queries
from app.contact_book.attachments.intake import (
    SEALED,
    Prepared,
    attachment_of,
    field_of,
    require_left,
)
from app.contact_book.attachments.model import (
    MAX_EACH,
    Attachment,
    AttachmentInUse,
    NoSuchAttachment,
)
from app.contact_book.attachments.service import objects_of, too_many
from app.crypto import Vault
from app.photos.service import PUTTING_S
from app.storage import Storage

# In an address, where a school's number stands in those of a school's files.
OF_DEPARTMENT: Final = 0
_DAY: Final = timedelta(hours=24)


async def require_room(conn: db.Conn, *, account_id: UUID, now: datetime, size: int = 0) -> None:
    """Let an account send one more file of `size` bytes.

    Raises:
        AttachmentQuota: it has sent 100 files or 200 MB within 24 hours.
    """
    used = await queries.used_since(conn, account_id=account_id, since=now - _DAY)
    require_left(used, size=size, now=now)


async def store(
    pool: db.Pool, storage: Storage, *, vault: Vault, attachment_id: UUID, file: Prepared
) -> tuple[str, bytes]:
    """Seal a file and put it; its key in the storage, and the wrapped key that it is sealed under.

    Raises:
        StorageAway: what was put by then is deleted within the hour.
    """
    key = f"department/attachments/{attachment_id.hex}"
    wrapped = vault.new_school_key()
    box = vault.school_box(wrapped, OF_DEPARTMENT)
    parts = dict(zip(objects_of(key), (file.data, file.small), strict=True))
    async with db.transaction(pool) as conn:
        await queries.discard(conn, keys=list(parts), due_in_s=PUTTING_S)
    for object_key, data in parts.items():
        if data is not None:
            sealed = await asyncio.to_thread(box.seal_bytes, data, field=field_of(object_key))
            await storage.put(object_key, sealed, content_type=SEALED)
    return key, wrapped


async def put_down(
    conn: db.Conn,
    *,
    attachment_id: UUID,
    account_id: UUID,
    name: str,
    file: Prepared,
    object_key: str,
    wrapped_key: bytes,
    now: datetime,
) -> Attachment:
    """The stored file is there from this commit on, bound to nothing, for a day.

    Raises:
        AttachmentQuota: others of the account were faster.
    """
    await queries.lock_uploads(conn, account_id=account_id)
    await require_room(conn, account_id=account_id, now=now, size=len(file.data))
    row = attachment_of(
        file,
        school_id=OF_DEPARTMENT,
        attachment_id=attachment_id,
        account_id=account_id,
        name=name,
        object_key=object_key,
        now=now,
    )
    await queries.insert(conn, row=row, wrapped_key=wrapped_key)
    await queries.keep(conn, keys=objects_of(object_key))
    return row


async def rebind(
    conn: db.Conn,
    *,
    ids: Sequence[UUID],
    announcement_id: UUID,
    account_id: UUID,
    now: datetime,
) -> None:
    """Let exactly these go with the announcement, in this order.

    What goes with it already may have come from somebody else of the department.

    Raises:
        NoSuchAttachment: one that comes is not the account's, or was swept or removed.
        AttachmentInUse: one of them goes with something else.
        TooManyAttachments: more than 10.
    """
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MAX_EACH:
        raise too_many()
    files = await queries.locked(conn, ids=wanted)
    coming = [each for each in files if each.bound_id != announcement_id]
    if len(files) < len(wanted) or any(each.uploaded_by != account_id for each in coming):
        raise NoSuchAttachment
    if any(each.bound_id is not None for each in coming):
        raise AttachmentInUse
    await queries.set_unbound(conn, announcement_id=announcement_id, keep=wanted, now=now)
    await queries.set_bound(conn, ids=wanted, announcement_id=announcement_id)


async def of(conn: db.Conn, *, announcement_id: UUID, school_id: int) -> list[Attachment]:
    """What goes with the announcement, as a school's people see it: withdrawn, nothing."""
    return await _of(conn, [announcement_id], school_id, with_withdrawn=False)


async def of_own(conn: db.Conn, *, announcement_id: UUID) -> list[Attachment]:
    """What goes with the announcement, as the department's own people see it."""
    return await _of(conn, [announcement_id], OF_DEPARTMENT, with_withdrawn=True)


async def _of(
    conn: db.Conn, ids: Collection[UUID], school_id: int, *, with_withdrawn: bool
) -> list[Attachment]:
    return await queries.bound_to(
        conn, announcement_ids=ids, school_id=school_id, with_withdrawn=with_withdrawn
    )


async def remove(conn: db.Conn, *, attachment_id: UUID, account_id: UUID, now: datetime) -> None:
    """Delete an account's own file that goes with nothing.

    Raises:
        NoSuchAttachment: not one of these.
    """
    key = await queries.set_removed(
        conn, attachment_id=attachment_id, account_id=account_id, now=now
    )
    if key is None:
        raise NoSuchAttachment
    await queries.discard(conn, keys=objects_of(key), due_in_s=0.0)
