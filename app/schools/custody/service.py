"""Blocking a guardian from a pupil, and lifting it: each on grounds that stay on file.

The papers are sealed under the school's key, and lie in the storage.
"""

import asyncio
from datetime import datetime
from typing import Literal
from uuid import UUID

import structlog

from app import db
from app.crypto import Vault
from app.ids import new_id
from app.photos.queries import discard, keep
from app.photos.service import PUTTING_S
from app.schools.common import lock_school, school_box
from app.schools.custody import queries
from app.schools.custody.model import (
    CustodyDocument,
    CustodyFile,
    MediaType,
    NoGrounds,
    NoSuchDocument,
    StoredDocument,
)
from app.schools.guardians.model import NoSuchGuardian
from app.storage import Storage

log = structlog.get_logger()


async def block(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    guardian_id: UUID,
    reason: str,
    document_id: UUID,
    decided_by: UUID,
    now: datetime,
) -> None:
    """Keep a guardian from a pupil from the next request on, on the paper named.

    Also of a guardianship that has ended: the block outlives it.

    Raises:
        NoSuchGuardian: never was one of this pupil.
        NoSuchDocument: no such paper about the two.
    """
    await _decide(
        conn, school_id, student_id, guardian_id, "block", reason, document_id, decided_by, now
    )


async def lift(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    guardian_id: UUID,
    reason: str | None,
    document_id: UUID | None,
    decided_by: UUID,
    now: datetime,
) -> None:
    """Let a guardian be one again, for a reason or on a paper.

    Raises:
        NoGrounds: neither was given.
        NoSuchGuardian, NoSuchDocument: as `block`.
    """
    if reason is None and document_id is None:
        raise NoGrounds
    await _decide(
        conn, school_id, student_id, guardian_id, "lift", reason, document_id, decided_by, now
    )


async def require_guardian(
    conn: db.Conn, *, school_id: int, student_id: UUID, guardian_id: UUID
) -> None:
    """Refuse what is not a guardianship, live or ended, of this school.

    Raises:
        NoSuchGuardian: never was one of this pupil.
    """
    linked = await queries.account_ids_of_link(
        conn, school_id=school_id, student_id=student_id, guardian_id=guardian_id
    )
    if not linked:
        raise NoSuchGuardian


async def put_away(storage: Storage, *, sealed: bytes, school_id: int, document_id: UUID) -> None:
    """Put a sealed paper into the storage; nobody points at it yet."""
    key = _key(school_id, document_id)
    await storage.put(key, sealed, content_type="application/octet-stream")


async def seal(
    conn: db.Conn, *, vault: Vault, school_id: int, document_id: UUID, data: bytes
) -> bytes:
    """The paper under the school's key, good for this id alone.

    It is to be deleted within the hour unless it is filed by then: a crash leaves no paper behind.
    """
    key = _key(school_id, document_id)
    await discard(conn, school_id=school_id, keys=[key], due_in_s=PUTTING_S)
    box = await school_box(conn, vault=vault, school_id=school_id)
    return await asyncio.to_thread(box.seal_bytes, data, field=_field(document_id))


async def file_document(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    guardian_id: UUID,
    document_id: UUID,
    media_type: MediaType,
    size_bytes: int,
    uploaded_by: UUID,
    now: datetime,
) -> CustodyDocument:
    """Note a paper that lies in the storage by now."""
    key = _key(school_id, document_id)
    document = CustodyDocument(
        id=document_id,
        media_type=media_type,
        size_bytes=size_bytes,
        uploaded_by=uploaded_by,
        created_at=now,
    )
    await queries.insert_document(
        conn,
        school_id=school_id,
        student_id=student_id,
        guardian_id=guardian_id,
        document=document,
        storage_key=key,
    )
    await keep(conn, school_id=school_id, keys=[key])
    log.info("custody.document_filed", school_id=school_id, document_id=str(document_id))
    return document


async def file_of(
    conn: db.Conn, *, school_id: int, student_id: UUID, guardian_id: UUID
) -> CustodyFile:
    """What is on file, without the papers' content.

    Raises:
        NoSuchGuardian: never was one of this pupil.
    """
    await require_guardian(
        conn, school_id=school_id, student_id=student_id, guardian_id=guardian_id
    )
    return CustodyFile(
        documents=await queries.documents(
            conn, school_id=school_id, student_id=student_id, guardian_id=guardian_id
        ),
        events=await queries.events(
            conn, school_id=school_id, student_id=student_id, guardian_id=guardian_id
        ),
    )


async def open_document(
    conn: db.Conn,
    *,
    school_id: int,
    student_id: UUID,
    guardian_id: UUID,
    document_id: UUID,
    read_by: UUID,
    now: datetime,
) -> StoredDocument:
    """Note that somebody reads a paper, and say where it lies. Commit before it is shown.

    Raises:
        NoSuchDocument: no such paper about the two.
    """
    found = await _stored(conn, school_id, student_id, guardian_id, document_id)
    await queries.log_read(
        conn,
        school_id=school_id,
        log_id=new_id(),
        account_id=read_by,
        student_id=student_id,
        document_id=document_id,
        now=now,
    )
    return found


async def unseal(
    conn: db.Conn, *, vault: Vault, school_id: int, document_id: UUID, sealed: bytes
) -> bytes:
    """The paper itself."""
    box = await school_box(conn, vault=vault, school_id=school_id)
    return await asyncio.to_thread(box.open_bytes, sealed, field=_field(document_id))


async def _decide(
    conn: db.Conn,
    school_id: int,
    student_id: UUID,
    guardian_id: UUID,
    action: Literal["block", "lift"],
    reason: str | None,
    document_id: UUID | None,
    decided_by: UUID,
    now: datetime,
) -> None:
    # The school's lock, as whatever links guardians: a block is not gone around meanwhile.
    await lock_school(conn, school_id=school_id)
    linked = await queries.account_ids_of_link(
        conn, school_id=school_id, student_id=student_id, guardian_id=guardian_id
    )
    if not linked:
        raise NoSuchGuardian
    if document_id is not None:
        await _stored(conn, school_id, student_id, guardian_id, document_id)
    await queries.set_custody_block(
        conn,
        school_id=school_id,
        student_id=student_id,
        account_id=linked[0],
        guardian_id=guardian_id,
        reason=reason if action == "block" else None,
        now=now,
    )
    await queries.insert_event(
        conn,
        school_id=school_id,
        event_id=new_id(),
        student_id=student_id,
        guardian_id=guardian_id,
        action=action,
        reason=reason,
        document_id=document_id,
        decided_by=decided_by,
        now=now,
    )


async def _stored(
    conn: db.Conn, school_id: int, student_id: UUID, guardian_id: UUID, document_id: UUID
) -> StoredDocument:
    found = await queries.stored_document(
        conn,
        school_id=school_id,
        student_id=student_id,
        guardian_id=guardian_id,
        document_id=document_id,
    )
    if found is None:
        raise NoSuchDocument
    return found


def _key(school_id: int, document_id: UUID) -> str:
    return f"schools/{school_id}/custody/{document_id}"


def _field(document_id: UUID) -> str:
    return f"custody_document:{document_id}"
