"""A zip of pictures: which files in it are whose, read one after the other and never written out.

The file comes from a browser and may be anything. Its directory is measured before Python's
`zipfile` reads it, no name in it is used as a path, and what unpacks to more than it should is
stopped by what comes out, not by what it says of itself.
"""

import re
import struct
import unicodedata
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import IO, Final

from msgspec import Struct

from app.errors import Unprocessable
from app.photos.pictures import MAX_BYTES

MAX_ZIP_BYTES: Final = 100_000_000
MAX_PICTURES: Final = 1_000
# All files together, unpacked: pictures hardly pack.
MAX_UNPACKED_BYTES: Final = 2 * MAX_ZIP_BYTES
_MAX_DIRECTORY_BYTES: Final = 1_000_000
_MAX_NAME: Final = 150
_END: Final = struct.Struct("<4s4H2LH")
_END_SIGNATURE: Final = b"PK\x05\x06"
_ZIP64_LOCATOR: Final = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES: Final = 20
# bzip2 and lzma unpack with as much memory as the file demands.
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
_CODE: Final = re.compile(r"[0-9]{10}")
_JUNK: Final = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


class NoZip(Unprocessable):
    """Tệp không phải là zip dùng được | The file is not a zip that can be read"""


class EncryptedZip(Unprocessable):
    """Tệp zip có mật khẩu | The zip has a password"""


class ZipTooLarge(Unprocessable):
    """Tệp zip quá lớn | The zip is too large"""


class FileTooLarge(Exception):
    """One file of the zip is larger than a picture may be."""


class FileBroken(Exception):
    """One file of the zip cannot be unpacked."""


class File(Struct, frozen=True, kw_only=True):
    """A file of the zip. `name` is for people; `code` None: it is not named by a mã định danh."""

    info: zipfile.ZipInfo
    name: str
    code: str | None


class Album:
    """An opened zip of pictures; `ignored` counts what computers leave beside them."""

    def __init__(self, file: IO[bytes]) -> None:
        """Raises: NoZip, EncryptedZip, ZipTooLarge."""
        _check_directory(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, UnicodeDecodeError, ValueError, NotImplementedError, OSError):
            raise _not_a_zip() from None
        infos = [info for info in self._zip.infolist() if not info.is_dir()]
        kept = [info for info in infos if not _is_junk(info.filename)]
        if any(info.flag_bits & _ENCRYPTED for info in kept):
            raise EncryptedZip(
                ("Hãy nén lại, không đặt mật khẩu.", "Pack it again without a password.")
            )
        if len(kept) > MAX_PICTURES:
            raise zip_too_large()
        self.ignored = len(infos) - len(kept)
        self.files = [_file(info) for info in kept]
        self._left = MAX_UNPACKED_BYTES

    def read(self, file: File) -> bytes:
        """What is in a file.

        Raises:
            FileTooLarge: this one file is.
            FileBroken: this one file is damaged, or packed in an unusual way.
            ZipTooLarge: all that was read by now is.
        """
        if file.info.compress_type not in _METHODS:
            raise FileBroken
        try:
            with self._zip.open(file.info) as opened:
                data = opened.read(MAX_BYTES + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            RuntimeError,
            ValueError,
            NotImplementedError,
        ):
            raise FileBroken from None
        self._left -= len(data)
        if self._left < 0:
            raise zip_too_large()
        if len(data) > MAX_BYTES:
            raise FileTooLarge
        return data


def zip_too_large() -> ZipTooLarge:
    return ZipTooLarge(
        (
            f"Tối đa {MAX_ZIP_BYTES // 1_000_000} MB, {MAX_PICTURES} ảnh, và"
            f" {MAX_UNPACKED_BYTES // 1_000_000} MB khi giải nén. Hãy chia theo lớp.",
            f"At most {MAX_ZIP_BYTES // 1_000_000} MB, {MAX_PICTURES} pictures, and"
            f" {MAX_UNPACKED_BYTES // 1_000_000} MB unpacked. Split it by class.",
        )
    )


def _not_a_zip() -> NoZip:
    return NoZip(("Hãy gửi một tệp .zip chứa ảnh.", "Send a .zip file of pictures."))


def _check_directory(file: IO[bytes]) -> None:
    """Measure the list of files before it is read: it alone could fill the memory.

    Found as `zipfile` finds it: the last 22 bytes, or the last signature before a comment.
    """
    size = file.seek(0, 2)
    if size > MAX_ZIP_BYTES:
        raise zip_too_large()
    tail_bytes = min(size, _END.size + 0xFFFF + _ZIP64_LOCATOR_BYTES)
    file.seek(size - tail_bytes)
    tail = file.read(tail_bytes)
    file.seek(0)
    at = len(tail) - _END.size
    if at < 0:
        raise _not_a_zip()
    if not (tail[at : at + 4] == _END_SIGNATURE and tail[-2:] == b"\0\0"):
        at = tail.rfind(_END_SIGNATURE)
    if at < 0 or len(tail) - at < _END.size:
        raise _not_a_zip()
    _, _, _, _, count, directory_bytes, _, _ = _END.unpack_from(tail, at)
    # Zip64 is for what is larger than we take, and has a directory of its own elsewhere.
    is_zip64 = tail[max(0, at - _ZIP64_LOCATOR_BYTES) :].startswith(_ZIP64_LOCATOR)
    if is_zip64 or directory_bytes > _MAX_DIRECTORY_BYTES or count > _MAX_DIRECTORY_BYTES // 46:
        raise zip_too_large()


def _is_junk(path: str) -> bool:
    parts = path.split("/")
    return (
        "__MACOSX" in parts
        or parts[-1].startswith("._")
        or parts[-1].lower() in _JUNK
        or not parts[-1]
    )


def _file(info: zipfile.ZipInfo) -> File:
    path = PurePosixPath(info.filename.replace("\\", "/"))
    stem = unicodedata.normalize("NFKC", path.stem).strip()
    is_plain = ".." not in path.parts and not path.is_absolute()
    code = stem if is_plain and _CODE.fullmatch(stem) else None
    return File(info=info, name=_readable(info.filename), code=code)


def _readable(name: str) -> str:
    """A name out of a foreign file, fit to be shown: one line, and not too long."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in name)
    return shown if len(shown) <= _MAX_NAME else "…" + shown[-_MAX_NAME:]
