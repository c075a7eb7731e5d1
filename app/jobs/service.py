"""Handing work in, and asking how far it is.

With a file it is three steps, since the file goes over a network: `announce` in a transaction, the
file into the storage, `release` in another. A process that dies in between leaves a job that fails
by itself and takes its file with it. Without one it is `hand_in`.
"""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from app import db
from app.errors import Bilingual
from app.ids import new_id
from app.jobs import queries
from app.jobs.inputs import key_of
from app.jobs.model import Job, JobRunning, NoSuchJob

# By then the file is in the storage, or its upload has failed.
_UPLOAD_S: Final = 60.0


async def announce(
    conn: db.Conn,
    *,
    school_id: int,
    kind: str,
    lane: str,
    params: dict[str, Any],
    total: int,
    created_by: UUID,
) -> UUID:
    """A job that waits for its file; its id.

    Raises:
        JobRunning: a job of the lane is not over.
    """
    job_id = new_id()
    try:
        await queries.insert_job(
            conn,
            school_id=school_id,
            job_id=job_id,
            kind=kind,
            lane=lane,
            params=params,
            input_key=key_of(school_id, job_id),
            total=total,
            created_by=created_by,
            due_in_s=_UPLOAD_S,
        )
    except db.UniqueViolation:
        raise running() from None
    return job_id


async def hand_in(
    conn: db.Conn,
    *,
    school_id: int,
    kind: str,
    lane: str,
    params: dict[str, Any],
    total: int,
    created_by: UUID,
    busy: Bilingual,
) -> UUID:
    """A job that has no file, to be taken as soon as this is committed; its id.

    Raises:
        JobRunning: a job of the lane is not over; `busy` says what to wait for.
    """
    job_id = new_id()
    try:
        await queries.insert_job(
            conn,
            school_id=school_id,
            job_id=job_id,
            kind=kind,
            lane=lane,
            params=params,
            input_key=None,
            total=total,
            created_by=created_by,
            due_in_s=0.0,
        )
    except db.UniqueViolation:
        raise JobRunning(busy) from None
    return job_id


async def release(conn: db.Conn, *, school_id: int, job_id: UUID) -> None:
    """The file is there: let a worker take the job."""
    await queries.make_due(conn, school_id=school_id, job_id=job_id)


async def withdraw(conn: db.Conn, *, school_id: int, job_id: UUID) -> None:
    """The file could not be stored: there is no job."""
    await queries.delete_queued(conn, school_id=school_id, job_id=job_id)


async def require_free(conn: db.Conn, *, school_id: int, lane: str) -> None:
    """Refuse to do beside a job what the job does.

    Raises:
        JobRunning: a job of the lane is not over.
    """
    if await queries.is_lane_busy(conn, school_id=school_id, lane=lane):
        raise running()


async def job(conn: db.Conn, *, school_ids: Collection[int], job_id: UUID) -> Job:
    """A job of one of these schools.

    Raises:
        NoSuchJob: there is none.
    """
    found = await queries.job(conn, school_ids=school_ids, job_id=job_id)
    if found is None:
        raise NoSuchJob
    return found


def running() -> JobRunning:
    return JobRunning(
        (
            "Hãy chờ lần nhập trước xong rồi gửi lại.",
            "Wait until the import before is over, then send it again.",
        )
    )
