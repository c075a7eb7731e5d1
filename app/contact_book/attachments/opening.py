"""A file behind an address, for whoever may see it at this moment."""

import asyncio
from datetime import datetime

from msgspec import Struct

from app import db
from app.contact_book.attachments import queries
from app.contact_book.attachments.intake import unsealed
from app.contact_book.attachments.model import Attachment, NoSuchAttachment
from app.contact_book.attachments.owners import MAY_SEE
from app.contact_book.attachments.service import objects_of
from app.contact_book.attachments.urls import Opened, read_token
from app.crypto import Vault
from app.identity.model import Caller
from app.identity.queries import caller_of_session
from app.schools.common import school_box
from app.storage import NoSuchObject, Storage


class OpenedFile(Struct, frozen=True, kw_only=True):
    """A file that is shown: the row, and the bytes of the size that was asked for."""

    opened: Opened
    row: Attachment
    data: bytes


async def opened_file(
    pool: db.Pool, storage: Storage, *, vault: Vault, token: str, now: datetime
) -> OpenedFile:
    """The file behind an address. No connection is held while it is fetched.

    Raises:
        NoSuchAttachment: not one of our addresses, over, removed, or not to be seen any more by
            the one it was made for.
        StorageAway: the storage does not answer.
    """
    opened = read_token(vault.ring, token, now=now)
    async with db.transaction(pool, schools=[opened.school_id]) as conn:
        row = await _seen(conn, opened, now)
        await db.scope(conn, schools=[opened.school_id])
        box = await school_box(conn, vault=vault, school_id=opened.school_id)
    full, small = objects_of(row.object_key)
    key = full if opened.size == "full" else small
    try:
        sealed = await storage.get(key)
    except NoSuchObject:
        raise NoSuchAttachment from None
    data = await asyncio.to_thread(unsealed, box, sealed, object_key=key)
    return OpenedFile(opened=opened, row=row, data=data)


async def _seen(conn: db.Conn, opened: Opened, now: datetime) -> Attachment:
    row = await queries.attachment(
        conn, school_id=opened.school_id, attachment_id=opened.attachment_id
    )
    caller = await caller_of_session(conn, session_id=opened.session_id, now=now)
    if row is None or caller is None:
        raise NoSuchAttachment
    await db.scope(
        conn, schools={*caller.school_ids, opened.school_id}, accounts=[caller.account_id]
    )
    if not await _may_see(conn, caller, row):
        raise NoSuchAttachment
    return row


async def _may_see(conn: db.Conn, caller: Caller, row: Attachment) -> bool:
    if row.bound_kind is None or row.bound_id is None:
        return row.uploaded_by == caller.account_id and row.school_id in caller.school_ids
    may_see = MAY_SEE.get(row.bound_kind)
    if may_see is None:
        return False
    return await may_see(conn, caller=caller, school_id=row.school_id, ref_id=row.bound_id)
