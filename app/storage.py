"""Where pictures and documents lie: a folder of this machine, or an S3-compatible service.

Keys begin with `schools/{school_id}/`, so that what is a school's can be listed and erased. What is
put twice under one key is replaced; a reader sees the old bytes or the new ones, never a mixture.
"""

import asyncio
import os
import re
import tempfile
from collections.abc import Awaitable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from app.errors import NotFound, Unavailable
from app.settings import Settings

if TYPE_CHECKING:
    from obstore import GetResult
    from obstore.store import S3Config

_KEY: Final = re.compile(
    r"(schools/[0-9]{1,8}|department)(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}){1,6}"
)
T = TypeVar("T")


class NoSuchObject(NotFound):
    """Không tìm thấy tệp | No such file"""


class StorageAway(Unavailable):
    """Kho lưu trữ tạm thời không dùng được, hãy thử lại | The storage is away, please try again"""


class Storage(Protocol):
    """All of them raise StorageAway when the storage does not answer or is full."""

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        """Keep `data` under `key`; durable when this returns."""

    async def get(self, key: str) -> bytes:
        """What is kept under `key`.

        Raises:
            NoSuchObject: nothing is.
        """

    async def delete(self, key: str) -> None:
        """Forget what is kept under `key`; nothing happens if nothing is."""


class FolderStorage:
    """A folder that nobody but the service's own user can read.

    Not obstore's `LocalStore`: that one neither syncs to the disk nor makes private files (tried:
    0.12 leaves 0644).
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        try:
            await asyncio.to_thread(self._write, self._path(key), data)
        except OSError as error:
            raise StorageAway from error

    async def get(self, key: str) -> bytes:
        try:
            return await _on_disk(asyncio.to_thread(self._path(key).read_bytes))
        except (FileNotFoundError, NotADirectoryError):
            raise NoSuchObject from None

    async def delete(self, key: str) -> None:
        with suppress(FileNotFoundError, NotADirectoryError):
            await _on_disk(asyncio.to_thread(self._path(key).unlink))

    def _path(self, key: str) -> Path:
        return self._root / _checked(key)

    def _write(self, path: Path, data: bytes) -> None:
        """Whole or not at all: written beside, synced, renamed. mkstemp's files are 0600."""
        _make_private(path.parent, upto=self._root)
        number, beside = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(number, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)


class S3Storage:
    """An S3-compatible service: AWS, MinIO, Ceph, and what Vietnamese clouds offer."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    async def put(self, key: str, data: bytes, *, content_type: str) -> None:
        await _over_wire(
            self._store.put_async(
                _checked(key), data, attributes={"Content-Type": content_type}, use_multipart=False
            )
        )

    async def get(self, key: str) -> bytes:
        try:
            found = await _over_wire(self._store.get_async(_checked(key)))
            return await _over_wire(_all_bytes(found))
        except FileNotFoundError:
            raise NoSuchObject from None

    async def delete(self, key: str) -> None:
        with suppress(FileNotFoundError):
            await _over_wire(self._store.delete_async(_checked(key)))


def open_storage(settings: Settings) -> Storage:
    """The storage that the settings name; `DATA_DIR/objects` unless STORAGE_URL is set."""
    if settings.storage_url is None:
        return FolderStorage(settings.data_dir / "objects")
    bucket, _, prefix = settings.storage_url.removeprefix("s3://").partition("/")
    endpoint = settings.storage_endpoint
    config: S3Config = {"region": settings.storage_region}
    if endpoint is not None:
        config["endpoint"] = endpoint
    if settings.storage_access_key and settings.storage_secret_key:
        config["access_key_id"] = settings.storage_access_key
        config["secret_access_key"] = settings.storage_secret_key
    return S3Storage(
        S3Store(
            bucket,
            prefix=prefix.strip("/") or None,
            config=config,
            # Buckets as a part of the path: what every compatible service understands, and no
            # name of a bucket has to be in anybody's certificate.
            virtual_hosted_style_request=False,
            # The bulk form of deleting is not in every compatible service.
            disable_bulk_delete=True,
            client_options={
                "connect_timeout": "3s",
                "timeout": "20s",
                "allow_http": endpoint is not None and endpoint.startswith("http://"),
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=20)},
        )
    )


async def _on_disk(work: Awaitable[T]) -> T:
    try:
        return await work
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        raise StorageAway from error


async def _over_wire(work: Awaitable[T]) -> T:
    try:
        return await work
    except (NotFoundError, FileNotFoundError):
        raise FileNotFoundError from None
    except (BaseError, OSError) as error:
        raise StorageAway from error


async def _all_bytes(found: "GetResult") -> bytes:
    return bytes(await found.bytes_async())


def _checked(key: str) -> str:
    """Our own keys are made of ids; anything else is a bug that must not reach a file system."""
    if not _KEY.fullmatch(key):
        raise ValueError("not a key of the storage")
    return key


def _make_private(folder: Path, *, upto: Path) -> None:
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        if folder == upto:
            folder.parent.mkdir(parents=True, exist_ok=True)
            break
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(each.parent)


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
