"""A doctor's note with a request: sealed under the school's key, and each look is put down."""

import asyncio
from datetime import datetime
from uuid import UUID

from app import db
from app.attendance.leave import queries
from app.attendance.leave.model import LeaveDecided, LeaveRow, NoSuchLeave, NoSuchPaper, Reader
from app.attendance.leave.past_month import record
from app.attendance.leave.service import may_see_paper, one
from app.crypto import Vault
from app.ids import new_id
from app.photos.queries import discard, keep
from app.photos.service import PUTTING_S
from app.schools.common import school_box


async def require_sender(conn: db.Conn, *, reader: Reader, request_id: UUID) -> LeaveRow:
    """The request, which the reader has sent and which still takes a paper.

    Raises:
        NoSuchLeave: not the reader's own.
        LeaveDecided: rejected or withdrawn.
    """
    row = await one(conn, reader=reader, request_id=request_id)
    if row.requested_by != reader.account_id:
        raise NoSuchLeave
    if row.state not in ("pending", "approved"):
        raise LeaveDecided
    return row


async def seal(conn: db.Conn, *, vault: Vault, row: LeaveRow, picture: bytes) -> tuple[str, bytes]:
    """The paper's key in the storage and the paper under the school's key, good for this key alone.

    It is deleted within the hour unless it is pointed at by then: a crash leaves no paper behind.
    """
    key = f"schools/{row.school_id}/leave/{row.id.hex}-{new_id().hex}"
    await discard(conn, school_id=row.school_id, keys=[key], due_in_s=PUTTING_S)
    box = await school_box(conn, vault=vault, school_id=row.school_id)
    return key, await asyncio.to_thread(box.seal_bytes, picture, field=_field(key))


async def point_at(
    conn: db.Conn, *, reader: Reader, row: LeaveRow, paper_key: str, now: datetime
) -> None:
    """The stored paper is the request's from this commit on; the one before is deleted.

    Raises:
        LeaveDecided: rejected or withdrawn meanwhile, or another phone was faster.
    """
    if not await queries.set_paper(
        conn,
        school_id=row.school_id,
        request_id=row.id,
        before=row.paper_key,
        paper_key=paper_key,
    ):
        raise LeaveDecided
    await keep(conn, school_id=row.school_id, keys=[paper_key])
    if row.paper_key is not None:
        await discard(conn, school_id=row.school_id, keys=[row.paper_key], due_in_s=0.0)
    await record(conn, row, "leave_paper_sent", reader, now)


async def open_paper(conn: db.Conn, *, reader: Reader, request_id: UUID, now: datetime) -> LeaveRow:
    """Put down that somebody reads the paper. Commit before it is shown.

    Raises:
        NoSuchLeave: not one that the reader may read.
        NoSuchPaper: there is none, or it is not for the reader's eyes.
    """
    row = await one(conn, reader=reader, request_id=request_id)
    if row.paper_key is None or not may_see_paper(row, reader):
        raise NoSuchPaper
    await record(conn, row, "leave_paper_read", reader, now)
    return row


async def unseal(conn: db.Conn, *, vault: Vault, row: LeaveRow, sealed: bytes) -> bytes:
    """The paper itself, a JPEG."""
    if row.paper_key is None:
        raise NoSuchPaper
    box = await school_box(conn, vault=vault, school_id=row.school_id)
    return await asyncio.to_thread(box.open_bytes, sealed, field=_field(row.paper_key))


def _field(paper_key: str) -> str:
    return f"leave_request.paper:{paper_key}"
