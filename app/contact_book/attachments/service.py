"""What an announcement, homework, a message or a remark does with its files.

An owner binds what its author has uploaded, in the transaction that writes the owner's own row,
lists with `of`, shows with `shown`, and says in `owners.py` who may see.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from app import db
from app.contact_book.attachments import queries
from app.contact_book.attachments.model import (
    MAX_EACH,
    Attachment,
    AttachmentInUse,
    AttachmentShown,
    BoundKind,
    NoSuchAttachment,
    TooManyAttachments,
)
from app.contact_book.attachments.urls import AttachmentUrls
from app.photos.queries import discard

_SMALL: Final = "-small"


async def bind(
    conn: db.Conn,
    *,
    school_id: int,
    ids: Sequence[UUID],
    kind: BoundKind,
    ref_id: UUID,
    account_id: UUID,
) -> None:
    """Let the account's own unbound files belong to this, behind those that do already.

    Raises:
        NoSuchAttachment: one that comes is not the account's, or one is not of this school, swept
            or removed.
        AttachmentInUse: one of them belongs to something else.
        TooManyAttachments: more than 10 in all.
    """
    if not ids:
        return
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MAX_EACH:
        raise too_many()
    files = await queries.locked(conn, school_id=school_id, ids=wanted)
    # What belongs to this already may have come from another teacher.
    coming = [each for each in files if (each.bound_kind, each.bound_id) != (kind, ref_id)]
    if len(files) < len(wanted) or any(each.uploaded_by != account_id for each in coming):
        raise NoSuchAttachment
    if any(each.bound_kind is not None for each in coming):
        raise AttachmentInUse
    before = await queries.bound_to(conn, school_id=school_id, kind=kind, ref_ids=[ref_id])
    known = {each.id for each in before}
    new = [each for each in wanted if each not in known]
    if len(before) + len(new) > MAX_EACH:
        raise too_many()
    await queries.set_bound(
        conn, school_id=school_id, ids=new, kind=kind, ref_id=ref_id, after=len(before)
    )


async def unbind(
    conn: db.Conn,
    *,
    school_id: int,
    kind: BoundKind,
    ref_id: UUID,
    now: datetime,
    keep: Collection[UUID] = (),
) -> None:
    """Take all files from this but `keep`. Who sent them may bind them again for a day."""
    await queries.set_unbound(
        conn, school_id=school_id, kind=kind, ref_id=ref_id, keep=keep, now=now
    )


async def rebind(
    conn: db.Conn,
    *,
    school_id: int,
    ids: Sequence[UUID],
    kind: BoundKind,
    ref_id: UUID,
    account_id: UUID,
    now: datetime,
) -> None:
    """Let exactly these files belong to this, in this order, whoever sent those that do already.

    Raises: as `bind`.
    """
    if len(set(ids)) > MAX_EACH:
        raise too_many()
    await unbind(conn, school_id=school_id, kind=kind, ref_id=ref_id, now=now, keep=ids)
    before = await queries.bound_to(conn, school_id=school_id, kind=kind, ref_ids=[ref_id])
    known = {each.id for each in before}
    await bind(
        conn,
        school_id=school_id,
        ids=[each for each in ids if each not in known],
        kind=kind,
        ref_id=ref_id,
        account_id=account_id,
    )
    await queries.set_bound(
        conn, school_id=school_id, ids=list(dict.fromkeys(ids)), kind=kind, ref_id=ref_id, after=0
    )


async def of(
    conn: db.Conn, *, school_id: int, kind: BoundKind, ref_ids: Collection[UUID]
) -> dict[UUID, list[Attachment]]:
    """What belongs to each of these, in its order; who has none is not among the keys."""
    found: dict[UUID, list[Attachment]] = {}
    if ref_ids:
        for each in await queries.bound_to(conn, school_id=school_id, kind=kind, ref_ids=ref_ids):
            if each.bound_id is not None:
                found.setdefault(each.bound_id, []).append(each)
    return found


def shown(attachments: Iterable[Attachment], urls: AttachmentUrls) -> list[AttachmentShown]:
    """As the API shows them to the caller whom `urls` are for."""
    return [
        AttachmentShown(
            id=each.id,
            kind=each.kind,
            name=each.name,
            bytes=each.bytes,
            pages=each.pages,
            width=each.width,
            height=each.height,
            url=urls.full(each.school_id, each.id),
            preview_url=urls.small(each.school_id, each.id) if each.kind == "image" else None,
        )
        for each in attachments
    ]


async def remove(
    conn: db.Conn, *, school_id: int, attachment_id: UUID, account_id: UUID, now: datetime
) -> None:
    """Delete an account's own file that belongs to nothing.

    Raises:
        NoSuchAttachment: not one of these.
    """
    key = await queries.set_removed(
        conn, school_id=school_id, attachment_id=attachment_id, account_id=account_id, now=now
    )
    if key is None:
        raise NoSuchAttachment
    await discard(conn, school_id=school_id, keys=objects_of(key), due_in_s=0.0)


def objects_of(object_key: str) -> list[str]:
    """The keys in the storage of one file: itself, and of a picture the small one."""
    return [object_key, object_key + _SMALL]


def too_many() -> TooManyAttachments:
    """What is said to who sends too many with one thing."""
    return TooManyAttachments(
        (f"Mỗi mục tối đa {MAX_EACH} tệp.", f"At most {MAX_EACH} files each.")
    )
