"""A zip of pictures: each file by itself, and all that is right is taken.

Not all or nothing, as a roster is: a picture depends on no other, and who has 400 of them should
not be kept from 397 by three. The same zip again changes nothing.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import IO, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from app import db
from app.errors import AppError
from app.photos import pictures, queries, service
from app.photos.model import Fate, FileResult, PhotosImported, Pupil
from app.photos.pictures import Picture, in_room, prepare
from app.photos.urls import photo_key
from app.photos.zips import Album, File, FileBroken, FileTooLarge
from app.storage import Storage

Locale = Literal["vi", "en"]
# So many pictures are in memory at a time: 16 of some 60 kB.
_BATCH: Final = 16

_WELL: Final[frozenset[Fate]] = frozenset({"new", "replaced", "unchanged"})
_TEXTS: Final[dict[Fate, tuple[str, str]]] = {
    "new": ("Ảnh mới.", "A new picture."),
    "replaced": ("Thay ảnh cũ.", "It replaces the picture before."),
    "unchanged": ("Ảnh không đổi.", "It is the same picture as before."),
    "not_a_code": (
        "Tên tệp phải là mã định danh 10 chữ số, ví dụ 0123456789.jpg.",
        "The file's name must be the mã định danh of 10 digits, as 0123456789.jpg.",
    ),
    "unknown_code": (
        "Trường không có học sinh nào đang học có mã này.",
        "No pupil of the school has this code.",
    ),
    "twice": (
        "Có nhiều tệp cùng mã này; hãy chỉ giữ một.",
        "Several files have this code; keep one of them.",
    ),
    "broken": (
        "Tệp hỏng hoặc được nén theo kiểu không dùng được.",
        "The file is damaged, or packed in a way that cannot be read.",
    ),
}


class _Judged(Struct, frozen=True, kw_only=True):
    """A file, whose it is, and either its fate or the picture to store."""

    file: File
    pupil: Pupil | None = None
    fate: Fate | None = None
    error: AppError | None = None
    key: str = ""
    picture: Picture | None = None


async def import_photos(
    pool: db.Pool,
    storage: Storage,
    *,
    school_id: int,
    file: IO[bytes],
    dry_run: bool,
    locale: Locale,
) -> PhotosImported:
    """Take the pictures of a zip, or only say what would become of them.

    Raises:
        NoZip, EncryptedZip, ZipTooLarge: nothing is taken.
        StorageAway: nothing has changed; the same again is safe.
    """
    album = await in_room(lambda: Album(file))
    pupils = await _pupils(pool, school_id, album)
    times = Counter(each.code for each in album.files)
    results: list[FileResult] = []
    chosen: dict[UUID, str] = {}
    rest = iter(album.files)
    while batch := list(islice(rest, _BATCH)):
        judged = [await _judge(album, each, pupils, times, school_id) for each in batch]
        found = {each.key: each.picture for each in judged if each.picture is not None}
        if found and not dry_run:
            await service.put_pictures(pool, storage, school_id=school_id, pictures=found)
        chosen |= {each.pupil.id: each.key for each in judged if each.picture and each.pupil}
        results += [_result(each, locale) for each in judged]
    if chosen and not dry_run:
        async with db.transaction(pool, schools=[school_id]) as conn:
            still_here = await service.point_at(conn, school_id=school_id, photos=chosen)
        results = [_as_stored(each, still_here, locale) for each in results]
    return _summary(results, dry_run=dry_run, ignored=album.ignored)


async def _pupils(pool: db.Pool, school_id: int, album: Album) -> dict[str, Pupil]:
    codes = {each.code for each in album.files if each.code is not None}
    async with db.transaction(pool, schools=[school_id]) as conn:
        return await queries.pupils_by_code(conn, school_id=school_id, codes=codes)


async def _judge(
    album: Album,
    file: File,
    pupils: dict[str, Pupil],
    times: Counter[str | None],
    school_id: int,
) -> _Judged:
    if file.code is None:
        return _Judged(file=file, fate="not_a_code")
    pupil = pupils.get(file.code)
    if pupil is None:
        return _Judged(file=file, fate="unknown_code")
    if times[file.code] > 1:
        return _Judged(file=file, pupil=pupil, fate="twice")
    try:
        picture = await in_room(lambda: prepare(album.read(file)))
    except FileBroken:
        return _Judged(file=file, pupil=pupil, fate="broken")
    except FileTooLarge:
        return _refused(file, pupil, pictures.too_large())
    except pictures.BAD_PICTURE as error:
        return _refused(file, pupil, error)
    key = photo_key(school_id=school_id, kind="photos", owner_id=pupil.id, version=picture.version)
    if key == pupil.photo_key:
        return _Judged(file=file, pupil=pupil, fate="unchanged")
    return _Judged(file=file, pupil=pupil, key=key, picture=picture)


def _refused(file: File, pupil: Pupil, error: AppError) -> _Judged:
    fate: Fate = msgspec.convert(error.slug().replace("-", "_"), Fate)
    return _Judged(file=file, pupil=pupil, fate=fate, error=error)


def _result(judged: _Judged, locale: Locale) -> FileResult:
    pupil = judged.pupil
    fate = judged.fate or ("replaced" if pupil and pupil.photo_key else "new")
    n = 1 if locale == "en" else 0
    message = _TEXTS[fate][n] if judged.error is None else _said(judged.error, locale)
    return FileResult(
        file=judged.file.name,
        result=fate,
        student_id=pupil.id if pupil else None,
        name=pupil.name if pupil else None,
        message=message,
    )


def _said(error: AppError, locale: Locale) -> str:
    detail = error.detail[1 if locale == "en" else 0] if error.detail else ""
    return f"{error.title(locale)}. {detail}"


def _as_stored(result: FileResult, still_here: Mapping[UUID, bool], locale: Locale) -> FileResult:
    """A pupil may have left while the pictures travelled."""
    if result.result not in ("new", "replaced") or result.student_id in still_here:
        return result
    message = _TEXTS["unknown_code"][1 if locale == "en" else 0]
    return replace(result, result="unknown_code", message=message)


def _summary(results: list[FileResult], *, dry_run: bool, ignored: int) -> PhotosImported:
    fates = Counter(each.result for each in results)
    return PhotosImported(
        dry_run=dry_run,
        files=len(results),
        created=fates["new"],
        updated=fates["replaced"],
        unchanged=fates["unchanged"],
        ignored=ignored,
        errors=sum(count for fate, count in fates.items() if fate not in _WELL),
        results=results,
    )
