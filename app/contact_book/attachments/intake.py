"""How a file comes in: judged by what is in it, written anew, sealed, stored, put down.

No connection is held while a file is judged or travels. What is put is on the list of objects to
delete until the commit that puts the file down, as with pictures.
"""

import asyncio
from datetime import datetime, timedelta
from typing import IO, Final
from uuid import UUID

from msgspec import Struct

from app import db
from app.contact_book.attachments import queries
from app.contact_book.attachments.model import (
    MAX_BYTES_A_DAY,
    MAX_FILES_A_DAY,
    Attachment,
    AttachmentQuota,
    Kind,
    NotAttachable,
)
from app.contact_book.attachments.names import file_name
from app.contact_book.attachments.pdfs import prepared_pdf
from app.contact_book.attachments.service import objects_of
from app.crypto import SchoolBox, Vault
from app.photos.pictures import NoPicture, prepared_large
from app.photos.queries import discard, keep
from app.photos.service import PUTTING_S
from app.schools.common import school_box
from app.storage import Storage

SEALED: Final = "application/octet-stream"
_DAY: Final = timedelta(hours=24)
# ISO 32000-1 annex H, note 13: readers find the header in the first kilobyte.
_PDF_MARK: Final = b"%PDF-"
_PDF_WITHIN: Final = 1024


class Prepared(Struct, frozen=True, kw_only=True):
    """A file as it will be stored; `small` of a picture."""

    kind: Kind
    data: bytes
    small: bytes | None
    pages: int | None
    width: int | None
    height: int | None


async def prepared(file: IO[bytes]) -> Prepared:
    """The picture or PDF in a real file, whatever it is called, written anew.

    Raises:
        NotAttachable: neither, or a picture that is broken.
        HeicPicture, PictureTooLarge, PictureTooSmall: of a picture.
        PdfEncrypted, PdfBroken, PdfTooLarge: of a PDF.
    """
    file.seek(0)
    is_pdf = _PDF_MARK in await asyncio.to_thread(file.read, _PDF_WITHIN)
    file.seek(0)
    if is_pdf:
        pdf = await prepared_pdf(file)
        return Prepared(
            kind="pdf", data=pdf.data, small=None, pages=pdf.pages, width=None, height=None
        )
    try:
        picture = await prepared_large(file)
    except NoPicture:
        raise NotAttachable(
            (
                "Tên tệp không nói lên gì; nội dung phải là ảnh hoặc PDF còn nguyên vẹn.",
                "Whatever it is called: it must be a picture or a PDF, and whole.",
            )
        ) from None
    return Prepared(
        kind="image",
        data=picture.full,
        small=picture.preview,
        pages=None,
        width=picture.width,
        height=picture.height,
    )


async def require_room(
    conn: db.Conn, *, school_id: int, account_id: UUID, now: datetime, size: int = 0
) -> None:
    """Let an account send one more file of `size` bytes.

    Raises:
        AttachmentQuota: it has sent 100 files or 200 MB to the school within 24 hours.
    """
    used = await queries.used_since(
        conn, school_id=school_id, account_id=account_id, since=now - _DAY
    )
    require_left(used, size=size, now=now)


def require_left(used: queries.Used, *, size: int, now: datetime) -> None:
    """Whether `size` more bytes fit into what an account may send in 24 hours.

    Raises:
        AttachmentQuota: they do not.
    """
    if used.files >= MAX_FILES_A_DAY or used.bytes + size > MAX_BYTES_A_DAY:
        free_at = (used.oldest or now) + _DAY
        raise AttachmentQuota(max(60, int((free_at - now).total_seconds())))


async def store(
    pool: db.Pool,
    storage: Storage,
    *,
    vault: Vault,
    school_id: int,
    attachment_id: UUID,
    file: Prepared,
) -> str:
    """Seal a file under the school's key and put it; its key. Nobody points at it yet.

    Raises:
        StorageAway: what was put by then is deleted within the hour.
    """
    key = f"schools/{school_id}/attachments/{attachment_id.hex}"
    parts = dict(zip(objects_of(key), (file.data, file.small), strict=True))
    async with db.transaction(pool, schools=[school_id]) as conn:
        box = await school_box(conn, vault=vault, school_id=school_id)
        await discard(conn, school_id=school_id, keys=list(parts), due_in_s=PUTTING_S)
    for object_key, data in parts.items():
        if data is not None:
            sealed = await asyncio.to_thread(box.seal_bytes, data, field=field_of(object_key))
            await storage.put(object_key, sealed, content_type=SEALED)
    return key


async def put_down(
    conn: db.Conn,
    *,
    school_id: int,
    attachment_id: UUID,
    account_id: UUID,
    name: str,
    file: Prepared,
    object_key: str,
    now: datetime,
) -> Attachment:
    """The stored file is there from this commit on, bound to nothing, for a day.

    Raises:
        AttachmentQuota: others of the account were faster.
    """
    await queries.lock_uploads(conn, school_id=school_id, account_id=account_id)
    size = len(file.data)
    await require_room(conn, school_id=school_id, account_id=account_id, now=now, size=size)
    row = attachment_of(
        file,
        school_id=school_id,
        attachment_id=attachment_id,
        account_id=account_id,
        name=name,
        object_key=object_key,
        now=now,
    )
    await queries.insert(conn, row=row)
    await keep(conn, school_id=school_id, keys=objects_of(object_key))
    return row


def attachment_of(
    file: Prepared,
    *,
    school_id: int,
    attachment_id: UUID,
    account_id: UUID,
    name: str,
    object_key: str,
    now: datetime,
) -> Attachment:
    """A file's row as it is put down, called by what is left of its name."""
    return Attachment(
        school_id=school_id,
        id=attachment_id,
        uploaded_by=account_id,
        kind=file.kind,
        name=file_name(name, file.kind),
        bytes=len(file.data),
        pages=file.pages,
        width=file.width,
        height=file.height,
        object_key=object_key,
        created_at=now,
        bound_kind=None,
        bound_id=None,
    )


def unsealed(box: SchoolBox, sealed: bytes, *, object_key: str) -> bytes:
    """What `store` has sealed."""
    return box.open_bytes(sealed, field=field_of(object_key))


def field_of(object_key: str) -> str:
    """What is sealed is good under its own key in the storage alone."""
    return f"attachment:{object_key}"
