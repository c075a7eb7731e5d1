"""The parts of an .xlsx file, inflated within bounds, and a file that holds only what is needed.

What a zip declares of itself is not believed: each part is inflated here, in pieces, and counted.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from app.sheets.model import (
    EncryptedSheet,
    MacroSheet,
    NotASheet,
    SheetTooLarge,
    UnreadableSheet,
)

MAX_PARTS: Final = 2_000
MAX_INFLATED: Final = 64_000_000  # 20,000 rows of the roster are 15 MB
_PIECE: Final = 65_536
_LOCAL_HEADER: Final = 30
_WORKBOOK: Final = "xl/workbook.xml"
_DIRECTORY_END: Final = b"PK\x05\x06"
_MAX_DIRECTORY: Final = MAX_PARTS * 300


class Parts:
    """The XML parts of a workbook; pictures, printers' settings and the like are never inflated."""

    def __init__(self, data: bytes) -> None:
        """Raises: SheetTooLarge, UnreadableSheet, NotASheet, MacroSheet, EncryptedSheet."""
        self._data = data
        _check_directory(data)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                infos = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
            raise broken() from None
        _check_kind({info.filename for info in infos})
        self._parts = {
            info.filename: info
            for info in infos
            if info.filename.lower().endswith((".xml", ".rels"))
        }
        if len(infos) > MAX_PARTS or len(set(self._parts)) < sum(
            info.filename in self._parts for info in infos
        ):
            raise broken()
        if sum(info.file_size for info in self._parts.values()) > MAX_INFLATED:
            raise too_large()
        self._inflated = 0

    @property
    def names(self) -> list[str]:
        """Shared strings first: what the sheets say of them is counted next."""
        return sorted(self._parts, key=lambda name: ("sharedstrings" not in name.lower(), name))

    def pieces(self, name: str, *, is_counted: bool = True) -> Iterator[bytes]:
        """The part's content in pieces of at most 64 kB.

        Raises:
            SheetTooLarge: all parts together are more than `MAX_INFLATED`. UnreadableSheet: broken,
            or other than declared. EncryptedSheet: by the zip's own password.
        """
        info = self._parts[name]
        if info.flag_bits & 0x1:
            raise EncryptedSheet
        size = 0
        for piece in _inflated(self._packed(info), info.compress_type):
            size += len(piece)
            if is_counted:
                self._inflated += len(piece)
            if self._inflated > MAX_INFLATED:
                raise too_large()
            if size > info.file_size:
                raise broken()
            yield piece
        if size != info.file_size:
            raise broken()

    def without(self, left_out: set[str]) -> io.BytesIO:
        """A new file with these parts alone: what reads it next finds no other, and no surprise."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name in self.names:
                if name in left_out:
                    continue
                with archive.open(zipfile.ZipInfo(name), "w") as part:
                    for piece in self.pieces(name, is_counted=False):
                        part.write(piece)
        packed.seek(0)
        return packed

    def _packed(self, info: zipfile.ZipInfo) -> memoryview:
        start = info.header_offset
        header = self._data[start : start + _LOCAL_HEADER]
        if len(header) < _LOCAL_HEADER or header[:4] != b"PK\x03\x04":
            raise broken()
        start += _LOCAL_HEADER + int.from_bytes(header[26:28], "little")
        start += int.from_bytes(header[28:30], "little")
        packed = memoryview(self._data)[start : start + info.compress_size]
        if len(packed) < info.compress_size:
            raise broken()
        return packed


def _inflated(packed: memoryview, method: int) -> Iterator[bytes]:
    if method == zipfile.ZIP_STORED:
        for start in range(0, len(packed), _PIECE):
            yield bytes(packed[start : start + _PIECE])
        return
    if method != zipfile.ZIP_DEFLATED:
        raise broken()
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    left: bytes | memoryview = packed
    try:
        while not inflater.eof:
            piece = inflater.decompress(left, _PIECE)
            left = inflater.unconsumed_tail
            if not piece and not left and not inflater.eof:
                raise broken()
            yield piece
    except zlib.error:
        raise broken() from None


def _check_directory(data: bytes) -> None:
    """Refuse a directory that would fill the memory by itself, before it is read."""
    end = data.rfind(_DIRECTORY_END)
    if end < 0 or len(data) < end + 22:
        raise broken()
    if int.from_bytes(data[end + 12 : end + 16], "little") > _MAX_DIRECTORY:
        raise too_large()


def _check_kind(names: set[str]) -> None:
    lower = {name.lower() for name in names}
    if any(name.endswith("vbaproject.bin") for name in lower):
        raise macro_sheet()
    if _WORKBOOK in lower or any(n.startswith("xl/workbook") and n.endswith(".xml") for n in lower):
        return
    kinds = {
        "xl/workbook.bin": "Excel .xlsb",
        "word/document.xml": "Word",
        "ppt/presentation.xml": "PowerPoint",
        "mimetype": "OpenDocument (.ods)",
    }
    kind = next((kind for name, kind in kinds.items() if name in lower), "zip")
    raise NotASheet(
        (
            f"Đây là tệp {kind}. Hãy lưu bảng tính thành Excel Workbook (*.xlsx).",
            f"This is a {kind} file. Save the sheet as Excel Workbook (*.xlsx).",
        )
    )


def macro_sheet() -> MacroSheet:
    return MacroSheet(
        (
            "Hãy chọn Lưu thành (Save As) → Excel Workbook (*.xlsx) rồi gửi lại.",
            "Choose Save As → Excel Workbook (*.xlsx) and send it again.",
        )
    )


def broken() -> UnreadableSheet:
    return UnreadableSheet(
        (
            "Tệp .xlsx bị hỏng. Hãy mở bằng Excel, lưu lại rồi gửi lại.",
            "The .xlsx file is damaged. Open it in Excel, save it and send it again.",
        )
    )


def too_large() -> SheetTooLarge:
    return SheetTooLarge(
        (
            "Tệp bung ra quá lớn. Hãy chép riêng bảng dữ liệu sang một tệp mới.",
            "The file unpacks to too much. Copy the rows alone to a new file.",
        )
    )
