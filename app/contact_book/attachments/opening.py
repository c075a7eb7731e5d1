"""A file behind an address, for whoever may see it at this moment."""

import asyncio
from datetime import datetime

import structlog
from msgspec import Struct

from app import db
from app.contact_book.attachments import department_queries, queries
from app.contact_book.attachments.department import OF_DEPARTMENT
from app.contact_book.attachments.department_queries import SealedFile
from app.contact_book.attachments.intake import unsealed
from app.contact_book.attachments.model import (
    Attachment,
    AttachmentDamaged,
    AttachmentLost,
    NoSuchAttachment,
)
from app.contact_book.attachments.owners import DEPARTMENT_MAY_SEE, MAY_SEE
from app.contact_book.attachments.service import objects_of
from app.contact_book.attachments.urls import Opened, read_token
from app.crypto import SchoolBox, Undecryptable, Vault
from app.identity.model import Caller
from app.identity.queries import caller_of_session
from app.schools.common import school_box
from app.storage import NoSuchObject, Storage

_log = structlog.get_logger(__name__)


class OpenedFile(Struct, frozen=True, kw_only=True):
    """A file that is shown: the row, and the bytes of the size that was asked for."""

    opened: Opened
    row: Attachment | SealedFile
    data: bytes


async def opened_file(
    pool: db.Pool, storage: Storage, *, vault: Vault, token: str, now: datetime
) -> OpenedFile:
    """The file behind an address. No connection is held while it is fetched.

    Raises:
        NoSuchAttachment: not one of our addresses, over, removed, or not to be seen any more by
            the one it was made for.
        AttachmentLost, AttachmentDamaged: the storage does not have it, or has something else.
        StorageAway: the storage does not answer.
    """
    opened = read_token(vault.ring, token, now=now)
    async with db.transaction(pool, schools=[opened.school_id]) as conn:
        row = await _seen(conn, opened, now)
        box = await _box(conn, vault, opened, row)
    full, small = objects_of(row.object_key)
    key = full if opened.size == "full" else small
    data = await _fetched(storage, box, key, opened)
    return OpenedFile(opened=opened, row=row, data=data)


async def _fetched(storage: Storage, box: SchoolBox, key: str, opened: Opened) -> bytes:
    """What we have put there, or word of that to the operator: nobody else will notice."""
    about = {"school_id": opened.school_id, "attachment_id": str(opened.attachment_id)}
    try:
        sealed = await storage.get(key)
        return await asyncio.to_thread(unsealed, box, sealed, object_key=key)
    except NoSuchObject:
        _log.error("attachments.lost", size=opened.size, **about)
        raise AttachmentLost from None
    except Undecryptable:
        _log.error("attachments.damaged", size=opened.size, **about)
        raise AttachmentDamaged from None


async def _box(
    conn: db.Conn, vault: Vault, opened: Opened, row: Attachment | SealedFile
) -> SchoolBox:
    if isinstance(row, SealedFile):
        return vault.school_box(row.wrapped_key, OF_DEPARTMENT)
    await db.scope(conn, schools=[opened.school_id])
    return await school_box(conn, vault=vault, school_id=opened.school_id)


async def _seen(conn: db.Conn, opened: Opened, now: datetime) -> Attachment | SealedFile:
    row: Attachment | SealedFile | None = await queries.attachment(
        conn, school_id=opened.school_id, attachment_id=opened.attachment_id
    ) or await department_queries.sealed_file(conn, attachment_id=opened.attachment_id)
    caller = await caller_of_session(conn, session_id=opened.session_id, now=now)
    if row is None or caller is None:
        raise NoSuchAttachment
    await db.scope(
        conn, schools={*caller.school_ids, opened.school_id}, accounts=[caller.account_id]
    )
    if isinstance(row, SealedFile):
        may_see = await _may_see_departments(conn, caller, row, opened.school_id, now)
    else:
        may_see = await _may_see(conn, caller, row)
    if not may_see:
        raise NoSuchAttachment
    return row


async def _may_see(conn: db.Conn, caller: Caller, row: Attachment) -> bool:
    if row.bound_kind is None or row.bound_id is None:
        return row.uploaded_by == caller.account_id and row.school_id in caller.school_ids
    may_see = MAY_SEE.get(row.bound_kind)
    if may_see is None:
        return False
    return await may_see(conn, caller=caller, school_id=row.school_id, ref_id=row.bound_id)


async def _may_see_departments(
    conn: db.Conn, caller: Caller, row: SealedFile, school_id: int, now: datetime
) -> bool:
    """As one of the department, or as who may see the copy of this school."""
    if school_id != OF_DEPARTMENT:
        if row.announcement_id is None or row.is_withdrawn:
            return False
        return await MAY_SEE["announcement"](
            conn, caller=caller, school_id=school_id, ref_id=row.announcement_id
        )
    if row.announcement_id is None:
        return row.uploaded_by == caller.account_id and "department_admin" in caller.roles
    return await DEPARTMENT_MAY_SEE(
        conn, caller=caller, announcement_id=row.announcement_id, now=now
    )
