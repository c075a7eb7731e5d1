"""The file that a job works on: in the storage, sealed under the school's key, until it is over.

It holds names and phones of a whole school, and the storage may be somebody else's.
"""

import asyncio
import base64
from uuid import UUID

from app.crypto import SchoolBox
from app.storage import Storage


def key_of(school_id: int, job_id: UUID) -> str:
    return f"schools/{school_id}/jobs/{job_id}"


async def put(
    storage: Storage, box: SchoolBox, *, school_id: int, job_id: UUID, data: bytes
) -> None:
    sealed = await asyncio.to_thread(_seal, box, job_id, data)
    await storage.put(key_of(school_id, job_id), sealed, content_type="application/octet-stream")


async def get(storage: Storage, box: SchoolBox, *, key: str, job_id: UUID) -> bytes:
    """The file as it was uploaded.

    Raises:
        NoSuchObject: it is not there.
        Undecryptable: it is not this job's.
    """
    return await asyncio.to_thread(_open, box, job_id, await storage.get(key))


def _seal(box: SchoolBox, job_id: UUID, data: bytes) -> bytes:
    return box.seal(base64.b64encode(data).decode(), field=f"job.input:{job_id}")


def _open(box: SchoolBox, job_id: UUID, sealed: bytes) -> bytes:
    return base64.b64decode(box.open(sealed, field=f"job.input:{job_id}"))
