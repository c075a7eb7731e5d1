"""Pictures go into the storage, and out of it again.

No connection is held while a picture is decoded or travels. What is put is on the list of objects
to delete until the commit that points at it; what is pointed at no more goes on the list with the
same commit. So neither a crash nor a race leaves a child's picture behind, or loses one.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from app import db
from app.keys import KeyRing
from app.photos import queries
from app.photos.model import StudentPhoto
from app.photos.pictures import Picture
from app.photos.urls import (
    NoSuchPhoto,
    PhotoUrls,
    Shown,
    Size,
    object_key,
    photo_key,
    read_token,
)
from app.schools.students.model import NoSuchStudent
from app.storage import NoSuchObject, Storage

CONTENT_TYPE: Final = "image/jpeg"
SIZES: Final[tuple[Size, ...]] = ("full", "small")
# How long a put may take before its objects count as forgotten; a whole zip takes minutes.
PUTTING_S: Final = 3600.0
_AT_ONCE: Final = 8


def objects_of(photo_key: str) -> list[str]:
    """The keys in the storage of one picture."""
    return [object_key(photo_key, size) for size in SIZES]


async def put_pictures(
    pool: db.Pool, storage: Storage, *, school_id: int, pictures: Mapping[str, Picture]
) -> None:
    """Store pictures under their photo keys; nobody points at them yet.

    Raises:
        StorageAway: what was put by then is deleted within the hour.
    """
    keys = [key for photo_key in pictures for key in objects_of(photo_key)]
    async with db.transaction(pool, schools=[school_id]) as conn:
        await queries.discard(conn, school_id=school_id, keys=keys, due_in_s=PUTTING_S)
    at_once = asyncio.Semaphore(_AT_ONCE)

    async def put(key: str, data: bytes) -> None:
        async with at_once:
            await storage.put(key, data, content_type=CONTENT_TYPE)

    results = await asyncio.gather(
        *(
            put(object_key(photo_key, size), getattr(picture, size))
            for photo_key, picture in pictures.items()
            for size in SIZES
        ),
        return_exceptions=True,
    )
    for result in results:
        if isinstance(result, BaseException):
            raise result


async def set_photo(
    pool: db.Pool,
    storage: Storage,
    *,
    ring: KeyRing,
    school_id: int,
    student_id: UUID,
    picture: Picture,
    now: datetime,
) -> StudentPhoto:
    """Give a pupil this picture; ask first whether the caller may.

    The one that the pupil has already is not put again: until the commit it would be on the list of
    objects to delete, and lost if that never came.

    Raises:
        NoSuchStudent: not here, or gone.
        StorageAway: nothing has changed.
    """
    key = photo_key(
        school_id=school_id, kind="photos", owner_id=student_id, version=picture.version
    )
    async with db.transaction(pool, schools=[school_id]) as conn:
        is_shown = await queries.is_shown_with(
            conn, school_id=school_id, student_id=student_id, photo_key=key
        )
    if is_shown is None:
        await put_pictures(pool, storage, school_id=school_id, pictures={key: picture})
        async with db.transaction(pool, schools=[school_id]) as conn:
            is_shown = (await point_at(conn, school_id=school_id, photos={student_id: key})).get(
                student_id
            )
    if is_shown is None:
        raise NoSuchStudent
    url = PhotoUrls(ring, now).full(key) if is_shown else None
    return StudentPhoto(photo_url=url, is_shown=is_shown)


async def point_at(
    conn: db.Conn, *, school_id: int, photos: Mapping[UUID, str]
) -> dict[UUID, bool]:
    """Let pupils have pictures that were put; for each who is still here whether it is shown."""
    changes = await queries.set_photos(
        conn,
        school_id=school_id,
        student_ids=list(photos),
        photo_keys=list(photos.values()),
    )
    kept = {photos[change.student_id] for change in changes}
    dropped = {change.old_key for change in changes if change.old_key} - kept
    await queries.keep(
        conn, school_id=school_id, keys=[key for each in kept for key in objects_of(each)]
    )
    await _drop(conn, school_id, *dropped)
    return {change.student_id: change.is_shown for change in changes}


async def erase_photo(conn: db.Conn, *, school_id: int, student_id: UUID) -> None:
    """Take a pupil's picture away: its addresses end with the commit, the objects soon after."""
    key = await queries.erased_photo(conn, school_id=school_id, student_id=student_id)
    if key is not None:
        await _drop(conn, school_id, key)


async def keep_picture(conn: db.Conn, *, school_id: int, photo_key: str) -> None:
    """A picture that was put is pointed at from this commit on."""
    await queries.keep(conn, school_id=school_id, keys=objects_of(photo_key))


async def drop_picture(conn: db.Conn, *, school_id: int, photo_key: str) -> None:
    """Have a picture deleted that nobody points at from this commit on."""
    await _drop(conn, school_id, photo_key)


async def _drop(conn: db.Conn, school_id: int, *photo_keys: str) -> None:
    keys = [key for each in photo_keys for key in objects_of(each)]
    if keys:
        await queries.discard(conn, school_id=school_id, keys=keys, due_in_s=0.0)


async def shown_picture(
    pool: db.Pool, storage: Storage, *, ring: KeyRing, token: str, now: datetime
) -> tuple[Shown, bytes]:
    """The picture behind an address, if it may still be shown.

    Raises:
        NoSuchPhoto: not one of our addresses, over, replaced, erased, or no longer consented to.
        StorageAway: the storage does not answer.
    """
    shown = read_token(ring, token, now=now)
    async with db.transaction(pool, schools=[shown.school_id]) as conn:
        if not await queries.may_be_shown(conn, shown):
            raise NoSuchPhoto
    try:
        return shown, await storage.get(shown.object_key)
    except NoSuchObject:
        raise NoSuchPhoto from None
